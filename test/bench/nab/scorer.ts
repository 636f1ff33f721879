/**
 * NAB's scoring, by the formulas of nab/sweeper.py (numenta/NAB): rows are worth a score by where they lie to the
 * labelled windows; a threshold makes detections of some of them; the best threshold is one for the whole corpus.
 */

/** What a profile of config/profiles.json weighs; NAB gives true negatives no part in the score. */
export interface Costs {
  tpWeight: number
  fnWeight: number
  fpWeight: number
}

/** A labelled window by its first and last timestamp, as written in labels/combined_windows.json. */
export type WindowLimits = readonly [first: string, last: string]

/** A row as it counts when it is called an anomaly. */
export interface Row {
  anomalyScore: number
  /** What detecting this row adds; within a window only its best detected row counts. */
  worth: number
  /** The window it lies in, null outside of all. Rows of the probationary period are not among the rows. */
  window: string | null
}

export interface ThresholdScore {
  threshold: number
  score: number
  truePositives: number
  trueNegatives: number
  falsePositives: number
  falseNegatives: number
}

export const PROBATION_SHARE = 0.15
const PROBATION_ROWS_COUNTED = 5000

export const probationRows = (rows: number, share = PROBATION_SHARE): number =>
  Math.min(Math.floor(share * rows), share * PROBATION_ROWS_COUNTED)

/** 0.98661 at the left edge of a window (−1), 0 at its right edge, −1 from three widths behind it. */
export const scaledSigmoid = (relativePosition: number): number =>
  relativePosition > 3 ? -1 : 2 / (1 + Math.exp(5 * relativePosition)) - 1

const BEST_IN_WINDOW = scaledSigmoid(-1)

interface OpenWindow {
  name: string
  lastIndex: number
  width: number
}

/** The rows of one file that count, in order. Windows must be in order of time, as NAB keeps them. */
export function rowsOf(
  file: { name: string; timestamps: readonly string[]; windows: readonly WindowLimits[] },
  anomalyScores: ArrayLike<number>,
  costs: Costs,
  probationShare = PROBATION_SHARE,
): Row[] {
  const { name, timestamps, windows } = file
  const probation = probationRows(timestamps.length, probationShare)
  const rows: Row[] = []
  let next = 0
  let open: OpenWindow | null = null
  let past: OpenWindow | null = null
  for (const [index, timestamp] of timestamps.entries()) {
    const limits = windows[next]
    if (limits && timestamp === limits[0]) {
      next += 1
      const lastIndex = timestamps.indexOf(limits[1])
      open = {
        name: `${name}|${limits[0]}`,
        lastIndex,
        width: lastIndex - timestamps.indexOf(limits[0]) + 1,
      }
    }
    if (index >= probation) {
      const worth = open ? worthInside(open, index, costs) : worthOutside(past, index, costs)
      rows.push({ anomalyScore: anomalyScores[index] ?? 0, worth, window: open?.name ?? null })
    }
    if (open && index === open.lastIndex) {
      past = open
      open = null
    }
  }
  return rows
}

const worthInside = (window: OpenWindow, index: number, costs: Costs): number =>
  (scaledSigmoid(-(window.lastIndex - index + 1) / window.width) * costs.tpWeight) / BEST_IN_WINDOW

const worthOutside = (past: OpenWindow | null, index: number, costs: Costs): number =>
  (past ? scaledSigmoid((index - past.lastIndex) / (past.width - 1)) : -1) * costs.fpWeight

/** Above every score: nothing is detected. */
const NO_DETECTION = 1.1

/** The score at every threshold that makes a difference, from the highest down. */
export function sweep(rows: readonly Row[], costs: Costs): ThresholdScore[] {
  const descending = [...rows].sort((a, b) => b.anomalyScore - a.anomalyScore)
  const bestOfWindow = new Map<string, number>()
  for (const { window } of rows) if (window !== null) bestOfWindow.set(window, -costs.fnWeight)
  const inWindows = rows.filter(({ window }) => window !== null).length
  const now: ThresholdScore = {
    threshold: NO_DETECTION,
    score: -costs.fnWeight * bestOfWindow.size,
    truePositives: 0,
    trueNegatives: rows.length - inWindows,
    falsePositives: 0,
    falseNegatives: inWindows,
  }
  const scores: ThresholdScore[] = []
  for (const row of descending) {
    if (row.anomalyScore !== now.threshold) {
      scores.push({ ...now })
      now.threshold = row.anomalyScore
    }
    if (row.window === null) {
      now.falsePositives += 1
      now.trueNegatives -= 1
      now.score += row.worth
      continue
    }
    now.truePositives += 1
    now.falseNegatives -= 1
    const best = bestOfWindow.get(row.window) ?? -costs.fnWeight
    if (row.worth > best) {
      bestOfWindow.set(row.window, row.worth)
      now.score += row.worth - best
    }
  }
  scores.push({ ...now })
  return scores
}

/** NAB's optimizer: the threshold of the highest score; of equals the highest threshold. */
export const best = (scores: readonly ThresholdScore[]): ThresholdScore =>
  scores.reduce((chosen, candidate) => (candidate.score > chosen.score ? candidate : chosen))

/** The score when rows at or above `threshold` are detections. */
export const atThreshold = (scores: readonly ThresholdScore[], threshold: number): ThresholdScore =>
  scores.findLast((score) => score.threshold >= threshold) ?? (scores[0] as ThresholdScore)

/** From nothing detected (0) to every window detected at its first row and nothing else (100). */
export function normalise(score: number, windows: number, costs: Costs): number {
  const nothing = -costs.fnWeight * windows
  return (100 * (score - nothing)) / (costs.tpWeight * windows - nothing)
}
