import { formatBytes } from '../../model/format.ts'
import type { Installed, Resident, Shown } from './look.ts'
import { bytesNeeded, freeVramBytes, type Room } from './room.ts'
import type { Serving } from './serving.ts'

/** `tight`: nobody loses anything, but it will be slow, or nobody can tell. */
export type Fit =
  | { readonly kind: 'fits' | 'tight'; readonly contextTokens: number; readonly why: string }
  | { readonly kind: 'not'; readonly why: string }

export type Place = {
  readonly model: Installed
  readonly resident: Resident | null
  /** Other models in memory there. */
  readonly others: readonly Resident[]
  readonly details: Shown
  readonly room: Room
}

/** Less holds no report; a larger context is halved down to it where memory is short. */
const LEAST_CONTEXT = 2048
/** Left free: what is free now is not free for ever. */
const SHARE_OF_VRAM = 0.95
const SHARE_OF_MEMORY = 0.8
/** OLLAMA_MAX_LOADED_MODELS, unless it was changed: one more pushes one out. */
const LOADED_PER_GPU = 3

/** Whether a model can be asked without another one losing its place in memory, and with which context. */
export function fitOf(place: Place, serving: Pick<Serving, 'contextTokens' | 'mayEvict'>): Fit {
  const { model, resident, details } = place
  const largest = contextLength(details.model_info ?? {})
  const wanted = Math.min(serving.contextTokens, largest ?? Number.POSITIVE_INFINITY)
  if (resident) return inMemory(resident, wanted)
  const loading = whereLoaded(place, wanted)
  if (loading.kind !== 'not' || !serving.mayEvict) return loading
  return {
    kind: 'tight',
    contextTokens: wanted,
    why: `${loading.why}; ollama.mayEvict lets ${model.name} in`,
  }
}

/** Another size than it was loaded with would load it anew, under the hands of those who use it. */
function inMemory({ context_length, size, size_vram }: Resident, wanted: number): Fit {
  const known = context_length || null
  if (known !== null && known < Math.min(LEAST_CONTEXT, wanted))
    return { kind: 'not', why: `it is in memory with a context of ${known} tokens, too few for a report` }
  const where = size_vram === 0 ? ', on the CPU' : (size_vram ?? size) < size ? ', partly on the CPU' : ''
  const contextTokens = known ?? wanted
  return { kind: 'fits', contextTokens, why: `in memory already${where}, with ${contextTokens} tokens` }
}

function whereLoaded({ model, others, details, room }: Place, wanted: number): Fit {
  const size = model.size ?? 0
  const info = details.model_info ?? {}
  const most = LOADED_PER_GPU * Math.max(1, room.gpus?.length ?? 1)
  if (others.length >= most)
    return { kind: 'not', why: `${others.length} models are in memory, and one more would push one out` }

  const vram = freeVramBytes(room)
  const memory = room.availableMemoryBytes
  const need = (contextTokens: number) => bytesNeeded(size, info, contextTokens)
  const said = (contextTokens: number, where: string) =>
    `it needs ${formatBytes(need(contextTokens))} with ${contextTokens} tokens, and ${where}`
  if (vram !== null) {
    const free = `${formatBytes(vram)} of GPU memory are free`
    const contextTokens = contextsFrom(wanted).find((tokens) => need(tokens) <= vram * SHARE_OF_VRAM)
    if (contextTokens !== undefined)
      return { kind: 'fits', contextTokens, why: said(contextTokens, free) + shrunk(contextTokens, wanted) }
    const smallest = contextsFrom(wanted).at(-1) ?? wanted
    // Where nothing else is loaded Ollama puts the rest into the machine's memory; else it unloads another.
    if (others.length === 0 && memory !== null && need(smallest) <= vram + memory * SHARE_OF_MEMORY)
      return { kind: 'tight', contextTokens: smallest, why: `${said(smallest, free)}: partly on the CPU` }
    return { kind: 'not', why: said(smallest, free) }
  }
  if (room.gpus !== null && memory !== null) {
    const free = `${formatBytes(memory)} of memory are available, without a GPU`
    const contextTokens = contextsFrom(wanted).find((tokens) => need(tokens) <= memory * SHARE_OF_MEMORY)
    if (contextTokens !== undefined)
      return { kind: 'fits', contextTokens, why: said(contextTokens, free) + shrunk(contextTokens, wanted) }
    return { kind: 'not', why: said(wanted, free) }
  }
  if (others.length === 0)
    return { kind: 'fits', contextTokens: wanted, why: 'nothing else is in memory there' }
  const loaded = others.map(({ name }) => name).join(', ')
  return { kind: 'not', why: `${loaded} is in memory there, and how much is free beside it is not known` }
}

/** 8192, 4096, 2048: what was wished first, whatever it is. */
function contextsFrom(wanted: number): number[] {
  const contexts = [wanted]
  for (let half = Math.floor(wanted / 2); half >= LEAST_CONTEXT; half = Math.floor(half / 2))
    contexts.push(half)
  return contexts
}

const shrunk = (tokens: number, wanted: number): string =>
  tokens < wanted ? `; ${wanted} tokens were wished` : ''

/** Stated as `<architecture>.context_length`. */
function contextLength(modelInfo: Record<string, unknown>): number | null {
  const [, length] = Object.entries(modelInfo).find(([key]) => key.endsWith('.context_length')) ?? []
  return typeof length === 'number' && length > 0 ? length : null
}
