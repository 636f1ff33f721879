import type { GpuReading, ThrottleReason } from '../../model/gpu-reading.ts'
import { bytes, celsius, hertz, ratio, seconds, type Timestamp, watts } from '../../model/units.ts'
import { kernelAddress } from './nvidia-faults.ts'
import { faultIn, flagAt, numberAt, sumOf, textAt } from './nvidia-values.ts'
import type { ListedProcess } from './processes.ts'
import { type Element, find, findAll, parseElements } from './xml.ts'

const MEBIBYTE = 1024 ** 2
const MEGAHERTZ = 1e6

export type NvidiaGpu = {
  /** As far as nvidia-smi tells; processes are looked up by `listed`. */
  readonly reading: Omit<GpuReading, 'processes'>
  readonly listed: readonly ListedProcess[]
}

/** A GPU that is there and does not answer: "GPU is lost", "GPU requires reset". */
export type FaultyGpu = { readonly index: number; readonly pciAddress: string | null; readonly fault: string }

export type NvidiaReading = { readonly gpus: readonly NvidiaGpu[]; readonly faulty: readonly FaultyGpu[] }

/** One document of `nvidia-smi -q -x`, of any driver: what a version or a card does not state is null. */
export function readNvidia(document: string, sampledAt: Timestamp): NvidiaReading {
  const log = find(parseElements(withoutNoise(document)), 'nvidia_smi_log')
  const gpus: NvidiaGpu[] = []
  const faulty: FaultyGpu[] = []
  for (const [index, gpu] of findAll(log, 'gpu').entries()) {
    const uuid = textAt(gpu, 'uuid')
    const name = textAt(gpu, 'product_name')
    const isUnknown = uuid === null || name === null
    const fault = faultIn(gpu) ?? (isUnknown ? 'it does not say which GPU it is' : null)
    if (fault !== null) faulty.push({ index, pciAddress: addressOf(gpu), fault })
    if (!log || isUnknown) continue
    const versions = {
      driverVersion: textAt(log, 'driver_version'),
      cudaVersion: textAt(log, 'cuda_version'),
    }
    gpus.push({
      reading: { vendor: 'nvidia', index, uuid, name, ...versions, sampledAt, ...readGpu(gpu, fault) },
      listed: processesOf(gpu),
    })
  }
  return { gpus, faulty }
}

/**
 * Without the table of clocks, which is three quarters of the document, of no use, and at times malformed; and of the
 * processes their programs alone: the line may hold a whole command line, with secrets or with tags of its own.
 */
const withoutNoise = (document: string): string =>
  document
    .replace(/<supported_clocks>[\s\S]*?<\/supported_clocks>/g, '')
    .replace(
      /<process_name>(.*)<\/process_name>/g,
      (_, name: string) => `<process_name>${programOf(name)}</process_name>`,
    )

/** "/opt/google/chrome/chrome --type=gpu-process …" → "chrome". */
const programOf = (commandLine: string): string => {
  const [path = ''] = commandLine.trim().split(/\s/)
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/[<>&]/g, '')
    .slice(0, 64)
}

const addressOf = (gpu: Element): string | null => {
  const address = textAt(gpu, 'pci', 'pci_bus_id') ?? gpu.id
  return address ? kernelAddress(address) : null
}

type Stated = Omit<
  GpuReading,
  'vendor' | 'index' | 'uuid' | 'name' | 'driverVersion' | 'cudaVersion' | 'sampledAt' | 'processes'
>

const convert =
  <Unit>(unit: (value: number) => Unit, factor = 1) =>
  (value: number | null): Unit | null =>
    value === null ? null : unit(value * factor)

const mebibytes = convert(bytes, MEBIBYTE)
const megahertz = convert(hertz, MEGAHERTZ)
const percent = convert((value: number) => ratio(value / 100))
const degrees = convert(celsius)
const power = convert(watts)
const microseconds = convert((value: number) => seconds(value / 1e6))

function readGpu(gpu: Element, fault: string | null): Stated {
  const number = (...path: string[]) => numberAt(gpu, ...path)
  // Driver 535 renamed the part; it is the same.
  const powers = find(gpu, 'gpu_power_readings') ? 'gpu_power_readings' : 'power_readings'
  return {
    pciAddress: addressOf(gpu),
    utilisation: percent(number('utilization', 'gpu_util')),
    memoryUtilisation: percent(number('utilization', 'memory_util')),
    memoryUsedBytes: mebibytes(number('fb_memory_usage', 'used')),
    memoryTotalBytes: mebibytes(number('fb_memory_usage', 'total')),
    memoryReservedBytes: mebibytes(number('fb_memory_usage', 'reserved')),
    temperature: degrees(number('temperature', 'gpu_temp')),
    memoryTemperature: degrees(number('temperature', 'memory_temp')),
    slowdownTemperature: degrees(thresholdOf(gpu, 'slow')),
    shutdownTemperature: degrees(thresholdOf(gpu, 'max')),
    fan: percent(number('fan_speed')),
    // The mean of a second up to driver 545 for most cards, and by its own name from then on.
    power: power(
      number(powers, 'power_draw') ??
        number(powers, 'average_power_draw') ??
        number(powers, 'instant_power_draw'),
    ),
    powerLimit: power(
      number(powers, 'current_power_limit') ??
        number(powers, 'enforced_power_limit') ??
        number(powers, 'power_limit'),
    ),
    defaultPowerLimit: power(number(powers, 'default_power_limit')),
    maximumPowerLimit: power(number(powers, 'max_power_limit')),
    performanceState: textAt(gpu, 'performance_state'),
    clocks: {
      graphics: megahertz(number('clocks', 'graphics_clock')),
      sm: megahertz(number('clocks', 'sm_clock')),
      memory: megahertz(number('clocks', 'mem_clock')),
      graphicsMaximum: megahertz(number('max_clocks', 'graphics_clock')),
      smMaximum: megahertz(number('max_clocks', 'sm_clock')),
      memoryMaximum: megahertz(number('max_clocks', 'mem_clock')),
    },
    throttleReasons: throttleReasonsOf(gpu),
    throttledSeconds: throttledSecondsOf(gpu),
    ecc: eccOf(gpu),
    retiredPages: retiredPagesOf(gpu),
    remappedRows: remappedRowsOf(gpu),
    pcie: {
      generation: number('pci', 'pci_gpu_link_info', 'pcie_gen', 'current_link_gen'),
      generationMaximum: number('pci', 'pci_gpu_link_info', 'pcie_gen', 'max_link_gen'),
      width: number('pci', 'pci_gpu_link_info', 'link_widths', 'current_link_width'),
      widthMaximum: number('pci', 'pci_gpu_link_info', 'link_widths', 'max_link_width'),
      replays: number('pci', 'replay_counter'),
    },
    persistenceMode: flagAt(gpu, 'persistence_mode'),
    computeMode: textAt(gpu, 'compute_mode'),
    migMode: flagAt(gpu, 'mig_mode', 'current_mig'),
    recoveryAction: recoveryActionOf(gpu, fault),
  }
}

/**
 * Ampere and older state the temperature. Ada, Hopper and later state T.Limit instead, how many degrees are left, and
 * at how many left (mostly below zero) it acts: a GPU of 45 °C with 39 left that acts at −2 acts at 86 °C.
 */
function thresholdOf(gpu: Element, which: 'slow' | 'max'): number | null {
  const absolute = numberAt(gpu, 'temperature', `gpu_temp_${which}_threshold`)
  if (absolute !== null) return absolute
  const now = numberAt(gpu, 'temperature', 'gpu_temp')
  const left = numberAt(gpu, 'temperature', 'gpu_temp_tlimit')
  const acts = numberAt(gpu, 'temperature', `gpu_temp_${which}_tlimit_threshold`)
  return now === null || left === null || acts === null ? null : now + left - acts
}

/** By the end of their names: they begin with clocks_throttle_reason_ before driver 535, clocks_event_reason_ since. */
const THROTTLE_REASONS: readonly (readonly [string, ThrottleReason])[] = [
  ['gpu_idle', 'idle'],
  ['applications_clocks_setting', 'applications-clocks-setting'],
  ['sw_power_cap', 'software-power-cap'],
  ['hw_slowdown', 'hardware-slowdown'],
  ['hw_thermal_slowdown', 'hardware-thermal-slowdown'],
  ['hw_power_brake_slowdown', 'hardware-power-brake'],
  ['sync_boost', 'sync-boost'],
  ['sw_thermal_slowdown', 'software-thermal-slowdown'],
  ['display_clocks_setting', 'display-clock-setting'],
]

function throttleReasonsOf(gpu: Element): ThrottleReason[] | null {
  const stated = THROTTLE_REASONS.map(([ending, reason]) => ({
    reason,
    holds:
      flagAt(gpu, 'clocks_event_reasons', `clocks_event_reason_${ending}`) ??
      flagAt(gpu, 'clocks_throttle_reasons', `clocks_throttle_reason_${ending}`),
  }))
  if (stated.every(({ holds }) => holds === null)) return null
  return stated.filter(({ holds }) => holds === true).map(({ reason }) => reason)
}

function throttledSecondsOf(gpu: Element): GpuReading['throttledSeconds'] {
  const part = 'clocks_event_reasons_counters'
  const counter = (ending: string) => microseconds(numberAt(gpu, part, `${part}_${ending}`))
  return orNull({
    softwarePowerCap: counter('sw_power_cap'),
    softwareThermalSlowdown: counter('sw_therm_slowdown'),
    hardwareThermalSlowdown: counter('hw_therm_slowdown'),
    hardwarePowerBrake: counter('hw_power_brake'),
    syncBoost: counter('sync_boost'),
  })
}

/** Nothing of it is stated: the card has no such thing. */
const orNull = <Part extends object>(part: Part): Part | null =>
  Object.values(part).every((value) => value === null) ? null : part

/** Up to Volta errors are single_bit and double_bit, with a total; from Turing on they are counted by memory. */
function eccErrors(gpu: Element, since: 'volatile' | 'aggregate') {
  const count = (...path: string[]) => numberAt(gpu, 'ecc_errors', since, ...path)
  return {
    corrected: count('single_bit', 'total') ?? sumOf(count('sram_correctable'), count('dram_correctable')),
    uncorrected:
      count('double_bit', 'total') ??
      sumOf(
        count('sram_uncorrectable'),
        count('sram_uncorrectable_parity'),
        count('sram_uncorrectable_secded'),
        count('dram_uncorrectable'),
      ),
  }
}

function eccOf(gpu: Element): GpuReading['ecc'] {
  const enabled = flagAt(gpu, 'ecc_mode', 'current_ecc')
  const volatile = eccErrors(gpu, 'volatile')
  const aggregate = eccErrors(gpu, 'aggregate')
  const isStated = enabled !== null || orNull(volatile) !== null || orNull(aggregate) !== null
  return isStated ? { enabled, volatile, aggregate } : null
}

const retiredPagesOf = (gpu: Element): GpuReading['retiredPages'] =>
  orNull({
    singleBit: numberAt(gpu, 'retired_pages', 'multiple_single_bit_retirement', 'retired_count'),
    doubleBit: numberAt(gpu, 'retired_pages', 'double_bit_retirement', 'retired_count'),
    pending:
      flagAt(gpu, 'retired_pages', 'pending_retirement') ?? flagAt(gpu, 'retired_pages', 'pending_blacklist'),
  })

const remappedRowsOf = (gpu: Element): GpuReading['remappedRows'] =>
  orNull({
    corrected: numberAt(gpu, 'remapped_rows', 'remapped_row_corr'),
    uncorrected: numberAt(gpu, 'remapped_rows', 'remapped_row_unc'),
    pending: flagAt(gpu, 'remapped_rows', 'remapped_row_pending'),
    failure: flagAt(gpu, 'remapped_rows', 'remapped_row_failure'),
  })

/** Stated by itself since driver 570; before, by flags; and by a GPU in that state in the place of its values. */
function recoveryActionOf(gpu: Element, fault: string | null): string | null {
  const stated = textAt(gpu, 'gpu_recovery_action')
  if (stated !== null) return stated
  if (/requires reset/i.test(fault ?? '') || flagAt(gpu, 'gpu_reset_status', 'reset_required')) return 'Reset'
  if (/is lost/i.test(fault ?? '')) return 'Reboot'
  return flagAt(gpu, 'gpu_reset_status', 'drain_and_reset_recommended') ? 'Drain and Reset' : null
}

const KINDS: Readonly<Record<string, ListedProcess['kind']>> = {
  C: 'compute',
  G: 'graphics',
  'C+G': 'compute-and-graphics',
}

const processesOf = (gpu: Element): ListedProcess[] =>
  findAll(find(gpu, 'processes'), 'process_info').flatMap((listed) => {
    const pid = numberAt(listed, 'pid')
    if (pid === null) return []
    return {
      pid,
      name: textAt(listed, 'process_name'),
      kind: KINDS[textAt(listed, 'type') ?? ''] ?? null,
      memoryBytes: mebibytes(numberAt(listed, 'used_memory')),
    }
  })
