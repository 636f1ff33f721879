import type { ContainerReading } from '../../model/container-reading.ts'
import { redact } from '../../model/redact.ts'
import { bytes, type Cores, cores, seconds, type Timestamp, timestamp } from '../../model/units.ts'
import { readConnectionTargets, readEnvironment } from './environment.ts'
import type { Inspection } from './inspection.ts'
import { readMounts, readPorts } from './openings.ts'

/** Of one probe in the list: five of them stand in each snapshot. */
const LONGEST_PROBE_OUTPUT = 300

/** One that does not run publishes nothing; what it would, tells who fails for want of it. */
function portsOf({ State, HostConfig, NetworkSettings }: Inspection) {
  const published = NetworkSettings.Ports ?? {}
  const isUp = State.Status === 'running' || State.Status === 'paused'
  return isUp || Object.keys(published).length > 0 ? published : (HostConfig.PortBindings ?? {})
}

/** All of a container but its usage, which takes two samples, and the digests of its image, which the image has. */
export function readInspection(engine: string, inspected: Inspection): ContainerReading {
  const { State, Config, HostConfig, NetworkSettings } = inspected
  const networks = networksOf(NetworkSettings.Networks ?? {})
  return {
    engine,
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    image: Config.Image,
    imageId: inspected.Image,
    imageDigests: [],
    state: State.Status,
    exitCode: exitCodeOf(State),
    oomKilled: State.OOMKilled,
    restartCount: inspected.RestartCount,
    createdAt: instant(inspected.Created ?? ''),
    startedAt: instant(State.StartedAt),
    finishedAt: instant(State.FinishedAt),
    restartPolicy: restartPolicyOf(HostConfig),
    health: healthOf(State.Health),
    compose: composeOf(Config.Labels ?? {}),
    environment: readEnvironment(Config.Env ?? []),
    connectionTargets: readConnectionTargets(Config.Env ?? []),
    ports: readPorts(portsOf(inspected)),
    addresses: networks.flatMap(({ addresses }) => addresses),
    networks,
    networkMode: HostConfig.NetworkMode ?? 'default',
    ...readMounts(inspected.Mounts ?? []),
    privileged: HostConfig.Privileged ?? false,
    user: Config.User ?? '',
    capabilitiesAdded: HostConfig.CapAdd ?? [],
    logDriver: {
      name: HostConfig.LogConfig?.Type ?? '',
      maximumSize: HostConfig.LogConfig?.Config?.['max-size'] ?? null,
      maximumFiles: HostConfig.LogConfig?.Config?.['max-file'] ?? null,
    },
    runtime: HostConfig.Runtime ?? '',
    deviceRequests: (HostConfig.DeviceRequests ?? []).map((request) => ({
      driver: request.Driver ?? '',
      count: request.Count ?? 0,
      deviceIds: request.DeviceIDs ?? [],
      capabilities: (request.Capabilities ?? []).flat(),
    })),
    limits: {
      memoryBytes: HostConfig.Memory > 0 ? bytes(HostConfig.Memory) : null,
      memorySwapBytes: HostConfig.MemorySwap === 0 ? null : bytes(HostConfig.MemorySwap),
      cpuCores: quotaOf(HostConfig),
      // 0 and −1 are no limit.
      pids: HostConfig.PidsLimit && HostConfig.PidsLimit > 0 ? HostConfig.PidsLimit : null,
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
  const probes = (health.Log ?? []).map(({ Start, End, ExitCode, Output }) => {
    const startedAt = instant(Start ?? '')
    const endedAt = instant(End ?? '')
    return {
      startedAt,
      durationSeconds:
        startedAt === null || endedAt === null
          ? null
          : seconds(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
      exitCode: ExitCode,
      output: redact(Output).trim(),
    }
  })
  const last = probes.at(-1)
  return {
    status,
    failingStreak: health.FailingStreak,
    lastExitCode: last?.exitCode ?? null,
    lastOutput: last?.output ?? '',
    probes: probes.map((probe) => ({ ...probe, output: probe.output.slice(0, LONGEST_PROBE_OUTPUT) })),
  }
}

/** `db:service_healthy:false,cache:service_started:false`; Compose before 2.3 wrote the names alone. */
const dependenciesIn = (label: string) =>
  label
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [service = '', condition] = entry.split(':')
      return { service, condition: condition ?? null }
    })

function composeOf(labels: Record<string, string>): ContainerReading['compose'] {
  const project = labels['com.docker.compose.project']
  const service = labels['com.docker.compose.service']
  if (!project || !service) return null
  return {
    project,
    service,
    dependsOn: dependenciesIn(labels['com.docker.compose.depends_on'] ?? ''),
    configFiles: (labels['com.docker.compose.project.config_files'] ?? '')
      .split(',')
      .filter((file) => file !== ''),
  }
}

const networksOf = (
  networks: NonNullable<Inspection['NetworkSettings']['Networks']>,
): ContainerReading['networks'] =>
  Object.entries(networks).map(([name, { Aliases, IPAddress, GlobalIPv6Address }]) => ({
    name,
    aliases: Aliases ?? [],
    addresses: [IPAddress ?? '', GlobalIPv6Address ?? ''].filter((address) => address !== ''),
  }))

/** `--cpus` sets NanoCpus; Compose's cpu_quota sets the CFS quota, over a period of 100 ms unless told. */
function quotaOf(config: Inspection['HostConfig']): Cores | null {
  if (config.NanoCpus) return cores(config.NanoCpus / 1e9)
  if (config.CpuQuota && config.CpuQuota > 0) return cores(config.CpuQuota / (config.CpuPeriod || 100_000))
  return null
}
