/** As often as one message may be edited without being held back: Slack allows about one edit a second and channel. */
const BETWEEN_EDITS = 1500

/**
 * Shows what grows, at a bounded rate: the newest of what came while an edit was under way or too near the last one.
 * `end` gives up what still waits, since the last word is somebody else's.
 */
export function createShowing<Shown>(
  show: (value: Shown) => Promise<void>,
  clock: () => number = () => performance.now(),
  between: number = BETWEEN_EDITS,
): { offer: (value: Shown) => void; end: () => void } {
  let waiting: { readonly value: Shown } | null = null
  let timer: NodeJS.Timeout | null = null
  let isBusy = false
  let hasEnded = false
  let last = Number.NEGATIVE_INFINITY

  async function next(): Promise<void> {
    timer = null
    if (!waiting || isBusy || hasEnded) return
    const { value } = waiting
    waiting = null
    isBusy = true
    last = clock()
    // What was shown is for the eye alone: an edit that fails is made good by the last one.
    await show(value).catch(() => {})
    isBusy = false
    plan()
  }

  function plan(): void {
    if (timer !== null || isBusy || hasEnded || !waiting) return
    timer = setTimeout(() => void next(), Math.max(0, last + between - clock()))
    timer.unref()
  }

  return {
    offer(value) {
      waiting = { value }
      plan()
    },
    end() {
      hasEnded = true
      waiting = null
      if (timer !== null) clearTimeout(timer)
    },
  }
}
