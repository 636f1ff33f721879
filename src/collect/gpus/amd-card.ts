import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { GpuReading } from '../../model/gpu-reading.ts'
import { bytes, celsius, hertz, ratio, watts } from '../../model/units.ts'
import { linkOf } from './amd-link.ts'
import { numberOf, textOf } from './sysfs-values.ts'

type AmdCard = Omit<GpuReading, 'index' | 'driverVersion' | 'sampledAt' | 'processes'>

const UNSTATED: Omit<AmdCard, 'uuid' | 'pciAddress' | 'name'> = {
  vendor: 'amd',
  cudaVersion: null,
  utilisation: null,
  memoryUtilisation: null,
  memoryUsedBytes: null,
  memoryTotalBytes: null,
  memoryReservedBytes: null,
  temperature: null,
  memoryTemperature: null,
  slowdownTemperature: null,
  shutdownTemperature: null,
  fan: null,
  power: null,
  powerLimit: null,
  defaultPowerLimit: null,
  maximumPowerLimit: null,
  performanceState: null,
  clocks: {
    graphics: null,
    sm: null,
    memory: null,
    graphicsMaximum: null,
    smMaximum: null,
    memoryMaximum: null,
  },
  // In gpu_metrics, a binary table that every generation lays out anew.
  throttleReasons: null,
  throttledSeconds: null,
  ecc: null,
  retiredPages: null,
  remappedRows: null,
  pcie: { generation: null, generationMaximum: null, width: null, widthMaximum: null, replays: null },
  persistenceMode: null,
  computeMode: null,
  migMode: null,
  recoveryAction: null,
}

export async function amdCard(device: string, address: string): Promise<AmdCard> {
  const identity = {
    uuid: (await textOf(join(device, 'unique_id'))) ?? address,
    pciAddress: address,
    name: await nameOf(device),
  }
  // To ask a GPU that sleeps wakes it up, on kernels before 6.12.
  if ((await textOf(join(device, 'power/runtime_status'))) === 'suspended')
    return { ...UNSTATED, ...identity }
  const number = (file: string) => numberOf(join(device, file))
  return {
    ...UNSTATED,
    ...identity,
    utilisation: convert(await number('gpu_busy_percent'), (percent) => ratio(percent / 100)),
    memoryUtilisation: convert(await number('mem_busy_percent'), (percent) => ratio(percent / 100)),
    memoryUsedBytes: convert(await number('mem_info_vram_used'), bytes),
    memoryTotalBytes: convert(await number('mem_info_vram_total'), bytes),
    ...(await readSensors(device)),
    ecc: await eccOf(device),
    retiredPages: await retiredPagesOf(device),
    pcie: await linkOf(device),
  }
}

const convert = <From, To>(value: From | null, to: (value: From) => To): To | null =>
  value === null ? null : to(value)

/** Server cards say their name; of others the kernel knows the number alone. */
async function nameOf(device: string): Promise<string> {
  const stated = await textOf(join(device, 'product_name'))
  if (stated !== null) return stated
  const [vendor, model] = [await textOf(join(device, 'vendor')), await textOf(join(device, 'device'))]
  return `AMD GPU ${[vendor, model].map((id) => id?.replace(/^0x/, '') ?? '?').join(':')}`
}

/** hwmon: millidegrees, microwatts, hertz, and the fan in 255ths. */
async function readSensors(device: string) {
  const [hwmon] = await readdir(join(device, 'hwmon')).catch(() => [])
  const number = (file: string) => (hwmon ? numberOf(join(device, 'hwmon', hwmon, file)) : null)
  const label = (file: string) => (hwmon ? textOf(join(device, 'hwmon', hwmon, file)) : null)
  const degrees = async (sensor: number | null, what: string) =>
    sensor === null ? null : convert(await number(`temp${sensor}_${what}`), (milli) => celsius(milli / 1000))
  const power = async (file: string) => convert(await number(file), (micro) => watts(micro / 1e6))

  const sensors = new Map<string | null, number>()
  for (const sensor of [1, 2, 3]) sensors.set(await label(`temp${sensor}_label`), sensor)
  // MI200 and later have no edge; Polaris and older have one sensor, in old kernels without a label.
  const main = sensors.get('edge') ?? sensors.get('junction') ?? 1
  const memory = sensors.get('mem') ?? null
  const pwm = await number('pwm1')
  return {
    temperature: await degrees(main, 'input'),
    memoryTemperature: await degrees(memory, 'input'),
    slowdownTemperature: await degrees(main, 'crit'),
    shutdownTemperature: await degrees(main, 'emergency'),
    fan: pwm === null ? null : ratio(pwm / 255),
    power: (await power('power1_average')) ?? (await power('power1_input')),
    powerLimit: await power('power1_cap'),
    defaultPowerLimit: await power('power1_cap_default'),
    maximumPowerLimit: await power('power1_cap_max'),
    clocks: {
      ...UNSTATED.clocks,
      graphics: convert(await number('freq1_input'), hertz),
      memory: convert(await number('freq2_input'), hertz),
      graphicsMaximum: await fastest(join(device, 'pp_dpm_sclk')),
      memoryMaximum: await fastest(join(device, 'pp_dpm_mclk')),
    },
  }
}

/** "0: 500Mhz", "1: 2475Mhz *": the levels that there are, the current one marked. */
async function fastest(path: string) {
  const levels = [...((await textOf(path)) ?? '').matchAll(/^\w+: (\d+)Mhz/gim)].map(([, mhz]) => Number(mhz))
  return levels.length === 0 ? null : hertz(Math.max(...levels) * 1e6)
}

/** ras/umc_err_count, of the memory controller: "ue: 0", "ce: 0", since the driver was loaded. */
async function eccOf(device: string): Promise<GpuReading['ecc']> {
  const text = await textOf(join(device, 'ras/umc_err_count'))
  if (text === null) return null
  const count = (name: string) =>
    convert(new RegExp(`^${name}: *(\\d+)`, 'm').exec(text)?.[1] ?? null, Number)
  return {
    enabled: true,
    volatile: { corrected: count('ce'), uncorrected: count('ue') },
    aggregate: { corrected: null, uncorrected: null },
  }
}

/** ras/gpu_vram_bad_pages: a line for each, that ends with R (retired), P (waits for a restart) or F (could not be). */
async function retiredPagesOf(device: string): Promise<GpuReading['retiredPages']> {
  // An empty file is a memory without fault; a missing one, a card that does not count.
  if ((await textOf(join(device, 'ras/umc_err_count'))) === null) return null
  const flags = [...((await textOf(join(device, 'ras/gpu_vram_bad_pages'))) ?? '').matchAll(/: ([RPF])$/gm)]
  return { singleBit: null, doubleBit: flags.length, pending: flags.some(([, flag]) => flag !== 'R') }
}
