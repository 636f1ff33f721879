import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostCollector } from '../../../src/collect/host.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import { HostReading } from '../../../src/model/host-reading.ts'
import { hostMetrics } from '../../../src/model/samples/host.ts'
import { samplesOfReading } from '../../../src/model/samples/metric.ts'
import { seconds } from '../../../src/model/units.ts'
import {
  type NodeExporter,
  nodeExporterIsMissing,
  sampleKey,
  startNodeExporter,
  whyWithoutNodeExporter,
} from '../../support/node-exporter.ts'

const collector = hostCollector(seconds(0.05), OWN_SYSTEM)
afterAll(() => collector.close?.())

async function read(): Promise<HostReading> {
  const { machine } = await collector.collect(AbortSignal.timeout(20_000))
  return HostReading.parse(machine)
}

/** What perfbot states under node_exporter's names. */
const samplesOf = (machine: HostReading): Map<string, number> =>
  new Map(
    [...samplesOfReading(hostMetrics, machine, {})]
      .filter(({ metric }) => metric.startsWith('node_'))
      .map(({ metric, labels, value }) => [sampleKey(metric, labels), value]),
  )

/** node_exporter counts each processor by itself, and cuts each to hundredths; perfbot states the sum. */
function withSummedCpu(samples: Map<string, number>): Map<string, number> {
  const sums = new Map(samples)
  for (const [key, value] of samples) {
    const mode = /^node_cpu_seconds_total .*\["mode","(\w+)"\]/.exec(key)?.[1]
    if (mode === undefined) continue
    const sum = sampleKey('node_cpu_seconds_total', { mode })
    sums.set(sum, (sums.get(sum) ?? 0) + value)
  }
  return sums
}

/** What node_exporter has only on request, or not at all, under the names that it would have. */
const NOT_ASKED_OF_IT = /^node_(processes_|md_|netstat_Tcp_(AttemptFails|EstabResets) )/

/** Of these a reading is exact, and the next one may be another: by how much the exporter's may lie beside ours. */
function toleranceOf(name: string, machine: HostReading): number | null {
  if (name === 'node_memory_MemTotal_bytes' || name.startsWith('node_memory_Huge')) return 0
  if (name.startsWith('node_memory_')) return machine.memory.totalBytes * 0.03
  if (/^node_filesystem_(avail|free)_bytes$/.test(name)) return 0.01 * largestSize(machine)
  if (name === 'node_filesystem_files_free') return 100_000
  if (/^node_(sockstat_TCP_mem_bytes)$/.test(name)) return 16 * 1024 ** 2
  if (/^node_(sockstat|netstat_Tcp_CurrEstab|nf_conntrack_entries$)/.test(name)) return 100
  if (name === 'node_filefd_allocated') return 2000
  if (/^node_(load\d+|procs_|disk_io_now)/.test(name)) return 50
  // Cut to hundredths once for all processors here, and for each there.
  if (name === 'node_cpu_seconds_total') return 0.01 * machine.cpu.count
  return null
}

const largestSize = ({ filesystems }: HostReading): number =>
  Math.max(...filesystems.map(({ sizeBytes }) => sizeBytes))

describe.skipIf(nodeExporterIsMissing)(`beside node_exporter${whyWithoutNodeExporter}`, () => {
  let exporter: NodeExporter
  beforeAll(async () => {
    exporter = await startNodeExporter()
    // Its first scrape looks many things up.
    await exporter.scrape()
  })
  afterAll(() => exporter?.stop())

  it('every counter lies between what perfbot reads before and after, equal where the two are equal', async () => {
    const machine = await read()
    const [before, theirs, after] = [
      samplesOf(machine),
      withSummedCpu(await exporter.scrape()),
      samplesOf(await read()),
    ]
    const missing: string[] = []
    const wrong: string[] = []
    let equal = 0
    for (const [key, earlier] of before) {
      const later = after.get(key)
      // A file system or an interface that went away in between.
      if (later === undefined || NOT_ASKED_OF_IT.test(key)) continue
      const value = theirs.get(key)
      if (value === undefined) missing.push(key)
      else {
        const tolerance = toleranceOf(key.split(' ', 1)[0] ?? '', machine) ?? 0
        const [least, most] = [Math.min(earlier, later) - tolerance, Math.max(earlier, later) + tolerance]
        // Both round the same numbers to doubles, but divide in another order.
        const rounding = 1e-9 * Math.abs(value)
        if (value < least - rounding || value > most + rounding)
          wrong.push(`${key}: ${earlier} … ${later}, node_exporter ${value}`)
        if (value === earlier && value === later) equal += 1
      }
    }
    expect(wrong).toEqual([])
    // Mounts that node_exporter leaves out by default (below /mnt, /run, /media) are the only ones that it lacks.
    expect(missing.filter((key) => !/\["mountpoint","\/(dev|proc|run|sys|mnt|media)\b/.test(key))).toEqual([])
    expect(equal).toBeGreaterThan(30)
    expect(before.size).toBeGreaterThan(100)
  })
})

const lines = async (command: string, ...options: string[]): Promise<string[][]> => {
  const { stdout } = await promisify(execFile)(command, options, { env: { ...process.env, LC_ALL: 'C' } })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
}

/** By how much a figure may differ from what the tool said in the same moment, while others use the machine. */
const isWithin = (tolerance: number, ours: number, theirs: number) =>
  expect(Math.abs(ours - theirs), `${ours} and ${theirs}`).toBeLessThanOrEqual(tolerance)

describe.skipIf(process.platform !== 'linux')('beside the tools of the system', () => {
  it('memory is what free says: the total exactly, the rest within 3 % of it', async () => {
    const [machine, [, memory = [], swap = []]] = [await read(), await lines('free', '-b')]
    const [total, used, , , cache, available] = memory.slice(1).map(Number) as [number, ...number[]]
    const { memory: ours } = machine
    expect(ours.totalBytes).toBe(total)
    expect(ours.swapTotalBytes).toBe(Number(swap[1]))
    const tolerance = 0.03 * ours.totalBytes
    isWithin(tolerance, ours.availableBytes, available as number)
    isWithin(tolerance, ours.cacheBytes, cache as number)
    // procps 4 calls used what is not available; before, what is neither free nor cache.
    if (used === total - (available as number)) isWithin(tolerance, ours.usedBytes, used)
  })

  it('file systems are what df says: sizes exactly, the rest within 1 % of them', async () => {
    const { filesystems } = await read()
    for (const filesystem of filesystems) {
      const [, space = []] = await lines('df', '-B1', '--output=size,used,avail', filesystem.mountPoint)
      const [size, used, available] = space.map(Number) as number[]
      expect(filesystem.sizeBytes).toBe(size)
      isWithin(0.01 * filesystem.sizeBytes, filesystem.sizeBytes - filesystem.freeBytes, used as number)
      isWithin(0.01 * filesystem.sizeBytes, filesystem.availableBytes, available as number)
      const [, inodes = []] = await lines('df', '--output=itotal,iavail', filesystem.mountPoint)
      if (filesystem.inodes === null || filesystem.inodesFree === null) continue
      expect(filesystem.inodes).toBe(Number(inodes[0]))
      isWithin(0.01 * filesystem.inodes, filesystem.inodesFree, Number(inodes[1]))
    }
    expect(filesystems.length).toBeGreaterThan(0)
  })
})
