import { failingContainers } from './containers-failing.ts'
import { runningContainers } from './containers-running.ts'
import { recordedSystems } from './gpus.ts'
import { healthySystems } from './healthy.ts'
import { brokenHosts } from './host.ts'
import { postgresObjects } from './postgres-objects.ts'
import { postgresServer } from './postgres-server.ts'
import { postgresSessions } from './postgres-sessions.ts'
import { brokenRedis } from './redis.ts'
import type { Scenario } from './scenario.ts'
import { brokenServices } from './services.ts'
import { wholeSystems } from './systems.ts'

/** Every scenario, by domain. A new one is written beside its like and found here. */
export const SCENARIOS: readonly Scenario[] = [
  ...failingContainers,
  ...runningContainers,
  ...postgresSessions,
  ...postgresServer,
  ...postgresObjects,
  ...brokenRedis,
  ...brokenServices,
  ...brokenHosts,
  ...recordedSystems,
  ...wholeSystems,
  ...healthySystems,
]
