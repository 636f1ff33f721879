import type { GpuReading } from '../../model/gpu-reading.ts'

/** What memory is free now where a server runs. */
export type Room = {
  /** Null: not known, as on another machine; empty: there are none. */
  readonly gpus: readonly { readonly freeBytes: number; readonly utilisation: number | null }[] | null
  readonly availableMemoryBytes: number | null
}

export const UNKNOWN_ROOM: Room = { gpus: null, availableMemoryBytes: null }

/** A GPU that shares the machine's memory states none of its own: then nothing is known of any. */
export function roomOf(gpus: readonly GpuReading[], availableMemoryBytes: number | null): Room {
  const known = gpus.flatMap(({ memoryTotalBytes, memoryUsedBytes, memoryReservedBytes, utilisation }) =>
    memoryTotalBytes === null || memoryUsedBytes === null
      ? []
      : [
          {
            freeBytes: Math.max(0, memoryTotalBytes - memoryUsedBytes - (memoryReservedBytes ?? 0)),
            utilisation,
          },
        ],
  )
  return { gpus: known.length === gpus.length ? known : null, availableMemoryBytes }
}

/** A model is put on one GPU where it fits, and else spread over all. */
export const freeVramBytes = ({ gpus }: Room): number | null =>
  gpus === null || gpus.length === 0 ? null : gpus.reduce((sum, { freeBytes }) => sum + freeBytes, 0)

/** At this utilisation somebody works there who would feel a second one. */
const BUSY = 0.9

export const isBusy = ({ gpus }: Room): boolean =>
  gpus !== null && gpus.length > 0 && gpus.every(({ utilisation }) => (utilisation ?? 0) >= BUSY)

/** Where the file does not state its heads: an 8B model without grouped heads takes about so much (f16). */
const CONTEXT_BYTES_PER_TOKEN = 131_072
/** What is computed on the way, for a batch of 512 tokens. */
const GRAPH_BYTES = 500 * 1024 ** 2
const BYTES_OF_F16 = 2

/** The memory that a model takes: its weights as they lie on the disk, keys and values of its context, and the graph. */
export const bytesNeeded = (
  sizeBytes: number,
  modelInfo: Readonly<Record<string, unknown>>,
  contextTokens: number,
): number => sizeBytes + contextTokens * bytesPerToken(modelInfo) + GRAPH_BYTES

/** layers × heads of keys and values × (length of a key + of a value) × 2 bytes, as the GGUF file states them. */
function bytesPerToken(modelInfo: Readonly<Record<string, unknown>>): number {
  const architecture = String(modelInfo['general.architecture'] ?? '')
  const stated = (name: string): number | null => {
    const value = modelInfo[`${architecture}.${name}`]
    return typeof value === 'number' && value > 0 ? value : null
  }
  const layers = stated('block_count')
  const heads = stated('attention.head_count')
  const embedding = stated('embedding_length')
  const length = heads && embedding ? embedding / heads : null
  const key = stated('attention.key_length') ?? length
  const value = stated('attention.value_length') ?? length
  const shared = stated('attention.head_count_kv') ?? heads
  return layers && shared && key && value
    ? layers * shared * (key + value) * BYTES_OF_F16
    : CONTEXT_BYTES_PER_TOKEN
}
