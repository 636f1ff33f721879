import type { ContainerPressure, ContainerTotals } from '../../model/container-reading.ts'

/** The counters of a container at one instant, wherever they were read; two of them give its usage. */
export type ContainerSample = {
  /** Of the run, `State.StartedAt`: a restart begins the counters anew. */
  readonly run: string
  /** On the clock of performance.now(). */
  readonly readAt: number
  /** By the engine's clock, in milliseconds, when it took the sample itself; null for the kernel's files. */
  readonly statedAt: number | null
  readonly source: 'cgroup-v1' | 'cgroup-v2' | 'api'
  readonly memory: {
    readonly usage: number
    /** With that of the cgroups below. */
    readonly inactiveFile: number
    readonly cache: number | null
    readonly swap: number | null
  }
  readonly oomKills: number | null
  readonly pids: number | null
  readonly pressure: Record<'cpu' | 'memory' | 'io', ContainerPressure> | null
  readonly totals: ContainerTotals
}
