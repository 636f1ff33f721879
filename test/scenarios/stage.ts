import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceSource } from '../../src/collect/services/source.ts'
import { seconds } from '../../src/model/units.ts'
import { type RealRedis, startRedis } from '../support/redis.ts'
import type { ContainerStage } from './stage/containers.ts'
import type { PostgresStage } from './stage/postgres.ts'

/** Engines that all scenarios share: each is started when the first scenario asks for it. */
export type Engines = {
  containers(): Promise<ContainerStage>
  /** A database in it. `stock` is the oldest server here, with the settings that it comes with. */
  postgres(which: 'tuned' | 'stock'): Promise<PostgresStage>
  stop(): Promise<void>
}

/** What one scenario breaks things with; everything is undone at its end. */
export type Stage = {
  containers(): Promise<ContainerStage>
  postgres(which?: 'tuned' | 'stock'): Promise<PostgresStage>
  /** Something to undo at the end, the last first. */
  undo(work: () => unknown): void
  redis(args?: readonly string[], options?: Parameters<typeof startRedis>[1]): Promise<RealRedis>
  directory(): Promise<string>
  /** A process that runs until the end. */
  process(command: string, args: readonly string[]): ChildProcess
  mend(): Promise<void>
}

export function createStage(engines: Engines): Stage {
  const undone: (() => unknown)[] = []
  return {
    async containers() {
      const containers = await engines.containers()
      undone.push(() => containers.clear())
      return containers
    },
    async postgres(which = 'tuned') {
      const database = await engines.postgres(which)
      undone.push(() => database.end())
      return database
    },
    undo: (work) => void undone.push(work),
    async redis(args, options) {
      const server = await startRedis(args, options)
      undone.push(() => server.stop())
      return server
    },
    async directory() {
      const directory = await mkdtemp(join(tmpdir(), 'perfbot-scenario-'))
      undone.push(() => rm(directory, { recursive: true, force: true }))
      return directory
    },
    process(command, args) {
      const child = spawn(command, args, { stdio: 'ignore' })
      undone.push(() => child.kill('SIGKILL'))
      return child
    },
    async mend() {
      for (const work of undone.toReversed()) await work()
    },
  }
}

export const serviceAt = (url: string, changes: Partial<ServiceSource> = {}): ServiceSource => ({
  name: 'api',
  url,
  method: 'GET',
  headers: {},
  expect: { status: null, text: null },
  target: null,
  timeout: seconds(5),
  probes: 5,
  assets: true,
  verifyCertificate: true,
  ca: null,
  ...changes,
})
