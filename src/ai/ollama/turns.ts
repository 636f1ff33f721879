/** One after another: a server that writes two texts at once needs the memory of two contexts. */
export type Turns = {
  /** How many are before the next who comes. */
  readonly waiting: () => number
  /** Resolves when it is the caller's turn, with what ends it. */
  readonly take: (signal: AbortSignal) => Promise<() => void>
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  let count = 0
  return {
    waiting: () => count,
    async take(signal) {
      signal.throwIfAborted()
      const before = last
      const own = Promise.withResolvers<void>()
      count += 1
      let isOver = false
      const end = () => {
        if (isOver) return
        isOver = true
        count -= 1
        own.resolve()
      }
      // Who gives up waiting is passed over: the next one still waits for all before.
      last = before.then(() => own.promise)
      const stopped = Promise.withResolvers<never>()
      const stop = () => stopped.reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      try {
        await Promise.race([before, stopped.promise])
      } catch (error) {
        end()
        throw error
      } finally {
        signal.removeEventListener('abort', stop)
      }
      return end
    },
  }
}
