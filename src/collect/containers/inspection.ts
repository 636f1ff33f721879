import { z } from 'zod'
import { type ContainerReading, ContainerState } from '../../model/container-reading.ts'
import { redact } from '../../model/redact.ts'
import { bytes, type Cores, cores, type Timestamp, timestamp } from '../../model/units.ts'
import { readEnvironment } from './environment.ts'

/** What is used of `GET /containers/{id}/json`, in the words of Docker's API. */
export const Inspection = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  RestartCount: z.number().default(0),
  State: z.object({
    Status: ContainerState,
    Pid: z.number().default(0),
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
    /** Why the engine could not start it: no such command, a port that is taken. */
    Error: z.string().default(''),
    StartedAt: z.string(),
    FinishedAt: z.string(),
    Health: z
      .object({
        Status: z.string(),
        FailingStreak: z.number().default(0),
        Log: z.array(z.object({ ExitCode: z.number(), Output: z.string() })).nullish(),
      })
      .nullish(),
  }),
  Config: z.object({
    Image: z.string(),
    Tty: z.boolean().default(false),
    Env: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.object({
    Memory: z.number().default(0),
    MemorySwap: z.number().default(0),
    NanoCpus: z.number().nullish(),
    CpuQuota: z.number().nullish(),
    CpuPeriod: z.number().nullish(),
    RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number().default(0) }).nullish(),
  }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostPort: z.string() })).nullable()).nullish(),
    Networks: z
      .record(
        z.string(),
        z.object({ IPAddress: z.string().nullish(), GlobalIPv6Address: z.string().nullish() }),
      )
      .nullish(),
  }),
})
export type Inspection = z.infer<typeof Inspection>

/** All of a container but its usage, which takes two samples. */
export function readInspection(engine: string, inspected: Inspection): ContainerReading {
  const { State, Config, HostConfig } = inspected
  return {
    engine,
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    image: Config.Image,
    imageId: inspected.Image,
    state: State.Status,
    exitCode: exitCodeOf(State),
    oomKilled: State.OOMKilled,
    restartCount: inspected.RestartCount,
    startedAt: instant(State.StartedAt),
    finishedAt: instant(State.FinishedAt),
    restartPolicy: restartPolicyOf(HostConfig),
    health: healthOf(State.Health),
    compose: composeOf(Config.Labels ?? {}),
    environment: readEnvironment(Config.Env ?? []),
    ports: portsOf(inspected.NetworkSettings.Ports ?? {}),
    addresses: Object.values(inspected.NetworkSettings.Networks ?? {}).flatMap((network) =>
      [network.IPAddress, network.GlobalIPv6Address].filter((address) => address != null && address !== ''),
    ) as string[],
    limits: {
      memoryBytes: HostConfig.Memory > 0 ? bytes(HostConfig.Memory) : null,
      memorySwapBytes: HostConfig.MemorySwap === 0 ? null : bytes(HostConfig.MemorySwap),
      cpuCores: quotaOf(HostConfig),
    },
    usage: null,
  }
}

/** Docker's zero time, 0001-01-01, means never. */
function instant(text: string): Timestamp | null {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1970 ? null : timestamp(date)
}

/** While a container runs, the engine shows 0 whatever its last run ended with: unknown is the truth. */
function exitCodeOf({ Status, ExitCode, Error: failure }: Inspection['State']): number | null {
  const ended = Status === 'exited' || Status === 'dead' || Status === 'restarting'
  // One that could not even be started stays `created`, with the code that the engine gave it.
  const failedToStart = Status === 'created' && failure !== ''
  return ended || failedToStart ? ExitCode : null
}

/** An engine from before restart policies, or a container made without one, gives an empty name. */
function restartPolicyOf(config: Inspection['HostConfig']): ContainerReading['restartPolicy'] {
  const name = config.RestartPolicy?.Name
  const known = name === 'always' || name === 'unless-stopped' || name === 'on-failure'
  return { name: known ? name : 'no', maximumRetries: config.RestartPolicy?.MaximumRetryCount ?? 0 }
}

function healthOf(health: Inspection['State']['Health']): ContainerReading['health'] {
  const status = health?.Status
  // 'none' is a healthcheck that was switched off.
  if (!health || (status !== 'starting' && status !== 'healthy' && status !== 'unhealthy')) return null
  const last = health.Log?.at(-1)
  return {
    status,
    failingStreak: health.FailingStreak,
    lastExitCode: last?.ExitCode ?? null,
    lastOutput: redact(last?.Output ?? '').trim(),
  }
}

function composeOf(labels: Record<string, string>): ContainerReading['compose'] {
  const project = labels['com.docker.compose.project']
  const service = labels['com.docker.compose.service']
  return project && service ? { project, service } : null
}

/** `{"5432/tcp": [{HostIp, HostPort}]}`; published on IPv4 and IPv6 it stands there twice. */
function portsOf(ports: NonNullable<Inspection['NetworkSettings']['Ports']>): ContainerReading['ports'] {
  return Object.entries(ports).flatMap(([port, bindings]) => {
    const hostPorts = new Set((bindings ?? []).map(({ HostPort }) => Number(HostPort)))
    const published: (number | null)[] = hostPorts.size > 0 ? [...hostPorts] : [null]
    return published.map((hostPort) => ({ containerPort: Number.parseInt(port, 10), hostPort }))
  })
}

/** `--cpus` sets NanoCpus; Compose's cpu_quota sets the CFS quota, over a period of 100 ms unless told. */
function quotaOf(config: Inspection['HostConfig']): Cores | null {
  if (config.NanoCpus) return cores(config.NanoCpus / 1e9)
  if (config.CpuQuota && config.CpuQuota > 0) return cores(config.CpuQuota / (config.CpuPeriod || 100_000))
  return null
}
