import type { ContainerReading, ContainerUsage, LogTail } from '../../src/model/container-reading.ts'
import type { GpuReading } from '../../src/model/gpu-reading.ts'
import type { DiskReading, InterfaceReading } from '../../src/model/host-devices.ts'
import type { Filesystem, HostReading, Pressure, ProcessReading } from '../../src/model/host-reading.ts'
import type { OllamaReading } from '../../src/model/ollama-reading.ts'
import type { PostgresReading, PostgresSetting } from '../../src/model/postgres-reading.ts'
import type { RedisReading } from '../../src/model/redis-reading.ts'
import type { ServiceReading } from '../../src/model/service-reading.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import {
  bytes,
  bytesPerSecond,
  celsius,
  cores,
  hertz,
  perSecond,
  ratio,
  seconds,
  type Timestamp,
  timestamp,
  watts,
} from '../../src/model/units.ts'

/** A healthy system to change one thing of: what a test does not name does not trouble any rule. */
export const MEBIBYTE = 1024 ** 2
export const GIBIBYTE = 1024 ** 3

export const NOW = timestamp(new Date('2026-03-14T12:00:00Z'))
export const minutesBefore = (minutes: number, now: Timestamp = NOW): Timestamp =>
  timestamp(new Date(Date.parse(now) - minutes * 60_000))

const calm: Pressure = {
  someAvg10: ratio(0),
  someAvg60: ratio(0),
  someAvg300: ratio(0),
  someSeconds: seconds(0),
  fullAvg10: ratio(0),
  fullAvg60: ratio(0),
  fullAvg300: ratio(0),
  fullSeconds: seconds(0),
}

export const pressureOf = (changes: Partial<Pressure>): Pressure => ({ ...calm, ...changes })

export const makeFilesystem = (changes: Partial<Filesystem> = {}): Filesystem => ({
  mountPoint: '/',
  device: '/dev/nvme0n1p2',
  type: 'ext4',
  sizeBytes: bytes(500 * GIBIBYTE),
  availableBytes: bytes(300 * GIBIBYTE),
  freeBytes: bytes(325 * GIBIBYTE),
  inodes: 30_000_000,
  inodesFree: 29_000_000,
  readOnly: false,
  turnedReadOnly: false,
  ...changes,
})

export const makeDisk = (changes: Partial<DiskReading> = {}): DiskReading => ({
  device: 'nvme0n1',
  model: 'Samsung SSD 980 PRO 1TB',
  rotational: false,
  sizeBytes: bytes(1000 * 1000 ** 3),
  readBytes: bytesPerSecond(0),
  writtenBytes: bytesPerSecond(4096),
  reads: perSecond(0),
  writes: perSecond(1),
  readAwait: null,
  writeAwait: seconds(0.0002),
  queueLength: 0,
  utilisation: ratio(0),
  counters: null,
  ...changes,
})

export const makeInterface = (changes: Partial<InterfaceReading> = {}): InterfaceReading => ({
  interface: 'eth0',
  receivedBytes: bytesPerSecond(20_000),
  transmittedBytes: bytesPerSecond(30_000),
  receivedPackets: perSecond(40),
  transmittedPackets: perSecond(40),
  errors: perSecond(0),
  drops: perSecond(0),
  speed: bytesPerSecond(125_000_000),
  state: 'up',
  counters: null,
  ...changes,
})

export const makeProcess = (changes: Partial<ProcessReading> = {}): ProcessReading => ({
  pid: 4711,
  name: 'python3',
  cpuCores: cores(0.5),
  residentBytes: bytes(2 * GIBIBYTE),
  threads: 8,
  containerId: null,
  ...changes,
})

type MachineChanges = Partial<Omit<HostReading, 'cpu' | 'memory'>> & {
  cpu?: Partial<HostReading['cpu']>
  memory?: Partial<HostReading['memory']>
}

export function makeMachine({ cpu = {}, memory = {}, ...changes }: MachineChanges = {}): HostReading {
  return {
    operatingSystem: { platform: 'linux', distribution: 'Debian GNU/Linux 12', kernel: '6.1.0' },
    bootedAt: minutesBefore(60 * 24 * 30),
    rebootRequired: null,
    windowSeconds: seconds(1),
    cpu: {
      model: 'AMD EPYC 7313P 16-Core Processor',
      count: 16,
      busyRatio: ratio(0.1),
      userRatio: ratio(0.08),
      systemRatio: ratio(0.02),
      iowaitRatio: ratio(0),
      stealRatio: ratio(0),
      modes: null,
      busiestRatio: ratio(0.2),
      load1: 1,
      load5: 1,
      load15: 1,
      runnable: 1,
      blocked: 0,
      contextSwitches: perSecond(2000),
      interrupts: perSecond(1500),
      forks: perSecond(2),
      governor: null,
      thermalThrottles: null,
      ...cpu,
    },
    memory: {
      totalBytes: bytes(32 * GIBIBYTE),
      availableBytes: bytes(24 * GIBIBYTE),
      usedBytes: bytes(8 * GIBIBYTE),
      cacheBytes: bytes(10 * GIBIBYTE),
      swapTotalBytes: bytes(0),
      swapUsedBytes: bytes(0),
      swapInPages: perSecond(0),
      swapOutPages: perSecond(0),
      majorFaults: perSecond(0),
      allocationStalls: perSecond(0),
      oomKills: 0,
      meminfo: null,
      ...memory,
    },
    pressure: { cpu: calm, memory: calm, io: calm },
    counters: null,
    filesystems: [makeFilesystem()],
    disks: [makeDisk()],
    raids: [],
    network: [],
    tcp: null,
    sockets: null,
    conntrack: null,
    fileDescriptors: { allocated: 4000, maximum: 9_223_372 },
    tasks: { processes: 300, threads: 1200, limit: 250_000 },
    zombies: { count: 0, parents: [] },
    clock: null,
    temperatures: [],
    kernelSettings: {},
    kernelLog: [],
    topProcesses: [makeProcess()],
    ...changes,
  }
}

export function makeContainer(changes: Partial<ContainerReading> = {}): ContainerReading {
  const name = changes.name ?? 'api'
  return {
    engine: 'local',
    id: name.padEnd(64, '0'),
    name,
    image: `registry.example/${name}:1.4`,
    imageId: `sha256:${'b'.repeat(64)}`,
    imageDigests: [],
    state: 'running',
    exitCode: null,
    oomKilled: false,
    restartCount: 0,
    createdAt: minutesBefore(600),
    startedAt: minutesBefore(600),
    finishedAt: null,
    restartPolicy: { name: 'unless-stopped', maximumRetries: 0 },
    health: null,
    compose: null,
    environment: [],
    connectionTargets: [],
    ports: [],
    addresses: [],
    networks: [],
    networkMode: 'bridge',
    mounts: [],
    hasDockerSocket: false,
    privileged: false,
    user: 'app',
    capabilitiesAdded: [],
    logDriver: { name: 'json-file', maximumSize: '10m', maximumFiles: '3' },
    runtime: 'runc',
    deviceRequests: [],
    limits: { memoryBytes: bytes(512 * MEBIBYTE), memorySwapBytes: null, cpuCores: null, pids: null },
    usage: makeUsage(),
    ...changes,
  }
}

export const makeUsage = (changes: Partial<ContainerUsage> = {}): ContainerUsage => ({
  windowSeconds: seconds(1),
  source: 'cgroup-v2',
  cpuCores: cores(0.1),
  cpuOfQuota: null,
  throttledRatio: null,
  throttledTimeRatio: null,
  memoryWorkingSetBytes: bytes(100 * MEBIBYTE),
  memoryUsageBytes: bytes(120 * MEBIBYTE),
  memoryCacheBytes: bytes(30 * MEBIBYTE),
  swapBytes: bytes(0),
  oomKills: 0,
  pids: 12,
  io: {
    readBytes: bytesPerSecond(0),
    writtenBytes: bytesPerSecond(0),
    reads: perSecond(0),
    writes: perSecond(0),
  },
  network: null,
  pressure: null,
  totals: {
    cpuSeconds: seconds(3600),
    cpuUserSeconds: seconds(3000),
    cpuSystemSeconds: seconds(600),
    cpuPeriods: null,
    throttledPeriods: null,
    throttledSeconds: null,
    io: { readBytes: bytes(0), writtenBytes: bytes(0), reads: 0, writes: 0 },
    network: null,
  },
  ...changes,
})

/** A log of which these were the last lines, all of them read. */
export const makeLogTail = (
  { id, name }: Pick<ContainerReading, 'id' | 'name'>,
  lines: string[],
): LogTail => ({
  containerId: id,
  containerName: name,
  lines,
  read: {
    from: lines.length > 0 ? minutesBefore(1) : null,
    to: lines.length > 0 ? NOW : null,
    bytes: bytes(lines.join('\n').length),
    lines: lines.length,
    skipped: false,
    complete: true,
  },
  perMinute: { from: minutesBefore(30), intervalSeconds: seconds(60), lines: [], stderrLines: [] },
  perHour: { from: minutesBefore(24 * 60), intervalSeconds: seconds(3600), lines: [], stderrLines: [] },
})

export const makeSetting = (name: string, setting: string, unit: string | null = null): PostgresSetting => ({
  name,
  setting,
  unit,
  context: 'sighup',
  source: 'configuration file',
  sourceFile: null,
  sourceLine: null,
  pendingRestart: false,
})

export function makeDatabase(changes: Partial<PostgresReading> = {}): PostgresReading {
  return {
    name: 'main',
    address: { host: '127.0.0.1', port: 5432, database: 'app' },
    onThisHost: true,
    version: '18.4',
    versionNumber: 180004,
    startedAt: minutesBefore(60 * 24 * 10),
    roundTripSeconds: seconds(0.0004),
    windowSeconds: seconds(60),
    settings: [
      makeSetting('shared_buffers', String(8 * 1024 * 128), '8kB'),
      makeSetting('idle_in_transaction_session_timeout', '300000', 'ms'),
      makeSetting('fsync', 'on'),
      makeSetting('full_page_writes', 'on'),
      makeSetting('autovacuum', 'on'),
    ],
    connections: { used: 10, active: 1, idle: 9, idleInTransaction: 0, maximum: 100, reserved: 3 },
    unencryptedConnections: 0,
    connectionGroups: [],
    connectionGroupCount: 0,
    waitEvents: [],
    idleTransactions: [],
    longestTransactions: [],
    blocking: [],
    xminHolders: [],
    preparedTransactions: [],
    locks: [],
    databases: [],
    wraparound: [],
    progress: [],
    checkpoints: null,
    wal: null,
    walDirectory: null,
    archiver: null,
    io: null,
    standbys: [],
    slots: [],
    recovery: null,
    walReceiver: null,
    statements: null,
    catalogue: null,
    ...changes,
  }
}

export const makeGpu = (changes: Partial<GpuReading> = {}): GpuReading => ({
  vendor: 'nvidia',
  index: 0,
  uuid: 'GPU-8f2c',
  pciAddress: '0000:01:00.0',
  name: 'NVIDIA GeForce RTX 3060',
  driverVersion: '580.65.06',
  cudaVersion: '13.0',
  sampledAt: NOW,
  utilisation: ratio(0.6),
  memoryUtilisation: ratio(0.3),
  memoryUsedBytes: bytes(6 * GIBIBYTE),
  memoryTotalBytes: bytes(12 * GIBIBYTE),
  memoryReservedBytes: bytes(400 * MEBIBYTE),
  temperature: celsius(60),
  memoryTemperature: null,
  slowdownTemperature: celsius(95),
  shutdownTemperature: celsius(98),
  fan: ratio(0.4),
  power: watts(120),
  powerLimit: watts(170),
  defaultPowerLimit: watts(170),
  maximumPowerLimit: watts(170),
  performanceState: 'P2',
  clocks: {
    graphics: hertz(1_800_000_000),
    sm: hertz(1_800_000_000),
    memory: hertz(7_300_000_000),
    graphicsMaximum: hertz(2_100_000_000),
    smMaximum: hertz(2_100_000_000),
    memoryMaximum: hertz(7_501_000_000),
  },
  throttleReasons: [],
  throttledSeconds: null,
  ecc: null,
  retiredPages: null,
  remappedRows: null,
  pcie: { generation: 4, generationMaximum: 4, width: 16, widthMaximum: 16, replays: 0 },
  persistenceMode: true,
  computeMode: 'Default',
  migMode: null,
  recoveryAction: null,
  processes: [],
  ...changes,
})

type CacheChanges = Partial<
  Omit<RedisReading, 'memory' | 'persistence' | 'replication' | 'counters' | 'rates'>
> & {
  memory?: Partial<RedisReading['memory']>
  persistence?: Partial<RedisReading['persistence']>
  replication?: Partial<RedisReading['replication']>
  counters?: Partial<RedisReading['counters']>
  rates?: Partial<RedisReading['rates']>
}

export function makeCache({
  memory = {},
  persistence = {},
  replication = {},
  counters = {},
  rates = {},
  ...changes
}: CacheChanges = {}): RedisReading {
  return {
    name: 'cache',
    address: { host: '127.0.0.1', port: 6379 },
    onThisHost: true,
    product: 'redis',
    version: '7.4.2',
    mode: 'standalone',
    startedAt: minutesBefore(60 * 24 * 7),
    roundTripSeconds: seconds(0.0002),
    clients: {
      connected: 12,
      blocked: 0,
      maximum: 10_000,
      recentInputBufferBytes: bytes(20_480),
      recentOutputBufferBytes: bytes(0),
      pubsubChannels: 0,
      pubsubPatterns: 0,
    },
    memory: {
      usedBytes: bytes(200 * MEBIBYTE),
      rssBytes: bytes(220 * MEBIBYTE),
      peakBytes: bytes(240 * MEBIBYTE),
      datasetBytes: bytes(180 * MEBIBYTE),
      overheadBytes: bytes(20 * MEBIBYTE),
      startupBytes: bytes(MEBIBYTE),
      maximumBytes: bytes(GIBIBYTE),
      policy: 'allkeys-lru',
      systemBytes: bytes(32 * GIBIBYTE),
      fragmentationRatio: 1.1,
      fragmentationBytes: bytes(20 * MEBIBYTE),
      allocatorFragmentationRatio: 1.05,
      allocatorFragmentationBytes: bytes(10 * MEBIBYTE),
      luaBytes: bytes(32 * 1024),
      clientBuffersBytes: bytes(24 * 1024),
      replicaBuffersBytes: bytes(0),
      aofBufferBytes: bytes(0),
      notEvictableBytes: bytes(0),
      lazyfreePendingObjects: 0,
      defragmentationRunning: false,
      ...memory,
    },
    persistence: {
      loading: false,
      changesSinceSave: 10,
      saveInProgress: false,
      lastSaveAt: minutesBefore(30),
      lastSaveSucceeded: true,
      lastSaveDuration: seconds(1),
      lastSaveCopyOnWriteBytes: bytes(MEBIBYTE),
      lastForkDuration: seconds(0.002),
      appendOnly: null,
      ...persistence,
    },
    replication: {
      role: 'primary',
      replicas: [],
      source: null,
      offset: 0,
      backlogBytes: null,
      ...replication,
    },
    counters: {
      commands: 1_000_000,
      connectionsReceived: 5000,
      connectionsRejected: 0,
      keyspaceHits: 800_000,
      keyspaceMisses: 50_000,
      expiredKeys: 1000,
      evictedKeys: 0,
      evictedClients: 0,
      outputBufferDisconnections: 0,
      netInputBytes: bytes(100 * MEBIBYTE),
      netOutputBytes: bytes(500 * MEBIBYTE),
      errorReplies: 12,
      fullSyncs: 0,
      partialSyncs: 0,
      partialSyncsRefused: 0,
      forks: 20,
      delayedFsyncs: 0,
      accessDenied: 0,
      cpuSystemSeconds: seconds(60),
      cpuUserSeconds: seconds(90),
      ...counters,
    },
    rates: {
      windowSeconds: seconds(60),
      commands: perSecond(250),
      newConnections: perSecond(0.1),
      rejectedConnections: perSecond(0),
      keyspaceHits: perSecond(200),
      keyspaceMisses: perSecond(10),
      hitRatio: ratio(200 / 210),
      expiredKeys: perSecond(1),
      evictedKeys: perSecond(0),
      netInput: bytesPerSecond(20_000),
      netOutput: bytesPerSecond(90_000),
      errorReplies: perSecond(0),
      cpu: cores(0.02),
      ...rates,
    },
    commands: [
      {
        command: 'get',
        calls: 900_000,
        time: seconds(4),
        rejectedCalls: 0,
        failedCalls: 0,
        callsPerSecond: perSecond(210),
        timePerCall: seconds(0.000004),
        busyRatio: ratio(0.001),
        p50: seconds(0.000003),
        p99: seconds(0.00001),
        p999: seconds(0.00003),
      },
    ],
    errors: [],
    keyspace: [{ database: 0, keys: 120_000, expiring: 100_000, averageTimeToLive: seconds(3600) }],
    slowlog: { added: 0, entries: [] },
    latencyEvents: [],
    settings: { 'maxmemory-policy': 'allkeys-lru', 'slowlog-log-slower-than': '10000' },
    passwordRequired: true,
    ...changes,
  }
}

type ServiceChanges = Partial<Omit<ServiceReading, 'latest' | 'recent'>> & {
  latest?: Partial<ServiceReading['latest']>
  recent?: Partial<ServiceReading['recent']>
}

export function makeService({ latest = {}, recent = {}, ...changes }: ServiceChanges = {}): ServiceReading {
  return {
    name: 'api',
    url: 'https://api.example.org/health',
    method: 'GET',
    latest: { at: NOW, succeeded: true, status: 200, failure: null, responseTime: seconds(0.02), ...latest },
    recent: {
      windowSeconds: seconds(600),
      samples: 50,
      succeeded: 50,
      successRatio: ratio(1),
      responseTimes: {
        mean: seconds(0.022),
        maximum: seconds(0.04),
        p50: seconds(0.02),
        p90: seconds(0.03),
        p95: seconds(0.035),
        p99: null,
      },
      statuses: [{ status: 200, count: 50 }],
      failures: [],
      ...recent,
    },
    tail: { windowSeconds: seconds(3600), samples: 300, p99: seconds(0.04) },
    connection: {
      at: NOW,
      address: '10.0.0.7',
      lookup: seconds(0.001),
      connect: seconds(0.001),
      tlsHandshake: seconds(0.005),
      firstByte: seconds(0.019),
    },
    certificate: {
      subject: 'api.example.org',
      issuer: "Let's Encrypt R11",
      validFrom: minutesBefore(60 * 24 * 20),
      validUntil: minutesBefore(-60 * 24 * 70),
      names: ['DNS:api.example.org'],
      problem: null,
      protocol: 'TLSv1.3',
    },
    answer: {
      contentType: 'application/json',
      contentEncoding: null,
      cacheControl: 'no-store',
      hasEtag: false,
      hasLastModified: false,
      httpVersion: '1.1',
      bodyBytes: bytes(42),
      bodyComplete: true,
      keepsConnection: true,
    },
    redirect: null,
    assets: null,
    target: null,
    ...changes,
  }
}

export const makeResidentModel = (
  changes: Partial<OllamaReading['resident'][number]> = {},
): OllamaReading['resident'][number] => ({
  name: 'qwen3:8b',
  sizeBytes: bytes(6 * GIBIBYTE),
  vramBytes: bytes(6 * GIBIBYTE),
  contextLength: 8192,
  expiresAt: null,
  family: 'qwen3',
  parameterSize: '8.2B',
  quantization: 'Q4_K_M',
  ...changes,
})

export const makeOllama = (changes: Partial<OllamaReading> = {}): OllamaReading => ({
  url: 'http://127.0.0.1:11434',
  onThisHost: true,
  version: '0.12.0',
  installed: [
    {
      name: 'qwen3:8b',
      sizeBytes: bytes(5 * GIBIBYTE),
      remote: false,
      family: 'qwen3',
      parameterSize: '8.2B',
      quantization: 'Q4_K_M',
      capabilities: ['completion', 'tools', 'thinking'],
    },
  ],
  resident: [makeResidentModel()],
  probe: null,
  ...changes,
})

export function makeSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    id: 'snapshot-1',
    host: 'web-1',
    takenAt: NOW,
    durationSeconds: seconds(1.1),
    machine: makeMachine(),
    containers: [],
    logs: [],
    gpus: [],
    databases: [],
    caches: [],
    services: [],
    models: [],
    gaps: [],
    collectors: [{ collector: 'host', durationSeconds: seconds(1), succeeded: true }],
    ...changes,
  }
}

/** One snapshot a minute, `minutes` of them before now, each made from how many minutes before it was. */
export const makeHistory = (minutes: number, changes: (before: number) => Partial<Snapshot>): Snapshot[] =>
  Array.from({ length: minutes }, (_, index) => {
    const before = minutes - index
    return makeSnapshot({ id: `snapshot-${-before}`, takenAt: minutesBefore(before), ...changes(before) })
  })
