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
import { diskSaturated, diskSlow, raidBusy, raidDegraded } from './rules/host-disks.ts'
import {
  filesystemErrors,
  hardwareErrors,
  hungTasks,
  ioErrors,
  lockups,
  overheated,
  rebootRequired,
  segfaults,
  thermalThrottled,
  xids,
} from './rules/host-kernel.ts'
import {
  clockUnsynchronised,
  dirtyBackground,
  fileDescriptorsNearLimit,
  hugePagesAlways,
  overcommitOff,
  tasksNearLimit,
  zombies,
} from './rules/host-limits.ts'
import {
  commitLimit,
  hugePagesUnused,
  memoryCorrupted,
  pageTablesGrown,
  slabGrown,
} from './rules/host-memory-kinds.ts'
import {
  conntrackFull,
  linkChanged,
  listenOverflow,
  networkErrors,
  networkSaturated,
  retransmits,
} from './rules/host-network.ts'
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
  networkErrors,
  networkSaturated,
  linkChanged,
  retransmits,
  listenOverflow,
  conntrackFull,
  diskSlow,
  diskSaturated,
  raidDegraded,
  raidBusy,
  ioErrors,
  filesystemErrors,
  hungTasks,
  lockups,
  hardwareErrors,
  segfaults,
  xids,
  rebootRequired,
  overheated,
  thermalThrottled,
  fileDescriptorsNearLimit,
  tasksNearLimit,
  zombies,
  clockUnsynchronised,
  hugePagesAlways,
  overcommitOff,
  dirtyBackground,
  slabGrown,
  pageTablesGrown,
  hugePagesUnused,
  memoryCorrupted,
  commitLimit,

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
