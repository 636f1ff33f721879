import type { UsualOf } from '../../model/unusual.ts'

/** What a signal usually is at an hour of the day and of the week, learnt as it goes, where hours tell anything. */
export type Season = {
  seen: number
  lastAt: number
  /** Between two values, in seconds. */
  interval: number
  /** Mean and count for each hour of the day (UTC). */
  readonly dayMean: number[]
  readonly daySeen: number[]
  /** By how much each hour of the week differs from its hour of the day. */
  readonly weekOffset: number[]
  readonly weekSeen: number[]
  /** The mean over a week, without regard to hours. */
  mean: number
  /** How far values usually are from what was expected of them: by the mean, the hour, the hour of the week. */
  meanError: number
  dayError: number
  weekError: number
  /** The usual distance of values from what was expected, whichever it was. */
  spread: number
}

export type Expectation = { readonly usual: number; readonly usualOf: UsualOf; readonly spread: number }

const HOUR = 3600
const DAY_HOURS = 24
const WEEK_HOURS = 168
/** Until it is measured. */
const ASSUMED_INTERVAL = 300
const DAY_MEMORY_DAYS = 28
const WEEK_MEMORY_WEEKS = 4
const ERROR_MEMORY_SECONDS = 7 * 86_400
const SPREAD_MEMORY = 1000
/** A finer expectation is used where it is off by less than this share of the coarser one's error. */
const WORTHWHILE = 0.9
/** An outlier moves a mean, or an error, no further than so many spreads would. */
const MOST_SPREADS = 5
const MOST_ERROR_SPREADS = 10

export const noSeason = (): Season => ({
  seen: 0,
  lastAt: 0,
  interval: 0,
  dayMean: new Array<number>(DAY_HOURS).fill(0),
  daySeen: new Array<number>(DAY_HOURS).fill(0),
  weekOffset: new Array<number>(WEEK_HOURS).fill(0),
  weekSeen: new Array<number>(WEEK_HOURS).fill(0),
  mean: 0,
  meanError: 0,
  dayError: 0,
  weekError: 0,
  spread: 0,
})

/** What was expected of the value at `at` (seconds since 1970) before it was known; then it is learnt. */
export function expect(season: Season, at: number, value: number): Expectation {
  measureInterval(season, at)
  const hours = Math.floor(at / HOUR)
  const day = modulo(hours, DAY_HOURS)
  const week = modulo(hours, WEEK_HOURS)
  const perHour = season.interval > 0 ? Math.max(1, HOUR / season.interval) : HOUR / ASSUMED_INTERVAL
  const daySeen = season.daySeen[day] as number
  const weekSeen = season.weekSeen[week] as number
  const offset = season.weekOffset[week] as number

  const byDay = daySeen > 0 ? (season.dayMean[day] as number) : value
  // A week of which little was seen is believed little.
  const byWeek = daySeen > 0 ? byDay + (offset * weekSeen) / (weekSeen + perHour) : value
  learnErrors(season, value, byDay, byWeek)
  const [usual, usualOf] = best(season, byDay, byWeek)

  season.spread += (Math.abs(value - usual) - season.spread) / Math.min(season.seen, SPREAD_MEMORY)
  const most = MOST_SPREADS * season.spread
  if (daySeen > 1.5 * perHour) {
    const seen = weekSeen + 1
    season.weekSeen[week] = seen
    season.weekOffset[week] =
      offset + within(value - byDay - offset, most) / Math.min(seen, WEEK_MEMORY_WEEKS * perHour)
  }
  const memory = season.interval > 0 ? Math.max(3, DAY_MEMORY_DAYS * (HOUR / season.interval)) : 200
  season.daySeen[day] = daySeen + 1
  season.dayMean[day] =
    daySeen > 0 ? byDay + within(value - byDay, most) / Math.min(daySeen + 1, memory) : value
  return { usual, usualOf, spread: season.spread }
}

function measureInterval(season: Season, at: number): void {
  const passed = at - season.lastAt
  if (season.lastAt > 0 && passed > 0) {
    // Missing values make one long interval, which says nothing of the usual one.
    season.interval =
      season.interval > 0
        ? season.interval + (Math.min(passed, 3 * season.interval) - season.interval) / 50
        : passed
  }
  season.lastAt = at
  season.seen += 1
}

function learnErrors(season: Season, value: number, byDay: number, byWeek: number): void {
  const most = season.spread > 0 ? MOST_ERROR_SPREADS * season.spread : Number.MAX_VALUE
  const memory = Math.max(1, ERROR_MEMORY_SECONDS / (season.interval || ASSUMED_INTERVAL))
  const share = 1 / Math.min(season.seen, memory)
  const error = (expected: number) => Math.min(Math.abs(value - expected), most)
  season.dayError += (error(byDay) - season.dayError) * share
  season.weekError += (error(byWeek) - season.weekError) * share
  season.meanError += (error(season.mean) - season.meanError) * share
  season.mean += (value - season.mean) * share
}

function best(season: Season, byDay: number, byWeek: number): [number, UsualOf] {
  if (!(season.dayError < WORTHWHILE * season.meanError)) return [season.mean, 'mean']
  if (!(season.weekError < WORTHWHILE * season.dayError)) return [byDay, 'hour-of-day']
  return [byWeek, 'hour-of-week']
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value))
