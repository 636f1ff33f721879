import { type FakeModel, type FakeResident, SIZE_IN_MEMORY } from './ollama-protocol.ts'

/**
 * How Ollama's scheduler (server/sched.go) keeps models in memory, as far as its API shows it: one that is asked for is
 * loaded; asked for with another num_ctx it is loaded anew; where there is no room, the one that was to stay shortest
 * is unloaded first. A stand-in: nothing is loaded.
 */
export type FakeMemory = {
  readonly resident: FakeResident[]
  /** Models that lost their place to another, or to themselves with another context; in order. */
  readonly evicted: string[]
  readonly use: (model: FakeModel, request: { options?: { num_ctx?: number }; keep_alive?: unknown }) => void
  readonly unload: (name: string) => void
  /** What was loaded here and has stayed as long as it should; what a test put there stays. */
  readonly expire: () => void
}

/** Under 24 GiB of VRAM. */
const DEFAULT_CONTEXT = 4096
const FOR_EVER = '2318-01-01T00:00:00Z'

export function fakeMemory(resident: FakeResident[], vramBytes: number): FakeMemory {
  const evicted: string[] = []
  const loadedHere = new Set<string>()
  const unload = (name: string) => {
    const index = resident.findIndex((each) => each.name === name)
    if (index >= 0) resident.splice(index, 1)
  }
  const sizeOf = (model: FakeResident) => model.size_vram ?? SIZE_IN_MEMORY
  const makeRoom = (size: number) => {
    const free = () => vramBytes - resident.reduce((sum, each) => sum + sizeOf(each), 0)
    while (resident.length > 0 && free() < size) {
      const [first] = resident.toSorted((left, right) =>
        (left.expires_at ?? '').localeCompare(right.expires_at ?? ''),
      )
      evicted.push(first?.name ?? '')
      unload(first?.name ?? '')
    }
  }
  return {
    resident,
    evicted,
    unload,
    expire() {
      for (const { name, expires_at } of [...resident])
        if (loadedHere.has(name) && Date.parse(expires_at ?? '') < Date.now()) unload(name)
    },
    use(model, { options, keep_alive }) {
      const wanted = options?.num_ctx ?? DEFAULT_CONTEXT
      const known = resident.find(({ name }) => name === model.name)
      if (known && (known.context_length ?? 8192) === wanted) {
        known.expires_at = expiry(keep_alive)
        return
      }
      if (known) {
        evicted.push(known.name)
        unload(known.name)
      }
      loadedHere.add(model.name)
      const size = model.size ?? SIZE_IN_MEMORY
      makeRoom(size)
      const expires_at = expiry(keep_alive)
      resident.push({ name: model.name, size, size_vram: size, context_length: wanted, expires_at })
    },
  }
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const

/** As Go writes durations; a negative number is for ever, and nothing is five minutes. */
function expiry(keepAlive: unknown): string {
  if (typeof keepAlive === 'number' && keepAlive < 0) return FOR_EVER
  const match = /^(\d+)([smh])$/.exec(String(keepAlive ?? '5m'))
  const unit = match?.[2] as keyof typeof SECONDS | undefined
  const seconds = match && unit ? Number(match[1]) * SECONDS[unit] : Number(keepAlive)
  return new Date(Date.now() + seconds * 1000).toISOString()
}
