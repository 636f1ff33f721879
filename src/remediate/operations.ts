import { containerRestart } from './operations/container-restart.ts'
import { containerUpdateMemory } from './operations/container-update-memory.ts'
import type { Operation } from './operations/operation.ts'
import { postgresAlterSystem } from './operations/postgres-alter-system.ts'
import { postgresRestoreSetting } from './operations/postgres-restore-setting.ts'

/** Everything that a fix can do. A step of a command file names one of these. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [containerRestart, containerUpdateMemory, postgresAlterSystem, postgresRestoreSetting].map((operation) => [
    operation.name,
    operation,
  ]),
)
