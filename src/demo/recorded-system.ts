import { randomUUID } from 'node:crypto'
import type { GpuReading } from '../model/gpu-reading.ts'
import type { LogSinkOf } from '../model/log-sink.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { timestamp } from '../model/units.ts'
import type { Recording } from './recording.ts'

/** What is really read beside the recording: a database stands in for the one of the system. */
type Real = {
  snapshot(): Promise<Snapshot>
  gpus(): Promise<readonly GpuReading[] | null>
  close(): Promise<void>
}

const POSTGRES_PORT = 5432

/**
 * A recorded system, read as a real one is: each reading says what was recorded, with what fixes have changed since.
 * Where the recording has no database, a real one stands in, at the port that the container of it publishes.
 */
export function replay(
  recording: Recording,
  real: Real,
  sinkOf: LogSinkOf,
  databasePort: number | null,
): Real {
  const { containers } = recording.snapshot
  for (const { ports } of containers) {
    for (const port of ports) {
      if (port.containerPort === POSTGRES_PORT && port.hostPort !== null && databasePort !== null)
        port.hostPort = databasePort
    }
  }
  let hasSpoken = false
  function speak(): void {
    if (hasSpoken) return
    hasSpoken = true
    for (const container of containers) {
      const sink = sinkOf(container)
      for (const line of recording.logs[container.id] ?? []) sink.line(line)
    }
  }
  return {
    async snapshot() {
      speak()
      const { databases, gaps, collectors, durationSeconds, host } = await real.snapshot()
      const ofDatabases = (name: string) => name.startsWith('postgres')
      return {
        ...structuredClone(recording.snapshot),
        id: randomUUID(),
        host,
        takenAt: timestamp(new Date()),
        durationSeconds,
        databases,
        gaps: gaps.filter(({ source }) => ofDatabases(source)),
        collectors: [
          ...recording.snapshot.collectors,
          ...collectors.filter(({ collector }) => ofDatabases(collector)),
        ],
      }
    },
    // Whoever asks for these alone has a model to run, and runs it here.
    gpus: () => real.gpus(),
    close: () => real.close(),
  }
}
