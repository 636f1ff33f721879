import { setTimeout as sleep } from 'node:timers/promises'
import { type Seconds, seconds } from '../model/units.ts'

/** The reason of an abort: the time that was given is over. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'
  readonly limit: Seconds

  constructor(limit: Seconds) {
    super(`did not answer within ${Number(limit.toFixed(1))} s`)
    this.limit = limit
  }
}

/** How long aborted work has to say in its own words what it was waiting for. */
const LAST_WORDS_MS = 500

/** Runs the work until the deadline, or until `outer` is aborted. Work that ignores its signal loses all the same. */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limit: Seconds,
  outer?: AbortSignal,
): Promise<T> {
  const controller = new AbortController()
  const lost = Promise.withResolvers<never>()
  let lastWords: NodeJS.Timeout | undefined
  const abort = (reason: unknown) => {
    controller.abort(reason)
    lastWords = setTimeout(() => lost.reject(reason), LAST_WORDS_MS)
  }
  const timer = setTimeout(() => abort(new DeadlineExceeded(limit)), limit * 1000)
  const onOuterAbort = () => abort(outer?.reason)
  outer?.addEventListener('abort', onOuterAbort, { once: true })
  try {
    outer?.throwIfAborted()
    return await Promise.race([work(controller.signal), lost.promise])
  } catch (error) {
    // "The operation was aborted" says nothing that the reason of the abort does not say better.
    const aborted = controller.signal.aborted && error instanceof Error && error.name === 'AbortError'
    throw aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    clearTimeout(lastWords)
    outer?.removeEventListener('abort', onOuterAbort)
  }
}

/** An earlier reading is measured from until it is this old; a longer mean would hide what happens now. */
const OLDEST_EARLIER_SECONDS = seconds(300)

export const isTooOld = (readAt: number, now = performance.now()): boolean =>
  now - readAt > OLDEST_EARLIER_SECONDS * 1000

/** Waits until the window that began at `readAt` (performance.now) is long enough to measure over. */
export async function untilWindowHolds(readAt: number, window: Seconds, signal: AbortSignal): Promise<void> {
  const left = readAt + window * 1000 - performance.now()
  if (left > 0) await sleep(left, undefined, { signal })
}
