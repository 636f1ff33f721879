import type { Rule } from './rule.ts'
import {
  cpuThrottled,
  crashLoop,
  exitedWithError,
  memoryNearLimit,
  oomKilled,
  unhealthy,
} from './rules/containers.ts'
import { diskSpace, filesystemReadOnly, inodes } from './rules/filesystems.ts'
import { connectionsPredicted, diskFullPredicted, memoryLimitPredicted } from './rules/forecasts.ts'
import { gpuIdle, gpuMemory, modelOffGpu } from './rules/gpus.ts'
import {
  cpuSaturated,
  cpuSteal,
  ioWait,
  memoryLow,
  memoryPressure,
  rebooted,
  swapThrash,
} from './rules/host.ts'
import { environmentIgnored } from './rules/ignored-settings.ts'
import { logErrors } from './rules/log-errors.ts'
import { oomKill } from './rules/oom-kills.ts'
import {
  autovacuumOff,
  connectionsNearLimit,
  durabilityOff,
  idleInTransaction,
  idleTimeoutOff,
  pendingRestart,
  sharedBuffers,
} from './rules/postgres.ts'
import { redisConnections, redisReplicaDown, redisSaveFailed, redisSlowCommands } from './rules/redis.ts'
import { redisEvictions, redisFragmentation, redisMemory, redisNoLimit } from './rules/redis-memory.ts'
import {
  serviceAssets,
  serviceCertificate,
  serviceDown,
  serviceErrors,
  serviceSlow,
  serviceTail,
  serviceWrongAnswer,
} from './rules/services.ts'

import { unusual } from './rules/unusual.ts'

/** Every rule, by domain. A new one is written in `rules/` and named here. */
export const RULES: readonly Rule[] = [
  cpuSaturated,
  cpuSteal,
  ioWait,
  memoryLow,
  memoryPressure,
  swapThrash,
  oomKill,
  rebooted,
  diskSpace,
  inodes,
  filesystemReadOnly,

  crashLoop,
  exitedWithError,
  oomKilled,
  memoryNearLimit,
  cpuThrottled,
  unhealthy,
  environmentIgnored,
  logErrors,

  sharedBuffers,
  connectionsNearLimit,
  idleInTransaction,
  idleTimeoutOff,
  pendingRestart,
  durabilityOff,
  autovacuumOff,

  redisMemory,
  redisEvictions,
  redisFragmentation,
  redisSaveFailed,
  redisConnections,
  redisReplicaDown,
  redisSlowCommands,
  redisNoLimit,

  serviceDown,
  serviceWrongAnswer,
  serviceErrors,
  serviceSlow,
  serviceTail,
  serviceCertificate,
  serviceAssets,

  gpuIdle,
  gpuMemory,
  modelOffGpu,

  diskFullPredicted,
  memoryLimitPredicted,
  connectionsPredicted,
  unusual,
]
