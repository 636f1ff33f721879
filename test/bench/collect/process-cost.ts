import { readdirSync } from 'node:fs'
import { TICKS_PER_SECOND } from '../../../src/collect/host/counters.ts'
import { kernelFile } from '../../../src/collect/host/kernel-file.ts'

type Seen = { readonly parent: number; readonly cpuTicks: number; readonly rssBytes: number }

/** A process with all that it started, and what those have used that ended meanwhile. */
export type ProcessCost = { readonly cpuSeconds: number; readonly rssBytes: number }

export function costOf(pid: number): ProcessCost {
  const all = new Map(
    readdirSync('/proc').flatMap((name) => {
      const seen = /^\d+$/.test(name) ? processSeen(name) : null
      return seen ? [[Number(name), seen] as const] : []
    }),
  )
  const own = [...all].filter(([id]) => descends(id, pid, all)).map(([, seen]) => seen)
  return {
    cpuSeconds: own.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / TICKS_PER_SECOND,
    rssBytes: own.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
  }
}

function descends(id: number, from: number, all: ReadonlyMap<number, Seen>): boolean {
  for (let at: number | undefined = id; at !== undefined && at !== 0; at = all.get(at)?.parent) {
    if (at === from) return true
  }
  return false
}

/** proc(5): the name, in parentheses, may hold spaces. Null when it ended meanwhile. */
function processSeen(pid: string): Seen | null {
  const stat = kernelFile(`/proc/${pid}/stat`)
  if (stat === null) return null
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(kernelFile(`/proc/${pid}/status`) ?? '')?.[1]
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  // After the state: ppid is 1; utime, stime, cutime and cstime are 11 to 14.
  const cpuTicks = fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0)
  return { parent: fields[1] ?? 0, cpuTicks, rssBytes: Number(rss ?? 0) * 1024 }
}
