import { join } from 'node:path'
import pg from 'pg'
import type { Config } from '../../config.ts'
import { startRecordedEngine } from '../../demo/recorded-engine.ts'
import { replay } from '../../demo/recorded-system.ts'
import { openRecording, type Recording } from '../../demo/recording.ts'
import type { Scenario } from '../../demo/scenarios.ts'
import type { Scene } from '../../scene.ts'

/** What must not be reached from a recording: this machine and what runs on it have no part in it. */
function outOfReach(): never {
  throw new Error(
    'this system is a recording, and this part of it does not exist: on the real one, perfbot would now do what the plan says',
  )
}

/** A slot that a replica left behind: dropping it has high risk, so that there is something for two people to approve. */
async function leaveSlotBehind(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query("SELECT pg_create_physical_replication_slot('old_replica', true)")
  await client.end()
}

export type RecordedScene = {
  readonly recording: Recording
  /** Of the engine that answers for the recorded containers. */
  readonly socket: string
  readonly scene: Scene
  stop(): Promise<void>
}

/** Nothing of this machine, and of the people's configuration only what is about Slack and models. */
export function recordedConfig(
  config: Config,
  { recording, socket }: Pick<RecordedScene, 'recording' | 'socket'>,
  databaseUrl: string | null,
): Config {
  return {
    ...config,
    // Stands over every report.
    host: `${recording.snapshot.host} (recorded)`,
    docker: [{ name: 'local', socket, configured: true }],
    postgres: databaseUrl ? [{ name: 'postgres', url: databaseUrl, configured: true }] : [],
    redis: [],
    services: [],
    nvidiaSmi: { command: '/nonexistent/nvidia-smi', configured: false },
  }
}

/** A recorded system in the place of this machine, with a real PostgreSQL standing in for its own. */
export async function startScene(
  name: Scenario,
  directory: string,
  databaseUrl: string | null,
): Promise<RecordedScene> {
  const recording = await openRecording(name, new Date())
  if (databaseUrl !== null) await leaveSlotBehind(databaseUrl)
  const socket = join(directory, 'recorded-engine.sock')
  const engine = await startRecordedEngine(recording.snapshot.containers, socket)
  const port = databaseUrl === null ? null : Number(new URL(databaseUrl).port)
  return {
    recording,
    socket,
    scene: {
      collection: (own, sinkOf) => replay(recording, own, sinkOf, port),
      engines: (own) => ({
        ...own,
        redis: outOfReach,
        ollama: outOfReach,
        machine: { sysctlRoot: '/nonexistent', sysctlDirectory: '/nonexistent', programs: {} },
      }),
    },
    stop: () => engine.stop(),
  }
}
