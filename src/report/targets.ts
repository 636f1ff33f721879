import { z } from 'zod'

const share = (value: number) => z.number().min(0).max(1).default(value)

/** What each key figure should be. config/perfbot.yaml can set each under `targets:`. Ratios are 0 to 1. */
export const Targets = z.strictObject({
  /** Containers that are meant to run, run and are not unhealthy, at least. */
  containersUp: share(1),
  cpuBusy: share(0.8),
  memoryUsed: share(0.85),
  diskUsed: share(0.9),
  /** At least: an idle GPU is money spent for nothing. */
  gpuUtilisation: share(0.15),
  /** Time of SELECT 1, in seconds. */
  databaseRoundTrip: z.number().positive().default(0.1),
  databaseConnections: share(0.8),
  /** Time of PING, in seconds. */
  cacheRoundTrip: z.number().positive().default(0.01),
  /** Of the probes of the service that fails most. */
  servicesSuccessful: share(0.99),
  /** Of the services that have a target in config. */
  servicesWithinTarget: share(1),
})
export type Targets = z.infer<typeof Targets>
