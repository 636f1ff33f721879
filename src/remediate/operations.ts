import { composeRestoreOverride, composeSetVariable, composeUp } from './operations/compose.ts'
import { containerRestoreFormer } from './operations/container-recreate.ts'
import {
  containerSetEnvironment,
  containerSetHealthcheck,
  containerSetLogRotation,
  containerSetPackageImage,
} from './operations/container-recreations.ts'
import { containerRestart } from './operations/container-restart.ts'
import { containerStart, containerStop } from './operations/container-stop.ts'
import { containerTruncateLog } from './operations/container-truncate-log.ts'
import { containerUpdateCpus, containerUpdateRestartPolicy } from './operations/container-update.ts'
import { containerUpdateMemory } from './operations/container-update-memory.ts'
import { dockerPruneBuildCache, dockerPruneImages } from './operations/docker-prune.ts'
import { gpuSetPersistence, gpuSetPowerLimit } from './operations/gpu.ts'
import { hostRestoreSysctl, hostSetSysctl } from './operations/host-sysctl.ts'
import { imageAddPackage, imageRemove } from './operations/image-add-package.ts'
import { ollamaLoad, ollamaUnload } from './operations/ollama-model.ts'
import type { Operation } from './operations/operation.ts'
import { postgresAlterSystem } from './operations/postgres-alter-system.ts'
import { postgresCancelQuery, postgresTerminateSession } from './operations/postgres-end-session.ts'
import { postgresCreateIndex, postgresDropIndex, postgresRecreateIndex } from './operations/postgres-index.ts'
import { postgresAnalyze, postgresReindex, postgresVacuum } from './operations/postgres-maintain.ts'
import {
  postgresCreateExtension,
  postgresDropExtension,
  postgresDropSlot,
  postgresRestoreRoleTimeout,
  postgresSetRoleTimeout,
} from './operations/postgres-objects.ts'
import { postgresResetSetting } from './operations/postgres-reset-setting.ts'
import { postgresRestoreSetting } from './operations/postgres-restore-setting.ts'
import { redisConfigSet } from './operations/redis-config.ts'
import { serviceLoad } from './operations/service-load.ts'

/** Everything that a fix can do. A step of a command file names one of these. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [
    containerRestart,
    containerStop,
    containerStart,
    containerUpdateMemory,
    containerUpdateCpus,
    containerUpdateRestartPolicy,
    containerSetEnvironment,
    containerSetLogRotation,
    containerSetHealthcheck,
    containerSetPackageImage,
    containerRestoreFormer,
    containerTruncateLog,
    imageAddPackage,
    imageRemove,
    dockerPruneImages,
    dockerPruneBuildCache,
    composeSetVariable,
    composeRestoreOverride,
    composeUp,
    postgresAlterSystem,
    postgresResetSetting,
    postgresRestoreSetting,
    postgresCancelQuery,
    postgresTerminateSession,
    postgresAnalyze,
    postgresVacuum,
    postgresReindex,
    postgresCreateIndex,
    postgresDropIndex,
    postgresRecreateIndex,
    postgresCreateExtension,
    postgresDropExtension,
    postgresDropSlot,
    postgresSetRoleTimeout,
    postgresRestoreRoleTimeout,
    redisConfigSet,
    ollamaLoad,
    ollamaUnload,
    gpuSetPersistence,
    gpuSetPowerLimit,
    hostSetSysctl,
    hostRestoreSysctl,
    serviceLoad,
  ].map((operation) => [operation.name, operation]),
)
