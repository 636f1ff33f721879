import { z } from 'zod'
import { dockerSize } from '../quantities.ts'
import { containerArguments, containerAt, shellName } from './docker-container.ts'
import { operation } from './operation.ts'

/** Docker's own minimum for a memory limit. */
const MINIMUM_BYTES = 6 * 1024 ** 2

const argumentsSchema = z.strictObject({
  ...containerArguments,
  memory: z.int().min(MINIMUM_BYTES, 'Docker accepts no memory limit below 6 MiB'),
  /** Swap beside the memory: bytes, or as much again as the memory (Docker's default), or all there is. */
  swap: z.union([z.int().min(0), z.literal('as-memory'), z.literal('unlimited')], {
    error: 'bytes of swap, as-memory or unlimited',
  }),
})
type Arguments = z.infer<typeof argumentsSchema>

/** Docker counts memory and swap together; −1 is no limit. */
function memoryAndSwap({ memory, swap }: Arguments): number {
  if (swap === 'unlimited') return -1
  return memory + (swap === 'as-memory' ? memory : swap)
}

/**
 * `docker update`, while the container runs. Both values go in one call: Docker refuses a memory limit above
 * the present memory-and-swap limit, and on cgroup v1 dockerd orders the two writes by itself.
 *
 * It cannot take a limit away: 0 means "leave as it is" to a running container, and −1 is refused.
 * Nor does −1 for swap lift a swap limit that is in place (runc 1.1 on cgroup v1: inspect says −1, the
 * cgroup keeps its limit, and the next raise fails). So this never goes from a finite allowance to −1.
 */
export const containerUpdateMemory = operation({
  name: 'container.update-memory',
  argumentsSchema,
  exact: (args) => {
    const swap = memoryAndSwap(args)
    const swapText = swap === -1 ? '-1' : dockerSize(swap)
    return `docker update --memory ${dockerSize(args.memory)} --memory-swap ${swapText} ${shellName(args.name)}`
  },
  run: async (args, engines, signal) => {
    await containerAt(args, engines).update({
      Memory: args.memory,
      MemorySwap: memoryAndSwap(args),
      abortSignal: signal,
    })
  },
  async wasDone(args, engines, signal) {
    const { HostConfig } = await containerAt(args, engines).inspect({ abortSignal: signal })
    return HostConfig.Memory === args.memory && HostConfig.MemorySwap === memoryAndSwap(args)
  },
})
