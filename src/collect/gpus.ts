import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gap } from '../model/gap.ts'
import type { GpuReading } from '../model/gpu-reading.ts'
import { CollectFailure, type Collector, gapOf } from './collector.ts'
import { amdReader } from './gpus/amd.ts'
import { LOST_REMEDY, lostGpus, type NvidiaSmi, nothingReadable } from './gpus/nvidia-faults.ts'
import { readNvidia } from './gpus/nvidia-reading.ts'
import { type NvidiaStream, nvidiaStream, type Pace } from './gpus/nvidia-stream.ts'
import { lookUpProcesses } from './gpus/processes.ts'
import type { SystemPaths } from './system-paths.ts'

export type { NvidiaSmi } from './gpus/nvidia-faults.ts'

const ABOUT = { name: 'gpus', missing: 'GPUs' } as const

/** NVIDIA's by nvidia-smi, AMD's by sysfs. Intel's are not read: i915 and xe state no use of memory or of the engines there. */
export function gpuCollector(nvidiaSmi: NvidiaSmi, paths: SystemPaths, pace?: Pace): Collector {
  const stream = nvidiaStream(nvidiaSmi, pace)
  const amd = amdReader(paths)
  return {
    ...ABOUT,
    async collect(signal) {
      const [nvidia, radeon] = await Promise.allSettled([
        readNvidiaGpus(stream, nvidiaSmi, paths, signal),
        amd.read(signal),
      ])
      const amdGpus = radeon.status === 'fulfilled' ? radeon.value : []
      // With no AMD GPU either, why there is no NVIDIA one is the whole answer.
      if (nvidia.status === 'rejected' && radeon.status === 'fulfilled' && amdGpus.length === 0)
        throw nvidia.reason
      const failures = [nvidia, radeon]
        .filter((result) => result.status === 'rejected')
        .map(({ reason }) => reason)
      const { gpus, gaps } = nvidia.status === 'fulfilled' ? nvidia.value : { gpus: [], gaps: [] }
      const first = Math.max(gpus.length, amdGpus.length > 0 ? await countNvidiaGpus(paths) : 0)
      return {
        gpus: [...gpus, ...amdGpus.map((gpu, order) => ({ ...gpu, index: first + order }))],
        gaps: [...gaps, ...failures.filter(isWorthSaying).map((failure) => gapOf(ABOUT, failure))],
      }
    },
    close: () => stream.close(),
  }
}

/** A machine with AMD GPUs lacks nothing when it has no nvidia-smi. */
const isWorthSaying = (failure: unknown): boolean =>
  !(failure instanceof CollectFailure && failure.kind === 'absent')

async function readNvidiaGpus(
  stream: NvidiaStream,
  { command }: NvidiaSmi,
  { procfs }: SystemPaths,
  signal: AbortSignal,
): Promise<{ gpus: GpuReading[]; gaps: Gap[] }> {
  const { xml, takenAt, remarks } = await stream.sample(signal)
  const { gpus, faulty } = readNvidia(xml, takenAt)
  const gaps = new Map<string, Gap>()
  for (const { index, pciAddress, fault } of faulty) {
    gaps.set(pciAddress ?? String(index), faultGap(pciAddress ?? String(index), fault))
  }
  const answering = new Set(gpus.map(({ reading }) => reading.pciAddress))
  for (const { pciAddress, reason } of lostGpus(remarks)) {
    if (!answering.has(pciAddress)) gaps.set(pciAddress, faultGap(pciAddress, reason))
  }
  if (gpus.length === 0 && gaps.size === 0) throw nothingReadable(command, remarks || xml)
  const readings: GpuReading[] = []
  for (const { reading, listed } of gpus) {
    readings.push({ ...reading, processes: await lookUpProcesses(listed, procfs) })
  }
  return { gpus: readings, gaps: [...gaps.values()] }
}

const faultGap = (gpu: string, reason: string): Gap => ({
  kind: 'failed',
  source: 'gpus',
  missing: `GPU ${gpu}`,
  reason: `nvidia-smi says of it: ${reason}`,
  remedy: /reset/i.test(reason)
    ? 'End what uses it and reset it (nvidia-smi -r -i <index>), or reboot the host; dmesg | grep Xid says why'
    : LOST_REMEDY,
})

/** As the driver has them, so that AMD's keep their numbers when nvidia-smi does not answer. */
const countNvidiaGpus = ({ procfs }: SystemPaths): Promise<number> =>
  readdir(join(procfs, 'driver/nvidia/gpus')).then(
    (gpus) => gpus.length,
    () => 0,
  )
