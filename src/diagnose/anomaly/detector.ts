import type { Unusual } from '../../model/unusual.ts'
import { beyond, type Extremes, noExtremes } from './extremes.ts'
import { expect, noSeason, type Season } from './season.ts'

/**
 * Watches one series, value by value, and says how unusual each is: constant memory and time, one set of parameters
 * for every series. How they were chosen, and what they score, stands in docs/anomaly.md. The state is plain JSON.
 */
export type Detector = {
  seen: number
  readonly season: Season
  /** Averages over about 30 and 300 values. */
  fast: number
  slow: number
  /** Of the value, of its distance from the usual, of the level against the level before, of the level itself. */
  readonly values: Extremes
  readonly residuals: Extremes
  readonly shifts: Extremes
  readonly levels: Extremes
  /** The last time something was unusual, counted in values, and how much. */
  lastAlarm: number
  lastScore: number
  /** Since when values are away from the usual, in seconds since 1970; null while they are not. */
  awaySince: number | null
  usualInARow: number
}

export type Judgement = {
  /** From 0 for usual towards 1. Once per event: what goes on being unusual is usual, unless it gets worse. */
  readonly score: number
  /** Null for a usual value. */
  readonly unusual: Unusual | null
}

/** Nothing is that large; differences and sums of such numbers stay finite. */
const BEYOND_ANY_READING = 1e150
const FAST = 30
const SLOW = 300
/** Levels are smooth, and break their records more easily than values do. */
const LEVEL_WEIGHT = 0.7
/** Records mean little as long as little was seen: full weight after so many values. */
const EXPERIENCE = 8000
/** After an alarm only what is so many times more unusual is another, for this share of all that was seen. */
const WORSE = 2
const QUIET_SHARE = 0.03
const QUIET_LEAST = 10
const QUIET_MOST = 400
/** So many usual distances from the expected are away from it. */
const AWAY_SPREADS = 3
const BACK_AFTER = 5

export const createDetector = (): Detector => ({
  seen: 0,
  season: noSeason(),
  fast: 0,
  slow: 0,
  values: noExtremes(),
  residuals: noExtremes(),
  shifts: noExtremes(),
  levels: noExtremes(),
  lastAlarm: Number.MIN_SAFE_INTEGER,
  lastScore: 0,
  awaySince: null,
  usualInARow: 0,
})

const USUAL: Judgement = { score: 0, unusual: null }

/**
 * Judges a value, read at `at` in seconds since 1970, by all before it, then learns it. What is no number is passed
 * over, as if it had not been read.
 */
export function step(detector: Detector, at: number, value: number): Judgement {
  if (!(Math.abs(value) < BEYOND_ANY_READING) || !Number.isFinite(at)) return USUAL
  detector.seen += 1
  const { usual, usualOf, spread } = expect(detector.season, at, value)
  if (detector.seen === 1) {
    detector.fast = value
    detector.slow = value
  }
  const slowBefore = detector.slow
  detector.fast += (value - detector.fast) / FAST
  detector.slow += (value - detector.slow) / SLOW
  followDistance(detector, at, Math.abs(value - usual) > AWAY_SPREADS * spread)

  const ofValue = (beyond(detector.residuals, value - usual) + beyond(detector.values, value)) / 2
  const ofShift = beyond(detector.shifts, detector.fast - detector.slow)
  const ofLevel = LEVEL_WEIGHT * beyond(detector.levels, detector.fast)
  const distance = Math.max(ofValue, ofShift, ofLevel) * Math.sqrt(Math.min(1, detector.seen / EXPERIENCE))
  if (distance <= 0 || distance <= bar(detector)) return USUAL
  detector.lastAlarm = detector.seen
  detector.lastScore = distance
  const score = distance / (1 + distance)
  const times = { at: at * 1000, since: (detector.awaySince ?? at) * 1000 }
  const what: Pick<Unusual, 'observed' | 'usual' | 'usualOf'> =
    ofValue >= Math.max(ofShift, ofLevel)
      ? { observed: value, usual, usualOf }
      : { observed: detector.fast, usual: slowBefore, usualOf: 'mean' }
  return { score, unusual: { ...times, ...what, score } }
}

/** How unusual a value has to be to be an alarm of its own. */
function bar({ seen, lastAlarm, lastScore }: Detector): number {
  const quiet = Math.max(QUIET_LEAST, Math.min(QUIET_MOST, QUIET_SHARE * seen))
  return seen - lastAlarm <= quiet ? WORSE * lastScore : 0
}

function followDistance(detector: Detector, at: number, isAway: boolean): void {
  if (isAway) {
    detector.awaySince ??= at
    detector.usualInARow = 0
    return
  }
  detector.usualInARow += 1
  if (detector.usualInARow >= BACK_AFTER) detector.awaySince = null
}
