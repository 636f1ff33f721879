import { z } from 'zod'
import { Bytes, BytesPerSecond, Cores, PerSecond, Ratio, Seconds, Timestamp } from './units.ts'

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

/** Pressure stall information of one cgroup: the share of time in which some, or all, of its tasks waited. */
export const ContainerPressure = z.object({
  someAvg10: Ratio,
  someAvg60: Ratio,
  someAvg300: Ratio,
  /** Stalled since the cgroup was made. */
  someSeconds: Seconds,
  /** Null for `cpu` on kernels that do not state it. */
  fullAvg10: Ratio.nullable(),
  fullAvg60: Ratio.nullable(),
  fullAvg300: Ratio.nullable(),
  fullSeconds: Seconds.nullable(),
})
export type ContainerPressure = z.infer<typeof ContainerPressure>

/** Counters since the start of the run, as Prometheus wants them. Null where the kernel or the engine states none. */
export const ContainerTotals = z.object({
  cpuSeconds: Seconds,
  cpuUserSeconds: Seconds.nullable(),
  cpuSystemSeconds: Seconds.nullable(),
  /** Enforcement periods of the CPU quota; they stand still without one. */
  cpuPeriods: z.number().nullable(),
  throttledPeriods: z.number().nullable(),
  /** How long its tasks were held back, added up over all CPUs. */
  throttledSeconds: Seconds.nullable(),
  /** Over all block devices, as `docker stats` adds them: a volume of LVM counts beside the disk below it. */
  io: z
    .object({
      readBytes: Bytes,
      writtenBytes: Bytes,
      reads: z.number().nullable(),
      writes: z.number().nullable(),
    })
    .nullable(),
  /** Each interface but the loopback. Null with the network of the host, whose traffic is not the container's. */
  network: z
    .array(
      z.object({
        interface: z.string(),
        receivedBytes: Bytes,
        receivedPackets: z.number(),
        receiveErrors: z.number(),
        receiveDrops: z.number(),
        transmittedBytes: Bytes,
        transmittedPackets: z.number(),
        transmitErrors: z.number(),
        transmitDrops: z.number(),
      }),
    )
    .nullable(),
})
export type ContainerTotals = z.infer<typeof ContainerTotals>

/** Rates are means over `windowSeconds`; a rate is null when its counter began anew within the window. */
export const ContainerUsage = z.object({
  windowSeconds: Seconds,
  /** The kernel's own files, or the engine's API where they cannot be seen: the definitions are the same. */
  source: z.enum(['cgroup-v1', 'cgroup-v2', 'api']),
  cpuCores: Cores,
  /** cpuCores / quota; null without a quota. */
  cpuOfQuota: Ratio.nullable(),
  /** Throttled periods / periods within the window; null without a CPU quota or without a period in it. */
  throttledRatio: Ratio.nullable(),
  /** Time for which its tasks were held back, per time, over all CPUs: may exceed 1. Null without a CPU quota. */
  throttledTimeRatio: Ratio.nullable(),
  /** usage − inactive_file: what `docker stats` and the kubelet call used. */
  memoryWorkingSetBytes: Bytes,
  /** Everything that is charged to it, page cache included: what the limit is held against. */
  memoryUsageBytes: Bytes,
  /** Page cache, shared memory included. */
  memoryCacheBytes: Bytes.nullable(),
  swapBytes: Bytes.nullable(),
  /** OOM kills inside the container's cgroup since it was made; null where the engine does not say. */
  oomKills: z.number().nullable(),
  pids: z.number().nullable(),
  io: z
    .object({
      readBytes: BytesPerSecond,
      writtenBytes: BytesPerSecond,
      reads: PerSecond.nullable(),
      writes: PerSecond.nullable(),
    })
    .nullable(),
  /** All interfaces together. */
  network: z
    .object({
      receivedBytes: BytesPerSecond,
      transmittedBytes: BytesPerSecond,
      receivedPackets: PerSecond,
      transmittedPackets: PerSecond,
      errors: PerSecond,
      drops: PerSecond,
    })
    .nullable(),
  /** Null without cgroup v2 or PSI, and through the API. */
  pressure: z.object({ cpu: ContainerPressure, memory: ContainerPressure, io: ContainerPressure }).nullable(),
  totals: ContainerTotals,
})
export type ContainerUsage = z.infer<typeof ContainerUsage>

/** One run of the healthcheck. The output is redacted and cut. */
export const HealthProbe = z.object({
  startedAt: Timestamp.nullable(),
  durationSeconds: Seconds.nullable(),
  exitCode: z.number(),
  output: z.string(),
})
export type HealthProbe = z.infer<typeof HealthProbe>

export const ContainerReading = z.object({
  /** The engine it runs on, as config names it. */
  engine: z.string(),
  /** The full identifier, 64 hexadecimal digits: a recreated container has another. */
  id: z.string(),
  name: z.string(),
  image: z.string(),
  imageId: z.string(),
  /** `postgres@sha256:…`, as registries know the image; empty for one that was built here, or is gone. */
  imageDigests: z.array(z.string()),
  state: ContainerState,
  /** Of the last run, once it has ended; null while one lasts: the engine forgets the code at each start. */
  exitCode: z.number().nullable(),
  /**
   * Of the last run that ended so: Docker 20.10 leaves it set while the next run lasts. Can be false when only a
   * child process was killed: see `usage.oomKills`.
   */
  oomKilled: z.boolean(),
  restartCount: z.number(),
  createdAt: Timestamp.nullable(),
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
      /** The last few that the engine keeps, oldest first. */
      probes: z.array(HealthProbe),
    })
    .nullable(),
  compose: z
    .object({
      project: z.string(),
      service: z.string(),
      /** Services of the same project that have to be there first. */
      dependsOn: z.array(z.object({ service: z.string(), condition: z.string().nullable() })),
      configFiles: z.array(z.string()),
    })
    .nullable(),
  /** Names always; a value only where the name is known to hold no secret, else null. */
  environment: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  /** What its variables say that it connects to: from values like URLs the scheme, host and port, never more. */
  connectionTargets: z.array(
    z.object({
      /** The variable. */
      name: z.string(),
      scheme: z.string(),
      host: z.string(),
      port: z.number().nullable(),
    }),
  ),
  /** `hostPort` and `hostIp` are null for a port that is exposed but not published. */
  ports: z.array(
    z.object({
      containerPort: z.number(),
      protocol: z.string(),
      hostPort: z.number().nullable(),
      hostIp: z.string().nullable(),
    }),
  ),
  /** IP addresses in the container's networks. */
  addresses: z.array(z.string()),
  networks: z.array(
    z.object({ name: z.string(), aliases: z.array(z.string()), addresses: z.array(z.string()) }),
  ),
  /** `bridge`, `host`, `none`, `container:…` or the name of a network. */
  networkMode: z.string(),
  mounts: z.array(
    z.object({
      type: z.string(),
      /** The path on the host, or the name of a volume. */
      source: z.string(),
      destination: z.string(),
      writable: z.boolean(),
    }),
  ),
  /** Whoever is in it is as powerful as root on the host. */
  hasDockerSocket: z.boolean(),
  privileged: z.boolean(),
  /** As the image or the container names it; empty is root. */
  user: z.string(),
  capabilitiesAdded: z.array(z.string()),
  logDriver: z.object({
    name: z.string(),
    /** `max-size` and `max-file` as they were given; without a size a json-file log grows without end. */
    maximumSize: z.string().nullable(),
    maximumFiles: z.string().nullable(),
  }),
  runtime: z.string(),
  /** What was asked for by --gpus or a compose `devices:` reservation; `count` −1 is all. */
  deviceRequests: z.array(
    z.object({
      driver: z.string(),
      count: z.number(),
      deviceIds: z.array(z.string()),
      capabilities: z.array(z.string()),
    }),
  ),
  limits: z.object({
    memoryBytes: Bytes.nullable(),
    /** Memory and swap together, as Docker counts it; −1 is no limit, null is not set. */
    memorySwapBytes: Bytes.nullable(),
    cpuCores: Cores.nullable(),
    pids: z.number().nullable(),
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

/** Lines counted by time: `lines[0]` are those of the first interval that begins at `from`. */
export const LineCounts = z.object({
  from: Timestamp,
  intervalSeconds: Seconds,
  lines: z.array(z.number()),
  stderrLines: z.array(z.number()),
})
export type LineCounts = z.infer<typeof LineCounts>

/**
 * The last lines that a container wrote, oldest first, with secrets redacted, and of one that is well none: each
 * snapshot is kept. Why the engine could not start it, if so, comes last, as `docker: …`.
 */
export const LogTail = z.object({
  containerId: z.string(),
  containerName: z.string(),
  lines: z.array(z.string()),
  /** What this reading took from the log: only what was written since the one before. */
  read: z.object({
    /** Time of the first and of the last line; null when nothing was written. */
    from: Timestamp.nullable(),
    to: Timestamp.nullable(),
    bytes: Bytes,
    lines: z.number(),
    /** Something was left out for good: older than the newest 20 MB, or rotated away before it could be read. */
    skipped: z.boolean(),
    /** Nothing is left to read; otherwise the next reading goes on where this one had to stop. */
    complete: z.boolean(),
  }),
  /** By minute for the last half hour, by hour for the last day; empty of what was never read. */
  perMinute: LineCounts,
  perHour: LineCounts,
})
export type LogTail = z.infer<typeof LogTail>
