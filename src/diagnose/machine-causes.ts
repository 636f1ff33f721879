import type { Finding } from '../model/finding.ts'
import type { LogErrorClass } from '../model/log-summary.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Explanation, Known } from './explanation.ts'
import { OOM_KILL_WINDOW, victimsWithin } from './oom-kills.ts'

/** The machine itself is what all on it depend on. */
const STRENGTH = 8
const LIKELY = 3

/** What of the machine's file systems containers then say. */
const DISK: Readonly<Record<string, LogErrorClass>> = {
  'host-disk-space': 'disk-full',
  'host-inodes': 'disk-full',
  'host-fs-readonly': 'read-only-filesystem',
}

const says = ({ troubles, ownCause }: Known, kind: LogErrorClass): boolean =>
  ownCause === kind || troubles.some(({ headline }) => headline.class === kind)

const explain = (symptom: Finding, cause: Finding, strength = STRENGTH): Explanation => ({
  symptom,
  cause,
  because: symptom.title,
  strength,
})

const TOLD_BY_LOG: ReadonlySet<string> = new Set([
  'crash-loop',
  'exited-error',
  'start-failed',
  'unhealthy',
  'log-errors',
])

function ofDisks(all: readonly Known[]): Explanation[] {
  return all.flatMap(({ finding: cause }) => {
    const kind = DISK[cause.rule]
    if (!kind) return []
    return all
      .filter(
        (other) =>
          (TOLD_BY_LOG.has(other.finding.rule) && says(other, kind)) ||
          other.finding.rule === 'redis-save-failed',
      )
      .map((other) =>
        explain(other.finding, cause, other.finding.rule === 'redis-save-failed' ? LIKELY : STRENGTH),
      )
  })
}

/** What a disk that fails or cannot keep up brings with it, on the machine and in the servers on it. */
const OF_DISKS: Readonly<Record<string, ReadonlySet<string>>> = {
  'host-disk-errors': new Set([
    'host-fs-errors',
    'host-fs-readonly',
    'host-disk-latency',
    'host-raid-degraded',
    'pg-checksum-failures',
    'redis-save-failed',
  ]),
  'host-fs-errors': new Set(['host-fs-readonly', 'pg-checksum-failures', 'redis-save-failed']),
  'host-disk-space': new Set(['pg-archiver', 'host-disk-full-predicted']),
  'host-disk-saturated': new Set([
    'host-disk-latency',
    'host-iowait',
    'container-io-pressure',
    'redis-fsync-delayed',
  ]),
  'host-disk-latency': new Set(['host-iowait', 'container-io-pressure', 'redis-fsync-delayed']),
  // What fills a disk.
  'container-log-flood': new Set(['host-disk-space', 'host-disk-full-predicted']),
  'pg-slot-retains': new Set(['host-disk-space', 'host-disk-full-predicted', 'pg-wal-size']),
  'pg-archiver': new Set(['pg-wal-size']),
}
const FILLS: ReadonlySet<string> = new Set(['container-log-flood', 'pg-slot-retains'])

const ofFailingDisks = (all: readonly Known[]): Explanation[] =>
  all.flatMap(({ finding: cause }) =>
    all
      .filter(({ finding }) => OF_DISKS[cause.rule]?.has(finding.rule))
      .map(({ finding }) => explain(finding, cause, FILLS.has(cause.rule) ? LIKELY : STRENGTH)),
  )

/** When the machine is short of something, all that answers on it answers late: the neighbour that took it is named. */
const SHORTAGES: ReadonlySet<string> = new Set([
  'host-cpu-saturated',
  'host-cpu-steal',
  'host-memory-pressure',
  'host-swap-thrash',
  'host-memory-low',
  'host-iowait',
  'host-disk-saturated',
])
const LATE: ReadonlySet<string> = new Set(['service-slow', 'service-tail', 'container-health-flaky'])

const ofShortages = (all: readonly Known[]): Explanation[] =>
  all
    .filter(({ finding }) => SHORTAGES.has(finding.rule))
    .flatMap(({ finding: cause }) =>
      all
        .filter(({ finding }) => LATE.has(finding.rule))
        .map(({ finding }) => explain(finding, cause, LIKELY)),
    )

/**
 * Whoever has no limit of its own is killed when the machine's memory runs out. With one it is the container that was
 * too large, and the kernel's word of the kill goes with it.
 */
function ofMemory(all: readonly Known[], snapshot: Snapshot): Explanation[] {
  const on = (rule: string) => all.filter(({ finding }) => finding.rule === rule)
  const victims = victimsWithin(snapshot, OOM_KILL_WINDOW)
  const isOfMachine = victims.some(({ constraint }) => constraint === 'machine')
  const low = on('host-memory-low')
  const kills = on('host-oom-kill')
  return on('oom-killed')
    .flatMap(({ finding, container }) => {
      if (!container) return []
      if (container.limits.memoryBytes === null) {
        return [...low, ...kills].map(({ finding: cause }) => explain(finding, cause))
      }
      const killedHere = victims.some(({ containerId }) => containerId === container.id)
      const onlyHere = victims.length === 0 || (killedHere && !isOfMachine)
      return onlyHere ? kills.map(({ finding: symptom }) => explain(symptom, finding)) : []
    })
    .concat(
      isOfMachine
        ? low.flatMap(({ finding: cause }) => kills.map(({ finding: symptom }) => explain(symptom, cause)))
        : [],
    )
}

/** A GPU that failed or fell off the bus; not one that has nothing to do, or is full. */
const GPU_FAULTS: ReadonlySet<string> = new Set([
  'gpu-xid',
  'gpu-vanished',
  'gpu-recovery',
  'gpu-ecc',
  'container-gpu-missing',
  'ollama-without-gpu',
])

const GONE: ReadonlySet<string> = new Set(['gpu-vanished', 'gpu-recovery', 'container-gpu-missing'])

function ofGpus(all: readonly Known[]): Explanation[] {
  const off = all.filter(({ finding }) => finding.rule === 'model-off-gpu')
  const faults = all.filter(({ finding }) => GPU_FAULTS.has(finding.rule))
  const full = all.filter(({ finding }) => finding.rule === 'vram-near-full')
  const idle = all.filter(({ finding }) => finding.rule === 'gpu-idle')
  const complaining = all.filter((known) => TOLD_BY_LOG.has(known.finding.rule) && says(known, 'gpu-failed'))
  // The driver's word of it comes first; what is then missing follows from that.
  const words = faults.filter(({ finding }) => finding.rule === 'gpu-xid')
  const gone = faults.filter(({ finding }) => GONE.has(finding.rule))
  return [
    ...words.flatMap(({ finding: cause }) => gone.map(({ finding }) => explain(finding, cause))),
    ...faults.flatMap(({ finding: cause }) =>
      [...off, ...complaining].map(({ finding }) => explain(finding, cause)),
    ),
    ...faults.flatMap(({ finding: cause }) => idle.map(({ finding }) => explain(finding, cause, LIKELY))),
    ...off.flatMap(({ finding }) => full.map(({ finding: cause }) => explain(finding, cause, LIKELY))),
    ...idle.flatMap(({ finding }) => off.map(({ finding: cause }) => explain(finding, cause))),
  ]
}

/** What the machine's own want does to those on it. */
export const causesOnMachine = (all: readonly Known[], snapshot: Snapshot): Explanation[] => [
  ...ofDisks(all),
  ...ofFailingDisks(all),
  ...ofShortages(all),
  ...ofMemory(all, snapshot),
  ...ofGpus(all),
]
