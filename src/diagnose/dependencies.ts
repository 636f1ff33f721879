import type { ContainerReading } from '../model/container-reading.ts'
import type { LogErrorClass, LogSummary, LogTie } from '../model/log-summary.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { secondsBetween, type Timestamp } from '../model/units.ts'
import { minutes } from './history.ts'
import { causeInLog } from './log-cause.ts'
import { type Address, containerThing, readThrough, type Thing, thingsAt } from './whereabouts.ts'

/** That one thing needs another, and how that is known. */
export type Dependency = {
  readonly from: Thing
  readonly to: Thing
  readonly by: 'log' | 'setting' | 'compose'
  readonly says: string
  /** What the log says of it; null where it is only known that it is so. */
  readonly trouble: LogErrorClass | null
}

const shown = ({ host, port }: Address): string => (port === null ? host : `${host}:${port}`)

/** "since 11:02 UTC", with the date where it is another day's. */
const sinceWhen = (since: Timestamp | null, now: Timestamp): string =>
  since === null
    ? ''
    : ` since ${since.slice(0, 10) === now.slice(0, 10) ? '' : `${since.slice(0, 10)} `}${since.slice(11, 16)} UTC`

/** "212 refused connections to api:8000". */
function failuresOf(trouble: LogErrorClass, count: number, where: string): string {
  const many = (one: string, several: string) => `${count} ${count === 1 ? one : several}`
  switch (trouble) {
    case 'connection-refused':
      return `${many('refused connection', 'refused connections')} to ${where}`
    case 'connection-reset':
      return `${many('broken connection', 'broken connections')} to ${where}`
    case 'name-not-resolved':
      return `${many('failed look-up', 'failed look-ups')} of ${where}`
    case 'unreachable':
      return `${many('attempt', 'attempts')} to reach ${where} in vain`
    case 'timeout':
      return `${many('time-out', 'time-outs')} of ${where}`
    case 'upstream-failed':
    case 'server-error':
      return `${many('failed answer', 'failed answers')} of ${where}`
    case 'authentication-failed':
      return `${many('refused login', 'refused logins')} at ${where}`
    case 'tls-failed':
    case 'certificate-expired':
      return `${many('failed TLS handshake', 'failed TLS handshakes')} with ${where}`
    default:
      return `${many('error', 'errors')} with ${where} (${trouble.replaceAll('-', ' ')})`
  }
}

/** Ties that a log has not spoken of for longer are over. */
const RECENT = minutes(60)

/** What the end of the log of a container that is down says, where its whole log is not followed. */
function tieInTail(container: ContainerReading, snapshot: Snapshot): Dependency[] {
  const tail = snapshot.logs.find(({ containerId }) => containerId === container.id)
  const cause = causeInLog(tail?.lines ?? [])
  if (cause?.kind !== 'connection-refused' && cause?.kind !== 'name-not-resolved') return []
  const [, host = '', port] = /^(.+?)(?::(\d+))?$/.exec(cause.subject) ?? []
  const address = { host, port: port === undefined ? null : Number(port) }
  const does = cause.kind === 'connection-refused' ? 'is refused by' : 'cannot look up'
  return thingsAt(address, container, snapshot).map((to) => ({
    from: containerThing(container),
    to,
    by: 'log',
    says: `${container.name}: it ${does} ${shown(address)}`,
    trouble: cause.kind === 'connection-refused' ? 'connection-refused' : 'name-not-resolved',
  }))
}

function tiesInLog(container: ContainerReading, ties: readonly LogTie[], snapshot: Snapshot): Dependency[] {
  const { takenAt } = snapshot
  return ties
    .filter(({ until }) => until === null || secondsBetween(until, takenAt) <= RECENT)
    .flatMap((tie) => {
      const address = { host: tie.to, port: tie.port }
      const says = `${container.name}: ${failuresOf(tie.class, tie.count, shown(address))}${sinceWhen(tie.since, takenAt)}`
      return thingsAt(address, container, snapshot).map((to) => ({
        from: containerThing(container),
        to,
        by: 'log' as const,
        says,
        trouble: tie.class,
      }))
    })
}

/** What a container is set up to need: the addresses in its variables, and compose's depends_on. */
function needsOf(container: ContainerReading, snapshot: Snapshot): Dependency[] {
  const from = containerThing(container)
  const known = { from, trouble: null }
  const { compose } = container
  const services = (compose?.dependsOn ?? []).flatMap(({ service }) => {
    const others = snapshot.containers.filter(
      (other) =>
        other.engine === container.engine &&
        other.compose?.project === compose?.project &&
        other.compose?.service === service,
    )
    // Of one that has several containers no single one has to be there.
    const [only] = others
    if (!only || others.length > 1) return []
    const things = [containerThing(only), ...readThrough(only, snapshot)]
    return things.map((to) => ({
      ...known,
      to,
      by: 'compose' as const,
      says: `${container.name} depends on ${service}`,
    }))
  })
  return [
    ...container.connectionTargets.flatMap(({ name, host, port }) =>
      thingsAt({ host, port }, container, snapshot).map((to) => ({
        ...known,
        to,
        by: 'setting' as const,
        says: `${container.name} is set up to use ${shown({ host, port })} (${name})`,
      })),
    ),
    ...services,
  ]
}

/** Who needs whom, as far as readings and logs say. */
export function dependenciesOf(snapshot: Snapshot, logs: ReadonlyMap<string, LogSummary>): Dependency[] {
  return snapshot.containers.flatMap((container) => {
    const ties = logs.get(container.id)?.ties ?? []
    const isFollowed = container.state === 'running' && logs.has(container.id)
    return [
      ...tiesInLog(container, ties, snapshot),
      ...(isFollowed ? [] : tieInTail(container, snapshot)),
      ...needsOf(container, snapshot),
    ]
  })
}
