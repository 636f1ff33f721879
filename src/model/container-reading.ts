import { z } from 'zod'
import { Bytes, Cores, Ratio, Seconds, Timestamp } from './units.ts'

export const ContainerState = z.enum([
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
  'stopping',
])
export type ContainerState = z.infer<typeof ContainerState>

/** Rates are means over `windowSeconds`. */
export const ContainerUsage = z.object({
  windowSeconds: Seconds,
  cpuCores: Cores,
  /** Throttled periods / periods within the window; null without a CPU quota or without a period in it. */
  throttledRatio: Ratio.nullable(),
  /** usage − inactive_file: what `docker stats` and the kubelet call used. */
  memoryWorkingSetBytes: Bytes,
  /** OOM kills inside the container's cgroup since it was made; null where the engine does not say. */
  oomKills: z.number().nullable(),
  pids: z.number().nullable(),
})
export type ContainerUsage = z.infer<typeof ContainerUsage>

export const ContainerReading = z.object({
  /** The engine it runs on, as config names it. */
  engine: z.string(),
  /** The full identifier, 64 hexadecimal digits: a recreated container has another. */
  id: z.string(),
  name: z.string(),
  image: z.string(),
  imageId: z.string(),
  state: ContainerState,
  /** Of the last run, once it has ended; null while one lasts: the engine forgets the code at each start. */
  exitCode: z.number().nullable(),
  /**
   * Of the last run that ended so: Docker 20.10 leaves it set while the next run lasts. Can be false when only a
   * child process was killed: see `usage.oomKills`.
   */
  oomKilled: z.boolean(),
  restartCount: z.number(),
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  restartPolicy: z.object({
    name: z.enum(['no', 'always', 'unless-stopped', 'on-failure']),
    maximumRetries: z.number(),
  }),
  /** Null without a healthcheck. */
  health: z
    .object({
      status: z.enum(['starting', 'healthy', 'unhealthy']),
      failingStreak: z.number(),
      lastExitCode: z.number().nullable(),
      /** Output of the last probe, redacted. */
      lastOutput: z.string(),
    })
    .nullable(),
  compose: z.object({ project: z.string(), service: z.string() }).nullable(),
  /** Names always; a value only where the name is known to hold no secret, else null. */
  environment: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  ports: z.array(z.object({ containerPort: z.number(), hostPort: z.number().nullable() })),
  /** IP addresses in the container's networks. */
  addresses: z.array(z.string()),
  limits: z.object({
    memoryBytes: Bytes.nullable(),
    /** Memory and swap together, as Docker counts it; −1 is no limit, null is not set. */
    memorySwapBytes: Bytes.nullable(),
    cpuCores: Cores.nullable(),
  }),
  /** Null while it does not run. */
  usage: ContainerUsage.nullable(),
})
export type ContainerReading = z.infer<typeof ContainerReading>

/** SIGTERM (143) and SIGKILL (137) without OOM are how `docker stop` ends a container: somebody wanted it. */
export const wasStopped = ({ exitCode, oomKilled }: ContainerReading): boolean =>
  exitCode === 143 || (exitCode === 137 && !oomKilled)

/**
 * Whether it is down when it does not run, and not a job that is done or something that nobody started. Compose
 * starts services with the policy "no": one that ended with an error was meant to run, or to end well.
 */
export function isMeantToRun(container: ContainerReading): boolean {
  const { state, exitCode, compose, restartPolicy } = container
  if (state === 'running' || state === 'restarting') return true
  if (state === 'created') return false
  if (exitCode === 0) return restartPolicy.name === 'always' || restartPolicy.name === 'unless-stopped'
  if (restartPolicy.name !== 'no') return true
  return compose !== null && exitCode !== null && !wasStopped(container)
}

/**
 * The last lines that a container wrote, oldest first, with secrets redacted. Why the engine could not start
 * it, if so, comes last, as `docker: …`.
 */
export const LogTail = z.object({
  containerId: z.string(),
  containerName: z.string(),
  lines: z.array(z.string()),
})
export type LogTail = z.infer<typeof LogTail>
