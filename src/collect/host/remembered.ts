/** What changes when a person changes it, and is none of a reading's every time. */
const REMEMBERED_FOR_MS = 60_000

export function remembered<Value>(read: () => Value): () => Value {
  let known: { value: Value; at: number } | null = null
  return () => {
    if (!known || performance.now() - known.at > REMEMBERED_FOR_MS)
      known = { value: read(), at: performance.now() }
    return known.value
  }
}
