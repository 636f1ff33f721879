import type { ContainerReading } from '../model/container-reading.ts'
import type { Finding } from '../model/finding.ts'
import type { LogErrorClass } from '../model/log-summary.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Dependency } from './dependencies.ts'
import type { Explanation, Known } from './explanation.ts'
import { answersTo, containerThing, homeOf, isOfMachine, publishes } from './whereabouts.ts'

const ITSELF = 8
const BEHIND = 5

/** Pairs of rules on one server of which the second is why the first is found. */
const ON_ONE_SERVER: readonly (readonly [symptom: string, cause: string])[] = [
  ['pg-blocking', 'pg-idle-in-transaction'],
  ['pg-blocking', 'pg-prepared-transaction'],
  ['pg-blocking', 'pg-long-transaction'],
  ['pg-xmin-held', 'pg-idle-in-transaction'],
  ['pg-xmin-held', 'pg-long-transaction'],
  ['pg-xmin-held', 'pg-prepared-transaction'],
  ['pg-dead-rows', 'pg-xmin-held'],
  ['pg-dead-rows', 'pg-autovacuum-off'],
  ['pg-dead-rows', 'pg-track-counts-off'],
  ['pg-statistics-stale', 'pg-autovacuum-off'],
  ['pg-statistics-stale', 'pg-track-counts-off'],
  ['pg-wraparound', 'pg-xmin-held'],
  ['pg-wraparound', 'pg-autovacuum-off'],
  ['pg-bloat', 'pg-dead-rows'],
  ['pg-connections', 'pg-blocking'],
  ['pg-connections', 'pg-idle-in-transaction'],
  ['pg-connections', 'pg-pools'],
  ['pg-database-connections', 'pg-pools'],
  ['pg-temp-files', 'pg-statement-spills'],
  ['redis-evictions', 'redis-memory'],
]

function blocksOthers({ rule, severity }: Finding): boolean {
  return rule !== 'pg-idle-in-transaction' || severity === 'critical'
}

const onOneServer = (all: readonly Known[]): Explanation[] =>
  all.flatMap(({ finding: symptom, thing }) =>
    all
      .filter((cause) => cause.thing === thing && cause.finding !== symptom)
      .filter(({ finding: cause }) =>
        ON_ONE_SERVER.some(([first, second]) => first === symptom.rule && second === cause.rule),
      )
      // Who sleeps in a transaction and blocks nobody explains no queue.
      .filter(({ finding: cause }) => symptom.rule === 'pg-xmin-held' || blocksOthers(cause))
      .map(({ finding: cause }) => ({ symptom, cause, because: symptom.title, strength: ITSELF })),
  )

/** What of a server makes those who wait for its answer late. */
const SLOWS: ReadonlySet<string> = new Set([
  'pg-blocking',
  'pg-idle-in-transaction',
  'pg-prepared-transaction',
  'pg-waits',
  'pg-connections',
  'pg-database-connections',
  'redis-slow-commands',
  'redis-cpu',
  'redis-loading',
  'redis-fork',
])
const LATE: ReadonlySet<string> = new Set(['service-slow', 'service-tail', 'service-errors', 'service-down'])
const LATE_IN_LOG: ReadonlySet<LogErrorClass> = new Set<LogErrorClass>([
  'timeout',
  'lock-timeout',
  'pool-exhausted',
])

/** A service or a container is as slow as the server that it is known to need. */
function behindServers(
  all: readonly Known[],
  dependencies: readonly Dependency[],
  snapshot: Snapshot,
): Explanation[] {
  const causes = all.filter(({ finding }) => SLOWS.has(finding.rule) && blocksOthers(finding))
  return all.flatMap(({ finding: symptom, thing, container, troubles }): Explanation[] => {
    const isLate = LATE.has(symptom.rule)
    const says = troubles.some(({ headline }) => headline.class !== null && LATE_IN_LOG.has(headline.class))
    if (!isLate && !(symptom.rule === 'log-errors' && says)) return []
    const home = container ?? homeOf(thing, snapshot)
    if (!home) return []
    const needed = dependencies.filter(({ from }) => from === containerThing(home))
    return causes.flatMap(({ finding: cause, thing: server }) => {
      const tie = needed.find(({ to }) => to === server)
      return tie ? [{ symptom, cause, because: `${symptom.title}; ${tie.says}`, strength: BEHIND }] : []
    })
  })
}

/** What its own container lacks makes a service late. */
const OF_ITS_OWN: ReadonlySet<string> = new Set([
  'cpu-throttled',
  'container-memory-pressure',
  'container-io-pressure',
  'container-tasks',
])

const behindItself = (all: readonly Known[], snapshot: Snapshot): Explanation[] =>
  all
    .filter(({ finding }) => LATE.has(finding.rule))
    .flatMap(({ finding: symptom, thing }) => {
      const home = homeOf(thing, snapshot)
      if (!home) return []
      return all
        .filter(({ finding, container }) => OF_ITS_OWN.has(finding.rule) && container?.id === home.id)
        .map(({ finding: cause }) => ({
          symptom,
          cause,
          because: `${symptom.title}: ${home.name} serves it`,
          strength: ITSELF,
        }))
    })

/** Who has one does not serve. */
const DOWN: ReadonlySet<string> = new Set(['crash-loop', 'exited-error', 'start-failed', 'oom-killed'])
const FULL: ReadonlySet<string> = new Set(['host-disk-space', 'host-fs-readonly', 'host-disk-errors'])

const addressOf = ({ evidence }: Finding): { host: string; port: number } | null => {
  const address = evidence.find(({ label }) => label === 'address')?.value
  const [, host = '', port] = /^(.+):(\d+)$/.exec(String(address ?? '')) ?? []
  return port === undefined ? null : { host, port: Number(port) }
}

/** A server that is gone left no reading that says where it lives: its address does. */
const behindGone = (all: readonly Known[], snapshot: Snapshot): Explanation[] =>
  all
    .filter(({ finding }) => finding.rule === 'server-gone')
    .flatMap(({ finding: symptom }) => {
      const address = addressOf(symptom)
      if (!address) return []
      // Of another machine's port it says nothing that a container here publishes the same.
      const isOwn = isOfMachine(address.host, snapshot)
      const holds = (container: ContainerReading): boolean =>
        answersTo(container, address.host) || (isOwn && publishes(container, address.port))
      const isHome = ({ container }: Known): boolean => container !== null && holds(container)
      const isHere = isOwn || snapshot.containers.some(holds)
      return all
        .filter(
          (cause) =>
            (DOWN.has(cause.finding.rule) && isHome(cause)) || (isHere && FULL.has(cause.finding.rule)),
        )
        .map((cause) => ({
          symptom,
          cause: cause.finding,
          because: symptom.title,
          strength: DOWN.has(cause.finding.rule) ? ITSELF : BEHIND - 1,
        }))
    })

/** What goes on in a database or a cache, and who waits for it. */
export const causesInServers = (
  all: readonly Known[],
  dependencies: readonly Dependency[],
  snapshot: Snapshot,
): Explanation[] => [
  ...onOneServer(all),
  ...behindServers(all, dependencies, snapshot),
  ...behindItself(all, snapshot),
  ...behindGone(all, snapshot),
]
