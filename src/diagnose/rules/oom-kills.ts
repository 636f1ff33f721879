import { formatBytes } from '../../model/format.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { manual } from '../fixes.ts'
import { growth, NO_EARLIER_READING } from '../history.ts'
import {
  containerNamed,
  killsOf,
  OOM_KILL_WINDOW,
  type OomVictim,
  victimsWithin,
  wasOomKilledWithin,
} from '../oom-kills.ts'
import { type Context, measured, observed, rule } from '../rule.ts'
import { machine } from '../subjects.ts'

const MOST_NAMED = 5

export const oomKill = rule({
  id: 'host-oom-kill',
  about: 'host',
  looksAt: 'OOM kills in the last 30 minutes',
  subjects: machine,
  check({ memory, kernelLog }, context) {
    if (memory.oomKills === null && kernelLog === null)
      return { couldNotLook: 'the kernel does not count OOM kills, and its log cannot be read' }
    const victims = victimsWithin(context.snapshot, OOM_KILL_WINDOW)
    const counted = growth(context, OOM_KILL_WINDOW, (past) => past.machine?.memory.oomKills)
    if (counted === null && kernelLog === null && memory.oomKills !== 0) return NO_EARLIER_READING
    const named = victims.reduce((sum, victim) => sum + killsOf(victim, context.snapshot, OOM_KILL_WINDOW), 0)
    const kills = Math.max(counted?.by ?? 0, named)
    if (kills === 0) return 'passed'
    const [latest] = victims
    return {
      severity: 'high',
      title:
        kills > 1
          ? `The kernel killed ${kills} processes for want of memory`
          : `The kernel killed ${latest?.process ?? 'a process'} for want of memory`,
      impact: 'Whatever it did was cut off in the middle.',
      rootCause: latest ? causeOf(latest, context) : causeByContainers(context),
      evidence: [
        measured(context)('OOM kills', kills, 'count', counted ? '/proc/vmstat oom_kill' : '/dev/kmsg'),
        ...(counted
          ? [measured(context)('counted over', counted.over, 'seconds', '/proc/vmstat oom_kill')]
          : []),
        ...victims.slice(0, MOST_NAMED).map((victim) => ({
          ...observed(context)('killed', sayOf(victim, context), '/dev/kmsg'),
          at: victim.at,
        })),
      ],
      fixes: [manual('Read who was killed', "journalctl -k --grep 'Killed process' | tail -3")],
    }
  },
})

/** What the kernel itself says that ran out. */
function causeOf({ constraint, cgroup, containerId, process }: OomVictim, { snapshot }: Context): string {
  const container = containerCalled(containerId, snapshot)
  switch (constraint) {
    case 'cgroup':
      return container === null
        ? `The memory limit of cgroup ${cgroup ?? 'of the process'} was reached.`
        : `Container ${container} went over its memory limit.`
    case 'cpuset':
    case 'memory-policy':
      return `The part of the memory that ${process} was confined to ran out, not the machine's.`
    case 'machine':
      return container === null
        ? 'The machine ran out of memory, and the kernel chose this process to free some.'
        : `The machine ran out of memory, and the kernel chose a process of container ${container} to free some.`
    case null:
      return 'The machine or a cgroup ran out of memory.'
  }
}

function causeByContainers({ snapshot }: Context): string {
  const killed = snapshot.containers
    .filter((container) => wasOomKilledWithin(container, snapshot, OOM_KILL_WINDOW))
    .map(({ name }) => name)
  return killed.length > 0
    ? `Container ${killed.join(', ')} went over its memory limit.`
    : 'The machine or a cgroup ran out of memory; the kernel log names the process.'
}

/** By the first digits of its id, as Docker prints them, one that is there no more. */
const containerCalled = (id: string | null, snapshot: Snapshot): string | null =>
  containerNamed(id, snapshot) ?? id?.slice(0, 12) ?? null

/** "dd (pid 6411) of container api, which held 1 MiB". */
function sayOf({ process, pid, containerId, anonymousBytes }: OomVictim, { snapshot }: Context): string {
  const container = containerCalled(containerId, snapshot)
  const of = container === null ? '' : ` of container ${container}`
  const held = anonymousBytes === null ? '' : `, which held ${formatBytes(anonymousBytes)}`
  return `${process} (pid ${pid})${of}${held}`
}
