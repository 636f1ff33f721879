import { formatSeconds } from '../../model/format.ts'
import type { LogHeadline } from '../../model/log-summary.ts'
import { stamp } from './stamp.ts'

/** Lines of one source whose times run backwards for good: a clock was set, or logs were put together. */
export type ClockWatch = { newest: number; behind: number; step: { before: number; after: number } | null }

export const createClockWatch = (): ClockWatch => ({ newest: Number.NaN, behind: 0, step: null })

/** Writers that share a log are out of order by less. */
const STEP_MS = 120_000
/** Stray lines with an old time are no step. */
const IN_A_ROW = 5

export function watchClock(watch: ClockWatch, ms: number): void {
  if (!(ms < watch.newest - STEP_MS)) {
    if (!(ms <= watch.newest)) watch.newest = ms
    watch.behind = 0
    return
  }
  watch.behind += 1
  if (watch.behind < IN_A_ROW) return
  watch.step ??= { before: watch.newest, after: ms }
  watch.newest = ms
  watch.behind = 0
}

export function clockHeadlines(
  sources: Iterable<{ readonly name: string | null; readonly clock: ClockWatch }>,
): LogHeadline[] {
  return [...sources]
    .flatMap(({ name, clock: { step } }): LogHeadline[] =>
      step === null
        ? []
        : [
            {
              kind: 'clock',
              class: null,
              fields: {},
              says: `The times jump back by about ${formatSeconds(Math.round((step.before - step.after) / 60_000) * 60)}: a clock was set, or logs were put together`,
              source: name,
              count: 1,
              since: stamp(step.before),
              until: stamp(step.before),
              cause: null,
              sample: null,
            },
          ],
    )
    .slice(0, 1)
}
