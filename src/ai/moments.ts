const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const MONTH = `(?:${MONTHS.map((month) => `${month}|${month.slice(0, 3)}|${month.slice(0, 4)}`).join('|')})\\b\\.?`
const ORDINAL = String.raw`\d{1,2}(?:st|nd|rd|th)?`

/** Dates, days and times of day as a text may state them; each has the parts that it names. */
const SHAPES: readonly RegExp[] = [
  /(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d+)?)?Z?)?/,
  /(?<year>\d{4})\/(?<month>\d{1,2})\/(?<day>\d{1,2})/,
  /(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})/,
  /(?<either>\d{1,2})\/(?<other>\d{1,2})\/(?<year>\d{4})/,
  new RegExp(`(?:the )?(?<day>${ORDINAL}) (?:of )?(?<name>${MONTH})(?:,? (?<year>\\d{4})\\b)?`),
  new RegExp(`\\b(?<name>${MONTH}) (?:the )?(?<day>${ORDINAL})\\b(?!:)(?:,? (?<year>\\d{4})\\b)?`),
  new RegExp(`\\b(?<name>${MONTHS.join('|')}),? (?<year>\\d{4})\\b`),
  /\b(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?\b(?: ?(?<half>[ap]\.?m\b\.?))?/,
  /\b(?<hour>\d{1,2}) ?(?<half>[ap]\.?m\b\.?)/,
  new RegExp(`\\b(?:on )?(?<weekday>${DAYS.join('|')})s?\\b`),
  /\b(?<relative>yesterday|tomorrow|last night|last week|last month|last year|next week|next month)\b/,
  /\b(?:in|since|during) (?<year>(?:19|20)\d{2})\b(?![.,]\d| ?(?:[kKMGTP]i?B|ms|s|%|[a-z]+s)\b)/,
  /\b(?<clock>noon|midnight)\b/,
]

/** A date or a time of day in a text. */
export type Moment = { start: number; end: number; text: string; agrees: (instant: Date) => boolean }

/** Each of them, the more telling shape first where two overlap. `now` is what yesterday is the day before of. */
export function momentsIn(text: string, now: Date): Moment[] {
  const moments: Moment[] = []
  for (const shape of SHAPES) {
    for (const match of text.matchAll(new RegExp(shape, 'gi'))) {
      const [start, end] = [match.index, match.index + match[0].length]
      if (moments.some((other) => start < other.end && other.start < end)) continue
      moments.push({ start, end, text: match[0], agrees: agreement(match.groups ?? {}, now) })
    }
  }
  return moments.toSorted((left, right) => left.start - right.start)
}

type Parts = Partial<Record<string, string>>

const DAY = 86_400_000
const dayOf = (instant: Date): number => Math.floor(instant.getTime() / DAY)

function agreement(parts: Parts, now: Date): (instant: Date) => boolean {
  const number = (name: string): number | null =>
    parts[name] === undefined ? null : Number.parseInt(parts[name], 10)
  const month = parts.name
    ? MONTHS.findIndex((each) => each.slice(0, 3).toLowerCase() === parts.name?.slice(0, 3).toLowerCase()) + 1
    : number('month')
  const wanted: [number | null, (instant: Date) => number][] = [
    [number('year'), (instant) => instant.getUTCFullYear()],
    [month, (instant) => instant.getUTCMonth() + 1],
    [number('day'), (instant) => instant.getUTCDate()],
    [hourOf(parts), (instant) => instant.getUTCHours()],
    [parts.clock ? 0 : number('minute'), (instant) => instant.getUTCMinutes()],
    [number('second'), (instant) => instant.getUTCSeconds()],
    [
      parts.weekday ? DAYS.findIndex((day) => day.toLowerCase() === parts.weekday?.toLowerCase()) : null,
      (instant) => instant.getUTCDay(),
    ],
    [daysFromNow(parts.relative), (instant) => dayOf(instant) - dayOf(now)],
  ]
  const either = [number('either'), number('other')]
  return (instant) =>
    parts.relative !== undefined && daysFromNow(parts.relative) === null
      ? false
      : wanted.every(([part, read]) => part === null || part === read(instant)) &&
        (either[0] === null ||
          [
            [0, 1],
            [1, 0],
          ].some(
            ([day = 0, at = 0]) =>
              either[day] === instant.getUTCDate() && either[at] === instant.getUTCMonth() + 1,
          ))
}

/** "9:26 pm" is 21. */
function hourOf({ hour, half, clock }: Parts): number | null {
  if (clock) return clock.toLowerCase() === 'noon' ? 12 : 0
  if (hour === undefined) return null
  if (!half) return Number(hour)
  return (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0)
}

/** "Last week" is not one day, and is never agreed with. */
function daysFromNow(relative: string | undefined): number | null {
  switch (relative?.toLowerCase()) {
    case 'yesterday':
    case 'last night':
      return -1
    case 'tomorrow':
      return 1
    default:
      return null
  }
}
