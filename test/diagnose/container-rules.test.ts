import { describe } from 'vitest'
import type { ContainerReading, ContainerUsage } from '../../src/model/container-reading.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, ratio, seconds } from '../../src/model/units.ts'
import {
  MEBIBYTE,
  makeCache,
  makeContainer,
  makeGpu,
  makeLogTail,
  makeUsage,
  minutesBefore,
} from '../support/snapshot.ts'
import { holds } from './table.ts'

const one = (changes: Partial<ContainerReading>): Partial<Snapshot> => ({
  containers: [makeContainer(changes)],
})
const using = (changes: Partial<ContainerUsage>) => one({ usage: makeUsage(changes) })
const unread = one({ usage: null })
const fine = one({})

const service = (name: string, dependsOn: string[] = []): Partial<ContainerReading> => ({
  name,
  compose: {
    project: 'shop',
    service: name,
    dependsOn: dependsOn.map((each) => ({ service: each, condition: 'service_started' })),
    configFiles: [],
  },
  networks: [{ name: 'shop_default', aliases: [name], addresses: [] }],
})
const withDependant = (changes: Partial<ContainerReading>) => ({
  containers: [makeContainer({ ...service('db'), ...changes }), makeContainer(service('api', ['db']))],
})

describe('how a container is made', () => {
  const unlimited = { limits: { memoryBytes: null, memorySwapBytes: null, cpuCores: null, pids: null } }
  holds({
    rule: 'container-no-memory-limit',
    severity: 'low',
    found: { containers: [makeContainer(unlimited), makeContainer({ name: 'db' })] },
    near: one(unlimited),
    unknown: null,
  })
  const log = (maximumSize: string | null, name = 'json-file') =>
    one({ logDriver: { name, maximumSize, maximumFiles: null } })
  holds({
    rule: 'container-log-unbounded',
    severity: 'low',
    found: log(null),
    near: log('10m'),
    unknown: null,
  })
  holds({
    rule: 'container-log-unbounded',
    severity: 'low',
    found: log('-1'),
    near: log(null, 'journald'),
    unknown: null,
  })
  holds({
    rule: 'container-docker-socket',
    severity: 'low',
    found: one({ hasDockerSocket: true }),
    near: fine,
    unknown: null,
  })
  holds({
    rule: 'container-privileged',
    severity: 'low',
    found: one({ privileged: true }),
    near: fine,
    unknown: null,
  })
  const adds = (...capabilitiesAdded: string[]) => one({ capabilitiesAdded })
  holds({
    rule: 'container-capabilities',
    severity: 'low',
    found: adds('CAP_SYS_ADMIN'),
    near: adds('NET_BIND_SERVICE'),
    unknown: null,
  })
  const mounts = (source: string, writable: boolean) =>
    one({ mounts: [{ type: 'bind', source, destination: '/host', writable }] })
  holds({
    rule: 'container-system-mount',
    severity: 'low',
    found: mounts('/', true),
    near: mounts('/', false),
    unknown: null,
  })
  const image = (name: string, imageDigests = ['nginx@sha256:1']) => one({ image: name, imageDigests })
  holds({
    rule: 'container-latest-tag',
    severity: 'low',
    found: image('registry:5000/nginx'),
    near: image('registry:5000/nginx:1.27'),
    unknown: null,
  })
  holds({
    rule: 'container-latest-tag',
    severity: 'low',
    found: image('nginx:latest'),
    near: image('nginx:latest', []),
    unknown: null,
  })
  const policy = (name: 'no' | 'always') => withDependant({ restartPolicy: { name, maximumRetries: 0 } })
  holds({
    rule: 'container-no-restart',
    severity: 'low',
    found: policy('no'),
    near: policy('always'),
    unknown: null,
  })
  holds({
    rule: 'container-no-healthcheck',
    severity: 'low',
    found: withDependant({}),
    near: fine,
    unknown: null,
  })
  const port = (containerPort: number, hostIp: string | null) => ({
    ports: [{ containerPort, protocol: 'tcp', hostPort: containerPort, hostIp }],
  })
  holds({
    rule: 'container-store-published',
    severity: 'low',
    found: one(port(5432, '0.0.0.0')),
    near: one(port(5432, '127.0.0.1')),
    unknown: null,
  })
  const redis = (passwordRequired: boolean | null) => ({
    ...one(port(6379, '0.0.0.0')),
    caches: [makeCache({ passwordRequired })],
  })
  holds({
    rule: 'redis-open',
    severity: 'high',
    found: redis(false),
    near: redis(true),
    unknown: redis(null),
  })
})

const pressed = (share: number) => {
  const avg = {
    someAvg10: ratio(share),
    someAvg60: ratio(share),
    someAvg300: ratio(share),
    someSeconds: seconds(9),
  }
  const each = {
    ...avg,
    fullAvg10: ratio(share),
    fullAvg60: ratio(share),
    fullAvg300: ratio(share),
    fullSeconds: seconds(9),
  }
  return using({ pressure: { cpu: each, memory: each, io: each } })
}

const sent = (packets: number, drops: number) =>
  using({
    totals: {
      ...makeUsage().totals,
      network: [
        {
          interface: 'eth0',
          receivedBytes: bytes(0),
          receivedPackets: packets,
          receiveErrors: 0,
          receiveDrops: drops,
          transmittedBytes: bytes(0),
          transmittedPackets: 0,
          transmitErrors: 0,
          transmitDrops: 0,
        },
      ],
    },
  })

describe('what a container uses', () => {
  const tasks = (pids: number | null) =>
    one({
      usage: makeUsage({ pids }),
      limits: { memoryBytes: null, memorySwapBytes: null, cpuCores: null, pids: 100 },
    })
  holds({
    rule: 'container-tasks',
    severity: 'high',
    found: tasks(81),
    near: tasks(80),
    unknown: tasks(null),
  })
  holds({
    rule: 'container-memory-pressure',
    severity: 'medium',
    found: pressed(0.06),
    near: pressed(0.05),
    unknown: unread,
  })
  holds({
    rule: 'container-io-pressure',
    severity: 'medium',
    found: pressed(0.21),
    near: pressed(0.2),
    unknown: unread,
  })
  const swapped = (mebibytes: number) => using({ swapBytes: bytes(mebibytes * MEBIBYTE) })
  holds({
    rule: 'container-swapped',
    severity: 'low',
    found: swapped(60),
    near: swapped(30),
    unknown: unread,
  })
  holds({
    rule: 'container-net-errors',
    severity: 'medium',
    before: () => sent(0, 0),
    found: sent(5000, 200),
    near: sent(300, 50),
    unknown: unread,
  })
  const health = (status: 'starting' | 'healthy', codes: number[] = [], startedMinutesAgo = 11) =>
    one({
      startedAt: minutesBefore(startedMinutesAgo),
      health: {
        status,
        failingStreak: 0,
        lastExitCode: null,
        lastOutput: 'timeout',
        probes: codes.map((exitCode) => ({
          startedAt: null,
          durationSeconds: null,
          exitCode,
          output: 'timeout',
        })),
      },
    })
  holds({
    rule: 'container-starting',
    severity: 'medium',
    found: health('starting'),
    near: health('starting', [], 9),
    unknown: null,
  })
  holds({
    rule: 'container-health-flaky',
    severity: 'low',
    found: health('healthy', [0, 1, 0, 1, 0]),
    near: health('healthy', [0, 0, 1]),
    unknown: null,
  })
  holds({
    rule: 'container-paused',
    severity: 'low',
    found: one({ state: 'paused' }),
    near: fine,
    unknown: null,
  })
  const log = (perMinute: number[], maximumSize: string | null = '10m') => {
    const container = makeContainer({ logDriver: { name: 'json-file', maximumSize, maximumFiles: null } })
    const tail = makeLogTail(container, [])
    return {
      containers: [container],
      logs: [{ ...tail, perMinute: { ...tail.perMinute, lines: perMinute } }],
    }
  }
  const flood = Array.from({ length: 11 }, () => 9000)
  holds({
    rule: 'container-log-flood',
    severity: 'low',
    found: log(flood),
    near: log(flood.with(5, 100)),
    unknown: fine,
  })
  holds({
    rule: 'container-log-flood',
    severity: 'medium',
    found: log(flood, null),
    near: log([9000]),
    unknown: null,
  })
})

describe('what a container connects to', () => {
  const connectionTargets = [{ name: 'DATABASE_URL', scheme: 'postgres', host: 'db', port: 5432 }]
  const pair = (database: Partial<ContainerReading>) => ({
    containers: [
      makeContainer({ ...service('api'), connectionTargets }),
      makeContainer({ ...service('db'), ...database }),
    ],
  })
  const stopped = { state: 'exited', exitCode: 137 } as const
  holds({
    rule: 'container-dependency-down',
    severity: 'high',
    found: pair(stopped),
    near: pair({}),
    unknown: null,
    says: 'api connects to db',
  })
  // The same name in another project is another service.
  const elsewhere = {
    ...stopped,
    name: 'blog-db-1',
    compose: { project: 'blog', service: 'db', dependsOn: [], configFiles: [] },
  }
  holds({
    rule: 'container-dependency-down',
    severity: 'high',
    found: pair(stopped),
    near: pair(elsewhere),
    unknown: null,
  })
  const apart = { networks: [{ name: 'back', aliases: ['db'], addresses: [] }] }
  holds({
    rule: 'container-dependency-apart',
    severity: 'medium',
    found: pair(apart),
    near: pair({}),
    unknown: null,
  })
  const asking = one({ deviceRequests: [{ driver: '', count: -1, deviceIds: [], capabilities: ['gpu'] }] })
  const withGpu = { ...asking, gpus: [makeGpu()] }
  holds({
    rule: 'container-gpu-missing',
    severity: 'high',
    before: () => withGpu,
    found: asking,
    near: withGpu,
    unknown: null,
  })
  holds({
    rule: 'container-gpu-missing',
    severity: 'high',
    before: (now) => (now.gaps ? now : withGpu),
    found: asking,
    near: withGpu,
    unknown: {
      ...asking,
      gaps: [{ kind: 'failed', source: 'gpus', missing: 'GPUs', reason: 'nvidia-smi hangs', remedy: '' }],
    },
  })
})
