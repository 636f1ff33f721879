import { Avatar } from './avatar.tsx'
import { usePlayground } from './playground-context.ts'
import type { Theme } from './theme.ts'

const next: Record<Theme, Theme> = { system: 'dark', dark: 'light', light: 'system' }
const signs: Record<Theme, string> = { system: '◐', dark: '●', light: '○' }

type Props = {
  me: string
  theme: Theme
  onTheme: (theme: Theme) => void
  isFaultsOpen: boolean
  onFaults: () => void
  onAssistant: (() => void) | null
}

/** The narrow column at the far left: the workspace, what opens beside the channels, and who one is. */
export function Rail({ me, theme, onTheme, isFaultsOpen, onFaults, onAssistant }: Props) {
  const { state } = usePlayground()
  const person = state.users.find((user) => user.id === me)
  return (
    <div className="rail">
      <div className="workspace-icon" aria-hidden="true">
        {state.teamName.slice(0, 1)}
      </div>
      {onAssistant && (
        <button type="button" className="rail-button" onClick={onAssistant}>
          <span aria-hidden="true">✦</span>Ask
        </button>
      )}
      <button type="button" className="rail-button" aria-pressed={isFaultsOpen} onClick={onFaults}>
        <span aria-hidden="true">⚡</span>Faults
      </button>
      <button
        type="button"
        className="rail-button last"
        aria-label={`Colours: ${theme}. Change to ${next[theme]}`}
        onClick={() => onTheme(next[theme])}
      >
        <span aria-hidden="true">{signs[theme]}</span>
        {theme[0]?.toUpperCase()}
        {theme.slice(1)}
      </button>
      {person && <Avatar name={person.realName} size={36} />}
    </div>
  )
}
