import type { ContainerReading } from '../model/container-reading.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { TargetKind } from '../model/target.ts'
import { containerOf } from './memory-of.ts'

/** Something that can be at fault: a container by its id, anything else by the name of its target. */
export type Thing = `${TargetKind} ${string}`

export const containerThing = ({ id }: Pick<ContainerReading, 'id'>): Thing => `container ${id}`

export type Address = { readonly host: string; readonly port: number | null }

const LOCAL = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0'])
/** The machine, as a container calls it. */
const MACHINE = new Set(['host.docker.internal', 'gateway.docker.internal', 'host.containers.internal'])

/** What leads to itself from wherever it is used: a socket's path does too. */
const isLoopback = (host: string): boolean =>
  LOCAL.has(host) || host.startsWith('127.') || host.startsWith('/')

/** Whether it is the machine itself that a name stands for. */
export const isOfMachine = (host: string, snapshot: Snapshot): boolean =>
  isLoopback(host) || MACHINE.has(host) || host === snapshot.host

export const publishes = (container: ContainerReading, port: number | null): boolean =>
  port !== null && container.ports.some(({ hostPort }) => hostPort === port)

/** The names by which others in its networks know it. */
export function answersTo(container: ContainerReading, host: string): boolean {
  const names = [
    container.name,
    container.compose?.service,
    ...container.networks.flatMap(({ aliases }) => aliases),
  ]
  return (
    names.includes(host) ||
    container.addresses.includes(host) ||
    container.networks.some(
      ({ name, aliases, addresses }) =>
        addresses.includes(host) || [container.name, ...aliases].some((alias) => host === `${alias}.${name}`),
    )
  )
}

const sharesNetwork = (one: ContainerReading, other: ContainerReading): boolean =>
  one.networks.some(({ name }) => other.networks.some((network) => network.name === name))

/** Where several bear a name: the one of the same project, then of the same network, then of the same engine. */
function nearest(
  from: ContainerReading | null,
  candidates: readonly ContainerReading[],
): ContainerReading | null {
  if (!from || candidates.length < 2) return candidates[0] ?? null
  const near = [
    (other: ContainerReading) => !!from.compose && other.compose?.project === from.compose.project,
    (other: ContainerReading) => sharesNetwork(from, other),
    (other: ContainerReading) => other.engine === from.engine,
  ]
  for (const isNear of near) {
    const found = candidates.find(isNear)
    if (found) return found
  }
  return candidates[0] ?? null
}

/** Where an address leads to, seen from a container, or from the machine itself. */
function containerAt(
  { host, port }: Address,
  from: ContainerReading | null,
  snapshot: Snapshot,
): ContainerReading | null {
  const others = snapshot.containers.filter(({ id }) => id !== from?.id)
  if (isOfMachine(host, snapshot)) {
    // Within a network of its own a container only finds itself there.
    if (from && isLoopback(host) && from.networkMode !== 'host') return null
    const publishing = others.filter((container) => publishes(container, port))
    // One that stopped keeps the port that it was made with, and may have left it to another.
    return publishing.find(({ state }) => state === 'running') ?? publishing[0] ?? null
  }
  return nearest(
    from,
    others.filter((container) => answersTo(container, host)),
  )
}

const hostsOf = ({ address, onThisHost }: { address: { host: string }; onThisHost: boolean }): Set<string> =>
  new Set([address.host, ...(onThisHost ? [...LOCAL, ...MACHINE] : [])])

/** The URL of a reading; null for what is none. */
function addressOf(url: string): Address | null {
  if (!URL.canParse(url)) return null
  const { hostname, port, protocol } = new URL(url)
  const usual = protocol === 'https:' ? 443 : protocol === 'http:' ? 80 : null
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) }
}

/** The container that a database, a cache, a service or Ollama runs in. */
export function homeOf(thing: Thing, snapshot: Snapshot): ContainerReading | null {
  const [kind, name] = [thing.slice(0, thing.indexOf(' ')), thing.slice(thing.indexOf(' ') + 1)]
  switch (kind) {
    case 'postgres': {
      const database = snapshot.databases.find((each) => each.name === name)
      return (database && containerOf(database, snapshot)) ?? null
    }
    case 'redis': {
      const cache = snapshot.caches.find((each) => each.name === name)
      return (cache && containerOf(cache, snapshot, 6379)) ?? null
    }
    case 'service': {
      const address = addressOf(snapshot.services.find((each) => each.name === name)?.url ?? '')
      return address && containerAt(address, null, snapshot)
    }
    case 'ollama': {
      const address = addressOf(name)
      return address && containerAt(address, null, snapshot)
    }
    default:
      return null
  }
}

/** All things that an address stands for: the container there, and what is read through it. */
export function thingsAt(address: Address, from: ContainerReading, snapshot: Snapshot): Thing[] {
  const container = containerAt(address, from, snapshot)
  const servers: { thing: Thing; isThere: boolean }[] = [
    ...[
      ...snapshot.databases.map((reading) => ({ kind: 'postgres' as const, reading })),
      ...snapshot.caches.map((reading) => ({ kind: 'redis' as const, reading })),
    ].map(({ kind, reading }) => ({
      thing: `${kind} ${reading.name}` as const,
      isThere: reading.address.port === address.port && hostsOf(reading).has(address.host),
    })),
    ...[
      ...snapshot.services.map(({ name, url }) => ({ thing: `service ${name}` as const, url })),
      ...snapshot.models.map(({ url }) => ({ thing: `ollama ${url}` as const, url })),
    ].map(({ thing, url }) => {
      const own = addressOf(url)
      return {
        thing,
        isThere:
          own !== null && own.host === address.host && (address.port === null || own.port === address.port),
      }
    }),
  ]
  const things = servers.filter(
    ({ thing, isThere }) =>
      (isThere && (!LOCAL.has(address.host) || from.networkMode === 'host')) ||
      (container && homeOf(thing, snapshot)?.id === container.id),
  )
  return [...(container ? [containerThing(container)] : []), ...things.map(({ thing }) => thing)]
}

/** What is read of a container's inside. */
export const readThrough = (container: ContainerReading, snapshot: Snapshot): Thing[] =>
  [
    ...snapshot.databases.map(({ name }): Thing => `postgres ${name}`),
    ...snapshot.caches.map(({ name }): Thing => `redis ${name}`),
    ...snapshot.models.map(({ url }): Thing => `ollama ${url}`),
  ].filter((thing) => homeOf(thing, snapshot)?.id === container.id)
