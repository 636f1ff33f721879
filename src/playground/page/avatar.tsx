const colours = ['#1264a3', '#2b8a5a', '#b6541c', '#8a3ab9', '#9c2a4d', '#0b7285']

/** A picture for everybody, made here: the playground fetches none. */
export function Avatar({ name, isApp = false, size = 36 }: { name: string; isApp?: boolean; size?: number }) {
  if (isApp && name !== 'Slackbot')
    return (
      <svg className="avatar" width={size} height={size} viewBox="0 0 36 36" aria-hidden="true">
        <rect width="36" height="36" rx="8" fill="#4a154b" />
        <path
          d="M8 24a10.5 10.5 0 1 1 20 0"
          fill="none"
          stroke="#8f6a90"
          strokeWidth="3.4"
          strokeLinecap="round"
        />
        <path
          d="M8 24a10.5 10.5 0 0 1 10-13"
          fill="none"
          stroke="#2eb67d"
          strokeWidth="3.4"
          strokeLinecap="round"
        />
        <path d="M18 23l6-8.5" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
        <circle cx="18" cy="23" r="2.6" fill="#fff" />
      </svg>
    )
  const code = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0)
  const style = {
    background: colours[code % colours.length],
    width: size,
    height: size,
    fontSize: size * 0.5,
  }
  return (
    <span className="avatar initial" style={style} aria-hidden="true">
      {(name[0] ?? '?').toUpperCase()}
    </span>
  )
}
