import type { GpuReading } from '../gpu-reading.ts'
import { counter, flag, gauge, type Labels, type MetricOf, type Point } from './metric.ts'

/**
 * dcgm-exporter's `gpu` and `UUID`. Its names stand for what it states in base units too: the percentages and MiB of
 * the others are ratios and bytes here, under names of ours.
 */
export const gpuLabels = ({ index, uuid }: GpuReading): Labels => ({ gpu: String(index), UUID: uuid })

const info: readonly MetricOf<GpuReading>[] = [
  gauge('perfbot_gpu_info', {
    title: 'GPU',
    unit: 'count',
    help: 'A GPU that is there; always 1.',
    read: ({ name, vendor, driverVersion }) => [
      [{ model_name: name, vendor, driver_version: driverVersion ?? '' }, 1],
    ],
  }),
]

const load: readonly MetricOf<GpuReading>[] = [
  gauge('perfbot_gpu_utilization_ratio', {
    title: 'GPU utilisation',
    unit: 'ratio',
    help: 'Share of time in which any kernel ran, not how much of the chip was used.',
    history: true,
    read: ({ utilisation }) => utilisation,
  }),
  gauge('perfbot_gpu_memory_utilization_ratio', {
    title: 'GPU memory traffic',
    unit: 'ratio',
    help: 'Share of time in which GPU memory was read or written, not how full it is.',
    read: ({ memoryUtilisation }) => memoryUtilisation,
  }),
  gauge('perfbot_gpu_memory_used_bytes', {
    title: 'GPU memory',
    unit: 'bytes',
    help: 'GPU memory in use.',
    history: true,
    read: ({ memoryUsedBytes }) => memoryUsedBytes,
  }),
  gauge('perfbot_gpu_memory_total_bytes', {
    title: 'GPU memory size',
    unit: 'bytes',
    help: 'Memory that the GPU has.',
    history: true,
    read: ({ memoryTotalBytes }) => memoryTotalBytes,
  }),
  gauge('perfbot_gpu_processes', {
    title: 'GPU processes',
    unit: 'count',
    help: 'Processes that hold memory of the GPU.',
    read: ({ processes }) => processes?.length,
  }),
]

const CLOCKS = ['graphics', 'sm', 'memory'] as const

const speed: readonly MetricOf<GpuReading>[] = [
  gauge('DCGM_FI_DEV_GPU_TEMP', {
    title: 'GPU temperature',
    unit: 'celsius',
    help: 'Temperature of the GPU in degrees Celsius.',
    history: true,
    read: ({ temperature }) => temperature,
  }),
  gauge('DCGM_FI_DEV_MEMORY_TEMP', {
    title: 'GPU memory temperature',
    unit: 'celsius',
    help: 'Temperature of the memory of the GPU in degrees Celsius.',
    read: ({ memoryTemperature }) => memoryTemperature,
  }),
  gauge('perfbot_gpu_fan_ratio', {
    title: 'GPU fan',
    unit: 'ratio',
    help: 'What the fan is told to do, of its full speed.',
    read: ({ fan }) => fan,
  }),
  gauge('DCGM_FI_DEV_POWER_USAGE', {
    title: 'GPU power',
    unit: 'watts',
    help: 'Power draw in watts.',
    history: true,
    read: ({ power }) => power,
  }),
  gauge('perfbot_gpu_power_limit_watts', {
    title: 'GPU power limit',
    unit: 'watts',
    help: 'Power limit in force.',
    read: ({ powerLimit }) => powerLimit,
  }),
  gauge('perfbot_gpu_clock_hertz', {
    title: 'GPU clock',
    unit: 'hertz',
    help: 'Frequency of a clock of the GPU.',
    read: ({ clocks }) => CLOCKS.map((clock): Point => [{ clock }, clocks[clock]]),
  }),
  gauge('perfbot_gpu_clock_maximum_hertz', {
    title: 'GPU clock maximum',
    unit: 'hertz',
    help: 'Highest frequency of a clock of the GPU.',
    read: ({ clocks }) => CLOCKS.map((clock): Point => [{ clock }, clocks[`${clock}Maximum`]]),
  }),
  gauge('perfbot_gpu_throttled', {
    title: 'GPU throttling',
    unit: 'count',
    help: 'A reason that lowers the clocks at this instant, as its label; always 1.',
    read: ({ throttleReasons }) => (throttleReasons ?? []).map((reason): Point => [{ reason }, 1]),
  }),
  counter('perfbot_gpu_throttled_seconds_total', {
    title: 'GPU throttled time',
    unit: 'seconds',
    help: 'Time slowed down since the driver was loaded, by reason.',
    history: true,
    read: ({ throttledSeconds }) => [
      [{ reason: 'software-power-cap' }, throttledSeconds?.softwarePowerCap],
      [{ reason: 'software-thermal-slowdown' }, throttledSeconds?.softwareThermalSlowdown],
      [{ reason: 'hardware-thermal-slowdown' }, throttledSeconds?.hardwareThermalSlowdown],
      [{ reason: 'hardware-power-brake' }, throttledSeconds?.hardwarePowerBrake],
      [{ reason: 'sync-boost' }, throttledSeconds?.syncBoost],
    ],
  }),
]

const memoryFaults: readonly MetricOf<GpuReading>[] = [
  counter('DCGM_FI_DEV_ECC_SBE_VOL_TOTAL', {
    title: 'GPU corrected errors',
    unit: 'count',
    help: 'Corrected memory errors since the driver was loaded.',
    history: true,
    read: ({ ecc }) => ecc?.volatile.corrected,
  }),
  counter('DCGM_FI_DEV_ECC_DBE_VOL_TOTAL', {
    title: 'GPU uncorrected errors',
    unit: 'count',
    help: 'Uncorrected memory errors since the driver was loaded.',
    history: true,
    read: ({ ecc }) => ecc?.volatile.uncorrected,
  }),
  counter('DCGM_FI_DEV_ECC_SBE_AGG_TOTAL', {
    title: 'GPU corrected errors, all time',
    unit: 'count',
    help: 'Corrected memory errors in the life of the card.',
    read: ({ ecc }) => ecc?.aggregate.corrected,
  }),
  counter('DCGM_FI_DEV_ECC_DBE_AGG_TOTAL', {
    title: 'GPU uncorrected errors, all time',
    unit: 'count',
    help: 'Uncorrected memory errors in the life of the card.',
    read: ({ ecc }) => ecc?.aggregate.uncorrected,
  }),
  gauge('DCGM_FI_DEV_RETIRED_SBE', {
    title: 'GPU pages retired, single bit',
    unit: 'count',
    help: 'Memory pages retired for single bit errors.',
    read: ({ retiredPages }) => retiredPages?.singleBit,
  }),
  gauge('DCGM_FI_DEV_RETIRED_DBE', {
    title: 'GPU pages retired, double bit',
    unit: 'count',
    help: 'Memory pages retired for double bit errors.',
    read: ({ retiredPages }) => retiredPages?.doubleBit,
  }),
  gauge('DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS', {
    title: 'GPU rows remapped, correctable',
    unit: 'count',
    help: 'Memory rows replaced for correctable errors.',
    read: ({ remappedRows }) => remappedRows?.corrected,
  }),
  gauge('DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS', {
    title: 'GPU rows remapped, uncorrectable',
    unit: 'count',
    help: 'Memory rows replaced for uncorrectable errors.',
    read: ({ remappedRows }) => remappedRows?.uncorrected,
  }),
  gauge('DCGM_FI_DEV_ROW_REMAP_FAILURE', {
    title: 'GPU row remapping failed',
    unit: 'count',
    help: 'Whether a row could not be replaced for want of a spare one (1).',
    read: ({ remappedRows }) => flag(remappedRows?.failure ?? null),
  }),
]

const link: readonly MetricOf<GpuReading>[] = [
  gauge('perfbot_gpu_pcie_generation', {
    title: 'GPU PCIe generation',
    unit: 'count',
    help: 'PCIe generation of the link as it is; an idle GPU lowers it.',
    read: ({ pcie }) => pcie.generation,
  }),
  gauge('perfbot_gpu_pcie_generation_maximum', {
    title: 'GPU PCIe generation maximum',
    unit: 'count',
    help: 'PCIe generation that card and slot can do together.',
    read: ({ pcie }) => pcie.generationMaximum,
  }),
  gauge('perfbot_gpu_pcie_width', {
    title: 'GPU PCIe width',
    unit: 'count',
    help: 'PCIe lanes of the link as it is.',
    read: ({ pcie }) => pcie.width,
  }),
  gauge('perfbot_gpu_pcie_width_maximum', {
    title: 'GPU PCIe width maximum',
    unit: 'count',
    help: 'PCIe lanes that card and slot can do together.',
    read: ({ pcie }) => pcie.widthMaximum,
  }),
  counter('DCGM_FI_DEV_PCIE_REPLAY_COUNTER', {
    title: 'GPU PCIe replays',
    unit: 'count',
    help: 'PCIe packets sent again since the driver was loaded.',
    read: ({ pcie }) => pcie.replays,
  }),
]

export const gpuMetrics: readonly MetricOf<GpuReading>[] = [
  ...info,
  ...load,
  ...speed,
  ...memoryFaults,
  ...link,
]
