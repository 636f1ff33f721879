import type { LineCounts, LogTail } from '../../model/container-reading.ts'
import { seconds, timestamp } from '../../model/units.ts'

type Bucket = { lines: number; stderrLines: number }
type Grain = { readonly milliseconds: number; readonly buckets: number }

const MINUTE: Grain = { milliseconds: 60_000, buckets: 30 }
const HOUR: Grain = { milliseconds: 3_600_000, buckets: 24 }

/** Lines of one container counted by minute and by hour, of the time that is known without a hole. */
export type Counts = {
  count(ms: number, isStderr: boolean): void
  /** Everything from then on has been read, or will be; what was counted before counts no longer. */
  beginAt(ms: number): void
  /** There was nothing before: what was counted is all since then. */
  reachesBackTo(ms: number): void
  /** Up to `until`: now, or the last line that was read while there are more. */
  upTo(until: number): Pick<LogTail, 'perMinute' | 'perHour'>
}

export function createCounts(): Counts {
  let knownFrom = Number.POSITIVE_INFINITY
  const minutes = new Map<number, Bucket>()
  const hours = new Map<number, Bucket>()
  return {
    count(ms, isStderr) {
      add(minutes, Math.floor(ms / MINUTE.milliseconds), isStderr)
      add(hours, Math.floor(ms / HOUR.milliseconds), isStderr)
    },
    beginAt(ms) {
      knownFrom = ms
      minutes.clear()
      hours.clear()
    },
    reachesBackTo(ms) {
      knownFrom = Math.min(knownFrom, ms)
    },
    upTo: (until) => ({
      perMinute: countsOf(minutes, MINUTE, knownFrom, until),
      perHour: countsOf(hours, HOUR, knownFrom, until),
    }),
  }
}

function add(buckets: Map<number, Bucket>, index: number, isStderr: boolean): void {
  const bucket = buckets.get(index)
  if (!bucket) {
    buckets.set(index, { lines: 1, stderrLines: isStderr ? 1 : 0 })
    return
  }
  bucket.lines++
  if (isStderr) bucket.stderrLines++
}

function countsOf(
  buckets: Map<number, Bucket>,
  { milliseconds, buckets: most }: Grain,
  knownFrom: number,
  until: number,
): LineCounts {
  const last = Math.floor(until / milliseconds)
  const first = last - most + 1
  for (const index of buckets.keys()) if (index < first) buckets.delete(index)
  // A bucket that is known in part only would count too few.
  const from = Math.max(first, Number.isFinite(knownFrom) ? Math.ceil(knownFrom / milliseconds) : last + 1)
  const known = Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => buckets.get(from + index))
  return {
    from: timestamp(new Date(from * milliseconds)),
    intervalSeconds: seconds(milliseconds / 1000),
    lines: known.map((bucket) => bucket?.lines ?? 0),
    stderrLines: known.map((bucket) => bucket?.stderrLines ?? 0),
  }
}
