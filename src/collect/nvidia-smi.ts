import { z } from 'zod'
import type { GpuReading } from '../model/gpu-reading.ts'
import { bytes, celsius, ratio, watts } from '../model/units.ts'
import { CollectFailure } from './collector.ts'

/** Properties of `nvidia-smi --help-query-gpu`, in the order in which they are asked for and printed. */
export const GPU_FIELDS = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'utilization.gpu',
  'memory.used',
  'memory.total',
  'temperature.gpu',
  'power.draw',
  'power.limit',
] as const

const MEBIBYTE = 1024 * 1024

/** With `nounits`: percent, MiB, °C and W. A card that lacks a sensor prints [N/A] or [Not Supported]. */
const measured = z
  .string()
  .transform((text) =>
    /^\[?(N\/A|Not Supported|Unknown Error|GPU requires reset)\]?$/i.test(text) ? null : Number(text),
  )
  .pipe(z.number().nullable())
const required = measured.pipe(z.number())

const Row = z.tuple([
  z.coerce.number().int(),
  z.string().min(1),
  z.string().min(1),
  z.string().min(1),
  measured,
  required,
  required,
  measured,
  measured,
  measured,
])

/** What nvidia-smi prints when it fails, and what is to be done. It prints to stdout as often as to stderr. */
const KNOWN_FAULTS = [
  {
    pattern: /Driver\/library version mismatch/i,
    reason: 'The NVIDIA kernel module and its library have different versions (an update without a reboot)',
    remedy: 'Reboot the host, or unload and reload the nvidia kernel modules',
  },
  {
    pattern: /couldn't communicate with the NVIDIA driver/i,
    reason: "nvidia-smi couldn't communicate with the NVIDIA driver",
    remedy: 'Check that the kernel module is loaded (lsmod | grep nvidia; dmesg), or reinstall the driver',
  },
  {
    pattern: /No devices were found/i,
    reason: 'The NVIDIA driver runs, but found no GPU',
    remedy: 'Check dmesg for "NVRM: Xid 79" (fell off the bus) and lspci | grep -i nvidia',
  },
]

export function knownFault(printed: string): CollectFailure | null {
  const known = KNOWN_FAULTS.find(({ pattern }) => pattern.test(printed))
  return known ? new CollectFailure('failed', known.reason, known.remedy) : null
}

/** The rows of `--format=csv,noheader,nounits`. Units become bytes, ratios, °C and W. */
export const parseGpus = (csv: string): GpuReading[] => {
  // Without a GPU it says so where the rows would stand, and some versions call that a success.
  const fault = knownFault(csv)
  if (fault) throw fault
  return csv
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseGpu)
}

function parseGpu(line: string): GpuReading {
  const row = Row.safeParse(line.split(',').map((field) => field.trim()))
  if (!row.success) {
    throw new CollectFailure(
      'failed',
      `nvidia-smi printed a line that is no GPU: ${line.trim().slice(0, 200)}`,
      `Run nvidia-smi --query-gpu=${GPU_FIELDS.join(',')} --format=csv,noheader,nounits by hand`,
    )
  }
  const [index, uuid, name, driverVersion, utilisation, used, total, temperature, power, limit] = row.data
  return {
    index,
    uuid,
    name,
    driverVersion,
    utilisation: utilisation === null ? null : ratio(utilisation / 100),
    memoryUsedBytes: bytes(used * MEBIBYTE),
    memoryTotalBytes: bytes(total * MEBIBYTE),
    temperature: temperature === null ? null : celsius(temperature),
    power: power === null ? null : watts(power),
    powerLimit: limit === null ? null : watts(limit),
  }
}
