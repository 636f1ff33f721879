import { formatSeconds } from '../../model/format.ts'
import type { Seconds } from '../../model/units.ts'

/** How long each part of a request may take; the whole has a deadline of its own. */
export type StageDeadlines = {
  /** Until a question that needs no model is answered. */
  readonly connect: Seconds
  /** Until the model is in memory, and those before are done. */
  readonly load: Seconds
  /** Until the first word, from when the model is in memory: it reads the prompt meanwhile. */
  readonly firstToken: Seconds
  /** Between one word and the next. */
  readonly pause: Seconds
}
export type Stage = keyof StageDeadlines

const SAID: Readonly<Record<Stage, string>> = {
  connect: 'did not answer',
  load: 'did not load the model',
  firstToken: 'did not begin to write',
  pause: 'fell silent in mid-sentence and said nothing more',
}

/** A stage took too long; the server is told to stop by the closed connection. */
export class StageOverrun extends Error {
  override readonly name = 'StageOverrun'
  constructor(stage: Stage, limit: Seconds) {
    super(`${SAID[stage]} within ${formatSeconds(limit)}`)
  }
}

export type StageTimer = {
  readonly signal: AbortSignal
  /** The stage that comes; the one before has ended in time. */
  readonly enter: (stage: Stage) => void
  readonly end: () => void
}

/** Ends a request when one of its stages takes too long, or when `outer` does. */
export function stageTimer(deadlines: StageDeadlines, first: Stage, outer: AbortSignal): StageTimer {
  const overrun = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const enter = (stage: Stage) => {
    clearTimeout(timer)
    const limit = deadlines[stage]
    timer = setTimeout(() => overrun.abort(new StageOverrun(stage, limit)), limit * 1000)
  }
  enter(first)
  return {
    signal: AbortSignal.any([outer, overrun.signal]),
    enter,
    end: () => clearTimeout(timer),
  }
}

export async function within<Result>(
  stage: Stage,
  deadlines: StageDeadlines,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timer = stageTimer(deadlines, stage, outer)
  try {
    return await work(timer.signal)
  } finally {
    timer.end()
  }
}
