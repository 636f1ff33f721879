import { createTask } from 'node-cron'

const HOUR = 3_600_000
const WEEK = 7 * 24 * HOUR

/** Whether an expression says the same in every week: nothing about days of the month or months. */
const isWeekly = (expression: string): boolean => {
  const fields = expression.trim().split(/\s+/).slice(-5)
  return fields[2] === '*' && fields[3] === '*'
}

/** What the clocks of a zone are ahead of UTC, in milliseconds. */
function offsetOf(time: number, timezone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZoneName: 'longOffset',
    ...(timezone ? { timeZone: timezone } : {}),
  }).formatToParts(time)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60_000)
}

/** The same time by the clocks of the zone, a week before, also where those were changed in between. */
function weekBefore(time: number, timezone: string | undefined): number {
  const before = time - WEEK
  return before + offsetOf(time, timezone) - offsetOf(before, timezone)
}

/**
 * When a cron expression was last due, at or before `now`. node-cron only looks ahead, and what comes round every week
 * was due a week before it will be next. Null for an expression that does not, and for one that is never due.
 */
export function lastDue(expression: string, timezone: string | undefined, now: Date): Date | null {
  if (!isWeekly(expression)) return null
  const ahead = createTask(expression, () => {}, timezone ? { timezone } : {})
    .getNextRuns(7 * 24)
    .map((run) => run.getTime())
  const [first, second] = ahead
  if (first === undefined) return null
  // More often than there is room to look ahead: then what is next tells well enough what was last.
  if (second !== undefined && second - first < HOUR) return new Date(first - (second - first))
  const past = ahead.map((run) => weekBefore(run, timezone)).filter((time) => time <= now.getTime())
  return past.length === 0 ? null : new Date(Math.max(...past))
}
