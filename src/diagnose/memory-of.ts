import type { ContainerReading } from '../model/container-reading.ts'
import type { PostgresReading } from '../model/postgres-reading.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Bytes } from '../model/units.ts'

export type MemoryOf = { readonly bytes: Bytes; readonly whose: string; readonly source: string }

type Server = {
  readonly address: { readonly host: string; readonly port: number }
  readonly onThisHost: boolean
}

/** The container that a server runs in, known by its address or by the port it publishes. */
export function containerOf(
  { address: { host, port }, onThisHost }: Server,
  snapshot: Snapshot,
  ownPort = 5432,
): ContainerReading | undefined {
  return snapshot.containers.find(
    (container) =>
      container.state === 'running' &&
      (container.addresses.includes(host) ||
        (onThisHost &&
          container.ports.some(
            ({ hostPort, containerPort }) => hostPort === port && containerPort === ownPort,
          ))),
  )
}

/**
 * The memory that a database can use: its container's limit or the machine's memory, whichever is smaller.
 * Null when it runs on another machine, of which this snapshot knows nothing.
 */
export function memoryOf(database: PostgresReading, snapshot: Snapshot): MemoryOf | null {
  const container = containerOf(database, snapshot)
  const limit = container?.limits.memoryBytes
  const total = snapshot.machine?.memory.totalBytes
  if (container && limit && (!total || limit < total)) {
    return {
      bytes: limit,
      whose: `the limit of container ${container.name}`,
      source: 'docker inspect HostConfig.Memory',
    }
  }
  if (!total || !(container || database.onThisHost)) return null
  return { bytes: total, whose: 'the memory of the machine', source: '/proc/meminfo MemTotal' }
}
