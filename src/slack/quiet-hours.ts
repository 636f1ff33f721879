/** Minutes since midnight in the zone; `from` after `to` goes over midnight. */
export type QuietHours = {
  readonly from: number
  readonly to: number
  readonly timezone?: string | undefined
}

/** Whether it is now a time in which nobody wants to hear anything. */
export function isQuiet(hours: QuietHours | undefined, now: Date): boolean {
  if (!hours) return false
  const { from, to, timezone } = hours
  const parts = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timezone ? { timeZone: timezone } : {}),
  }).formatToParts(now)
  const part = (type: 'hour' | 'minute') => Number(parts.find((each) => each.type === type)?.value)
  const minute = part('hour') * 60 + part('minute')
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}
