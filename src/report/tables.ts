import type { ContainerReading } from '../model/container-reading.ts'
import { formatBytes } from '../model/format.ts'
import type { GpuReading, ThrottleReason } from '../model/gpu-reading.ts'
import type { OllamaReading } from '../model/ollama-reading.ts'
import type { Table } from '../model/report.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { gradeOf } from './grade.ts'
import { diskTable, filesystemTable, hostTable, kernelLogTable, processTable } from './host-tables.ts'
import { cell, table } from './table.ts'

/** "running, healthy", "restarting (1)", "exited (137, out of memory)". */
function stateOf(container: ContainerReading): string {
  if (container.state === 'running') {
    return container.health ? `running, ${container.health.status}` : 'running'
  }
  if (container.exitCode === null) return container.state
  return `${container.state} (${container.exitCode}${container.oomKilled ? ', out of memory' : ''})`
}

/** What does not run first, then by memory. */
const byConcern = (left: ContainerReading, right: ContainerReading): number =>
  Number(left.state === 'running') - Number(right.state === 'running') ||
  (right.usage?.memoryWorkingSetBytes ?? 0) - (left.usage?.memoryWorkingSetBytes ?? 0) ||
  left.name.localeCompare(right.name)

const containerTable = ({ containers }: Snapshot): Table[] =>
  table(
    'containers',
    'Containers',
    containers.toSorted(byConcern),
    [
      { title: 'Container', cell: ({ name }) => cell(name) },
      { title: 'State', cell: (container) => cell(stateOf(container)) },
      { title: 'CPU', cell: ({ usage }) => cell(usage?.cpuCores ?? null, 'cores') },
      { title: 'Memory', cell: ({ usage }) => cell(usage?.memoryWorkingSetBytes ?? null, 'bytes') },
      { title: 'Limit', cell: ({ limits }) => cell(limits.memoryBytes ?? 'none', 'bytes') },
      {
        title: 'Of limit',
        cell: ({ usage, limits }) =>
          cell(
            usage && limits.memoryBytes ? usage.memoryWorkingSetBytes / limits.memoryBytes : null,
            'ratio',
          ),
      },
      { title: 'Restarts', cell: ({ restartCount }) => cell(restartCount, 'count') },
    ],
    'Memory is the working set: usage without the inactive page cache, as docker stats shows it.',
  )

/** What slows the GPU down, in a person's words; an idle GPU or clocks that somebody set are no complaint. */
const SLOWED_BY: Partial<Record<ThrottleReason, string>> = {
  'software-power-cap': 'power limit',
  'hardware-slowdown': 'hardware',
  'hardware-thermal-slowdown': 'heat (hardware)',
  'hardware-power-brake': 'power brake',
  'software-thermal-slowdown': 'heat',
}

/** Drivers state the power limit of an idle GPU too (an RTX 3090 at 35 of 350 W, driver 590): there it limits nothing. */
const NEAR_THE_LIMIT = 0.9

function slowedBy({ throttleReasons, power, powerLimit }: GpuReading): string | null {
  if (throttleReasons === null) return null
  const isFarFromLimit = power !== null && powerLimit !== null && power < powerLimit * NEAR_THE_LIMIT
  return (
    throttleReasons
      .filter((reason) => reason !== 'software-power-cap' || !isFarFromLimit)
      .flatMap((reason) => SLOWED_BY[reason] ?? [])
      .join(', ') || 'no'
  )
}

/** "ollama 5.2 GiB, python3 1.1 GiB, and 2 more". */
function processesOf({ processes }: GpuReading): string | null {
  if (processes === null) return null
  const named = processes.slice(0, 2).map(({ name, pid, memoryBytes }) => {
    const held = memoryBytes === null ? '' : ` ${formatBytes(memoryBytes)}`
    return `${name ?? `pid ${pid}`}${held}`
  })
  const rest = processes.length - named.length
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ') || 'none'
}

const gpuTable = ({ gpus }: Snapshot): Table[] =>
  table('gpus', 'GPUs', gpus, [
    { title: 'GPU', cell: ({ index, name }) => cell(`${index} ${name}`) },
    { title: 'Utilisation', cell: ({ utilisation }) => cell(utilisation, 'ratio') },
    { title: 'Memory used', cell: ({ memoryUsedBytes }) => cell(memoryUsedBytes, 'bytes') },
    { title: 'Memory', cell: ({ memoryTotalBytes }) => cell(memoryTotalBytes, 'bytes') },
    { title: 'Temperature', cell: ({ temperature }) => cell(temperature, 'celsius') },
    { title: 'Power', cell: ({ power }) => cell(power, 'watts') },
    { title: 'Power limit', cell: ({ powerLimit }) => cell(powerLimit, 'watts') },
    { title: 'Slowed by', cell: (gpu) => cell(slowedBy(gpu)) },
    { title: 'Processes', cell: (gpu) => cell(processesOf(gpu)) },
  ])

const databaseTable = ({ databases }: Snapshot): Table[] =>
  table('databases', 'PostgreSQL', databases, [
    { title: 'Database', cell: ({ name }) => cell(name) },
    { title: 'Version', cell: ({ version }) => cell(version) },
    { title: 'SELECT 1', cell: ({ roundTripSeconds }) => cell(roundTripSeconds, 'seconds') },
    { title: 'Connections', cell: ({ connections }) => cell(connections.used, 'count') },
    {
      title: 'Open to users',
      cell: ({ connections }) => cell(connections.maximum - connections.reserved, 'count'),
    },
    { title: 'Active', cell: ({ connections }) => cell(connections.active, 'count') },
    { title: 'Idle in transaction', cell: ({ connections }) => cell(connections.idleInTransaction, 'count') },
    {
      title: 'Longest transaction',
      cell: ({ longestTransactions }) =>
        cell(longestTransactions?.[0]?.transactionSeconds ?? null, 'seconds'),
    },
    {
      title: 'Waiting for locks',
      cell: ({ blocking }) =>
        cell(blocking?.reduce((total, { victims }) => total + victims, 0) ?? null, 'count'),
    },
  ])

/** Enough to see where the time goes. */
const STATEMENTS = 5

const statementTable = ({ databases }: Snapshot): Table[] =>
  table(
    'statements',
    'Statements that take most time',
    databases.flatMap(({ name, statements }) =>
      (statements?.top ?? [])
        .flatMap(({ text, window }) => (window && window.counters.calls > 0 ? [{ name, text, window }] : []))
        .slice(0, STATEMENTS),
    ),
    [
      { title: 'Database', cell: ({ name }) => cell(name) },
      { title: 'Statement', cell: ({ text }) => cell(text) },
      { title: 'Calls', cell: ({ window }) => cell(window.counters.calls, 'count') },
      { title: 'Mean', cell: ({ window }) => cell(window.meanSeconds, 'seconds') },
      { title: 'Of all time', cell: ({ window }) => cell(window.share, 'ratio') },
    ],
    'Since the reading before; what perfbot itself asks is left out.',
  )

const cacheTable = ({ caches }: Snapshot): Table[] =>
  table(
    'caches',
    'Redis and Valkey',
    caches,
    [
      { title: 'Cache', cell: ({ name }) => cell(name) },
      { title: 'Version', cell: ({ product, version }) => cell(`${product} ${version}`) },
      { title: 'Role', cell: ({ replication }) => cell(replication.role) },
      { title: 'PING', cell: ({ roundTripSeconds }) => cell(roundTripSeconds, 'seconds') },
      { title: 'Memory', cell: ({ memory }) => cell(memory.usedBytes, 'bytes') },
      { title: 'Limit', cell: ({ memory }) => cell(memory.maximumBytes ?? 'none', 'bytes') },
      {
        title: 'Keys',
        cell: ({ keyspace }) =>
          cell(
            keyspace.reduce((sum, { keys }) => sum + keys, 0),
            'count',
          ),
      },
      { title: 'Commands', cell: ({ rates }) => cell(rates.commands, 'per_second') },
      { title: 'Hits', cell: ({ rates }) => cell(rates.hitRatio, 'ratio') },
      { title: 'Evicted', cell: ({ rates }) => cell(rates.evictedKeys, 'per_second') },
      { title: 'Connections', cell: ({ clients }) => cell(clients.connected, 'count') },
    ],
    'Hits are the share of look-ups since the reading before that found their key.',
  )

/** Ten minutes rarely have enough probes for P99: then it is that of an hour. */
const serviceTable = ({ services }: Snapshot): Table[] =>
  table(
    'services',
    'Services',
    services,
    [
      { title: 'Service', cell: ({ name }) => cell(name) },
      {
        title: 'Status',
        cell: ({ latest }) =>
          cell(latest.status === null ? (latest.failure?.kind ?? null) : String(latest.status)),
      },
      { title: 'P50', cell: ({ recent }) => cell(recent.responseTimes?.p50 ?? null, 'seconds') },
      { title: 'P95', cell: ({ recent }) => cell(recent.responseTimes?.p95 ?? null, 'seconds') },
      {
        title: 'P99',
        cell: ({ recent, tail }) => cell(recent.responseTimes?.p99 ?? tail?.p99 ?? null, 'seconds'),
      },
      { title: 'Target', cell: ({ target }) => cell(target, 'seconds') },
      { title: 'Success', cell: ({ recent }) => cell(recent.successRatio, 'ratio') },
      { title: 'Probes', cell: ({ recent }) => cell(recent.samples, 'count') },
      { title: 'Grade', cell: (service) => cell(gradeOf(service)) },
    ],
    'Response times of the last ten minutes, from the request on a ready connection to the end of the answer; P95 is compared with the target, or with 100 ms where there is none.',
  )

/** Of the one model that was asked, if it was. */
const writesAt = ({ probe }: OllamaReading, name: string): number | null =>
  probe?.outcome === 'answered' && probe.model === name ? probe.generatedTokensPerSecond : null

const modelTable = ({ models }: Snapshot): Table[] =>
  table(
    'models',
    'Models loaded',
    models.flatMap((ollama) => ollama.resident.map((model) => ({ ollama, model }))),
    [
      { title: 'Model', cell: ({ model }) => cell(model.name) },
      { title: 'Size', cell: ({ model }) => cell(model.sizeBytes, 'bytes') },
      { title: 'In GPU memory', cell: ({ model }) => cell(model.vramBytes, 'bytes') },
      { title: 'Context', cell: ({ model }) => cell(model.contextLength, 'count') },
      { title: 'Parameters', cell: ({ model }) => cell(model.parameterSize) },
      { title: 'Quantisation', cell: ({ model }) => cell(model.quantization) },
      { title: 'Tokens', cell: ({ ollama, model }) => cell(writesAt(ollama, model.name), 'per_second') },
    ],
  )

/** The readings as tables; a table without rows is left out. */
export const tables = (snapshot: Snapshot): Table[] =>
  [
    hostTable,
    processTable,
    filesystemTable,
    diskTable,
    kernelLogTable,
    serviceTable,
    containerTable,
    gpuTable,
    databaseTable,
    statementTable,
    cacheTable,
    modelTable,
  ].flatMap((build) => build(snapshot))
