import {
  afterFraction,
  clock,
  code,
  fraction,
  isDigit,
  midnight,
  month,
  timeOfDay,
  two,
  withYear,
  zone,
} from './time-parts.ts'

/** How a line writes its time. Milliseconds since 1970 throughout; a time without zone is taken as UTC. */
export type InstantForm =
  | 'iso'
  | 'syslog'
  | 'access'
  | 'redis'
  | 'apache'
  | 'klog'
  | 'epoch'
  | 'compact'
  | 'go'
  | 'dashed'
  | 'gin'
  | 'american'
  | 'clock'
  | 'day'

export type Instant = { readonly ms: number; readonly end: number; readonly form: InstantForm }

/** Dates change once a day and lines come by the million: the last one is remembered. */
let lastDate = ''
let lastMidnight = Number.NaN

function isoDate(text: string, at: number): number {
  const date = text.slice(at, at + 10)
  if (date !== lastDate) {
    const separator = code(date, 4)
    if ((separator !== 45 && separator !== 47 && separator !== 46) || code(date, 7) !== separator)
      return Number.NaN
    lastMidnight = midnight(two(date, 0) * 100 + two(date, 2), two(date, 5) - 1, two(date, 8))
    lastDate = date
  }
  return lastMidnight
}

/** 2024-01-02T10:00:00.123Z, 2024-01-02 10:00:00,123, 2024/01/02 10:00:00 */
function iso(text: string, at: number): Instant | null {
  const separator = code(text, at + 10)
  if (separator !== 84 && separator !== 32 && separator !== 95) return null
  const time = clock(text, at + 11)
  const date = isoDate(text, at)
  if (Number.isNaN(time + date)) return null
  const { offset, end } = zone(text, afterFraction(text, at + 19))
  return {
    ms: date + time + fraction(text, at + 19) - offset,
    end,
    form: code(text, at + 4) === 47 ? 'go' : 'iso',
  }
}

/** 2026/01/15 - 14:00:00, Gin's own. */
function gin(text: string, at: number): Instant | null {
  if (code(text, at + 11) !== 45 || code(text, at + 10) !== 32 || code(text, at + 12) !== 32) return null
  const date = isoDate(text, at)
  const time = clock(text, at + 13)
  return Number.isNaN(date + time) ? null : { ms: date + time, end: at + 21, form: 'gin' }
}

/** Dec 10 06:55:46, Dec  1 06:55:46 */
function syslog(text: string, at: number, reference: number): Instant | null {
  const monthIndex = month(text, at)
  if (Number.isNaN(monthIndex) || code(text, at + 3) !== 32) return null
  const day = code(text, at + 4) === 32 ? code(text, at + 5) - 48 : two(text, at + 4)
  const time = clock(text, at + 7)
  if (Number.isNaN(time) || Number.isNaN(day)) return null
  const ms = withYear(monthIndex, day, time + fraction(text, at + 15), reference)
  return Number.isNaN(ms) ? null : { ms, end: afterFraction(text, at + 15), form: 'syslog' }
}

/** 10/Oct/2000:13:55:36 -0700 */
function access(text: string, at: number): Instant | null {
  if (code(text, at + 2) !== 47 || code(text, at + 11) !== 58) return null
  const date = midnight(two(text, at + 7) * 100 + two(text, at + 9), month(text, at + 3), two(text, at))
  const time = clock(text, at + 12)
  if (Number.isNaN(date + time)) return null
  const { offset, end } = zone(text, at + 20)
  return { ms: date + time - offset, end, form: 'access' }
}

/** 12 Jan 2024 10:00:00.123 */
function redis(text: string, at: number): Instant | null {
  if (code(text, at + 2) !== 32 || code(text, at + 6) !== 32) return null
  const date = midnight(two(text, at + 7) * 100 + two(text, at + 9), month(text, at + 3), two(text, at))
  const time = clock(text, at + 12)
  if (Number.isNaN(date + time)) return null
  return { ms: date + time + fraction(text, at + 20), end: afterFraction(text, at + 20), form: 'redis' }
}

/** 15-Jan-2026 14:00:00.123: PHP-FPM, Tomcat, BIND */
function dashed(text: string, at: number): Instant | null {
  if (code(text, at + 2) !== 45 || code(text, at + 6) !== 45 || code(text, at + 11) !== 32) return null
  const date = midnight(two(text, at + 7) * 100 + two(text, at + 9), month(text, at + 3), two(text, at))
  const time = clock(text, at + 12)
  if (Number.isNaN(date + time)) return null
  return { ms: date + time + fraction(text, at + 20), end: afterFraction(text, at + 20), form: 'dashed' }
}

/** 01/15/2026 14:00:00 or 01/15/2026, 02:00:00 PM; 15/01/2026 where the first can be no month. */
function american(text: string, at: number): Instant | null {
  if (code(text, at + 2) !== 47 || code(text, at + 5) !== 47) return null
  const comma = code(text, at + 10) === 44 ? 1 : 0
  if (code(text, at + 10 + comma) !== 32) return null
  const first = two(text, at)
  const second = two(text, at + 3)
  const year = two(text, at + 6) * 100 + two(text, at + 8)
  const start = at + 11 + comma
  const time = clock(text, start)
  const date = first > 12 ? midnight(year, second - 1, first) : midnight(year, first - 1, second)
  if (Number.isNaN(date + time)) return null
  let end = afterFraction(text, start + 8)
  let half = 0
  const mark = text.slice(end, end + 3)
  if (mark === ' PM' || mark === ' AM') {
    const isNoon = time >= 12 * 3_600_000
    half = (mark === ' PM' ? (isNoon ? 0 : 12) : isNoon ? -12 : 0) * 3_600_000
    end += 3
  }
  return { ms: date + time + half + fraction(text, start + 8), end, form: 'american' }
}

/** 01-15 14:00:00.123: Android, without a year. */
function dayOnly(text: string, at: number, reference: number): Instant | null {
  if (code(text, at + 2) !== 45 || code(text, at + 5) !== 32 || code(text, at + 14) !== 46) return null
  const time = clock(text, at + 6)
  const ms = withYear(two(text, at) - 1, two(text, at + 3), time + fraction(text, at + 14), reference)
  return Number.isNaN(ms) ? null : { ms, end: afterFraction(text, at + 14), form: 'day' }
}

/** 14:00:00.123 without a day: the day of the reference, or the one before. */
function clockOnly(text: string, at: number, reference: number): Instant | null {
  const time = clock(text, at)
  const mark = code(text, at + 8)
  if (Number.isNaN(time) || (mark !== 46 && mark !== 44 && mark !== 32 && mark !== 93)) return null
  const ms = Math.floor(reference / 86_400_000) * 86_400_000 + time + fraction(text, at + 8)
  return {
    ms: ms > reference + 7_200_000 ? ms - 86_400_000 : ms,
    end: afterFraction(text, at + 8),
    form: 'clock',
  }
}

/** Fri Sep 09 10:42:29.902022 2011 */
function apache(text: string, at: number): Instant | null {
  const monthIndex = month(text, at + 4)
  if (Number.isNaN(monthIndex) || code(text, at + 3) !== 32) return null
  const time = clock(text, at + 11)
  const end = afterFraction(text, at + 19)
  const date = midnight(two(text, end + 1) * 100 + two(text, end + 3), monthIndex, two(text, at + 8))
  if (Number.isNaN(date + time)) return null
  return { ms: date + time + fraction(text, at + 19), end: end + 5, form: 'apache' }
}

/** I0102 15:04:05.123456 */
function klog(text: string, at: number, reference: number): Instant | null {
  if (!'IWEF'.includes(text[at] ?? ' ') || code(text, at + 5) !== 32) return null
  const time = clock(text, at + 6)
  const ms = withYear(two(text, at + 1) - 1, two(text, at + 3), time + fraction(text, at + 14), reference)
  return Number.isNaN(ms) ? null : { ms, end: afterFraction(text, at + 14), form: 'klog' }
}

/** 1700000000, 1700000000.123, 1700000000123: seconds, or milliseconds, of this century. */
function epoch(text: string, at: number): Instant | null {
  let end = at
  while (isDigit(code(text, end)) && end - at < 20) end += 1
  const digits = end - at
  if (digits !== 10 && digits !== 13 && digits !== 16 && digits !== 19) return null
  const whole = Number(text.slice(at, end))
  const ms = digits === 10 ? whole * 1000 + fraction(text, end) : whole / 10 ** (digits - 13)
  return ms > 946_684_800_000 && ms < 4_102_444_800_000
    ? { ms, end: digits === 10 ? afterFraction(text, end) : end, form: 'epoch' }
    : null
}

/** 081109 203615 (Hadoop's short form), 17/06/09 20:10:40 (Spark), 20171223-22:15:29 */
function compact(text: string, at: number): Instant | null {
  if (code(text, at + 2) === 47 && code(text, at + 5) === 47 && code(text, at + 8) === 32) {
    const date = midnight(2000 + two(text, at), two(text, at + 3) - 1, two(text, at + 6))
    const ms = date + clock(text, at + 9)
    return Number.isNaN(ms) ? null : { ms, end: at + 17, form: 'compact' }
  }
  if (code(text, at + 6) === 32 && !isDigit(code(text, at + 13))) {
    const date = midnight(2000 + two(text, at), two(text, at + 2) - 1, two(text, at + 4))
    const ms = date + timeOfDay(two(text, at + 7), two(text, at + 9), two(text, at + 11))
    return Number.isNaN(ms) ? null : { ms, end: at + 13, form: 'compact' }
  }
  return null
}

/** The time that stands at `at`, whichever form it has. `reference` gives the year where none is written. */
export function instantAt(text: string, at: number, reference: number): Instant | null {
  const first = code(text, at)
  if (isDigit(first)) {
    return (
      iso(text, at) ??
      gin(text, at) ??
      epoch(text, at) ??
      access(text, at) ??
      redis(text, at) ??
      compact(text, at) ??
      dashed(text, at) ??
      american(text, at) ??
      dayOnly(text, at, reference) ??
      clockOnly(text, at, reference)
    )
  }
  if (first < 65 || first > 90) return null
  return klog(text, at, reference) ?? syslog(text, at, reference) ?? apache(text, at)
}

/** The same where the form is known: what most lines of a log need. NaN when it does not stand there. */
export function instantOf(form: InstantForm, text: string, at: number, reference: number): number {
  switch (form) {
    case 'iso':
    case 'go':
      return iso(text, at)?.ms ?? Number.NaN
    case 'syslog':
      return syslog(text, at, reference)?.ms ?? Number.NaN
    case 'access':
      return access(text, at)?.ms ?? Number.NaN
    case 'redis':
      return redis(text, at)?.ms ?? Number.NaN
    case 'apache':
      return apache(text, at)?.ms ?? Number.NaN
    case 'klog':
      return klog(text, at, reference)?.ms ?? Number.NaN
    case 'epoch':
      return epoch(text, at)?.ms ?? Number.NaN
    case 'compact':
      return compact(text, at)?.ms ?? Number.NaN
    case 'dashed':
      return dashed(text, at)?.ms ?? Number.NaN
    case 'gin':
      return gin(text, at)?.ms ?? Number.NaN
    case 'american':
      return american(text, at)?.ms ?? Number.NaN
    case 'day':
      return dayOnly(text, at, reference)?.ms ?? Number.NaN
    case 'clock':
      return clockOnly(text, at, reference)?.ms ?? Number.NaN
  }
}
