/** Days that people say by one word; the field of cron that means them. */
export const DAY_WORDS: Readonly<Record<string, string>> = { daily: '*', weekdays: '1-5', weekly: '1' }

export const WEEKDAYS = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays']

export type DigestTime = {
  /** "09:00". */
  readonly time: string
  /** 1 is Monday, 7 is Sunday. */
  readonly days: readonly number[]
}

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]

/** The days of a field such as `*`, `1-5` or `1,3`; null for what the windows of Slack cannot show. */
function daysOf(field: string): number[] | null {
  if (field === '*') return EVERY_DAY
  if (field === '1-5') return [1, 2, 3, 4, 5]
  if (!/^[0-7](,[0-7])*$/.test(field)) return null
  const days = field.split(',').map((day) => (day === '0' ? 7 : Number(day)))
  return [...new Set(days)].sort()
}

/** What an expression says, where it is a time of some days of the week; an operator's own may be more than that. */
export function digestTimeOf(expression: string): DigestTime | null {
  const match = /^(\d+) (\d+) \* \* (\S+)$/.exec(expression)
  if (!match) return null
  const [, minute = '', hour = '', field = ''] = match
  const days = daysOf(field)
  return days && { time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`, days }
}

export function expressionOf({ time, days }: DigestTime): string {
  const [hour, minute] = time.split(':').map(Number)
  const field = days.length === 7 ? '*' : days.join(',') === '1,2,3,4,5' ? '1-5' : days.join(',')
  return `${minute} ${hour} * * ${field}`
}

/** "weekdays at 09:00"; an expression that is no such thing as it stands. */
export function whenInWords(expression: string): string {
  const known = digestTimeOf(expression)
  if (!known) return `at "${expression}" (minute, hour, day, month, weekday)`
  const { time, days } = known
  if (days.length === 7) return `daily at ${time}`
  if (days.join() === '1,2,3,4,5') return `on weekdays at ${time}`
  const names = days.map((day) => WEEKDAYS[day - 1] as string)
  const list = new Intl.ListFormat('en', { type: 'conjunction' }).format(names)
  return `on ${list} at ${time}`
}
