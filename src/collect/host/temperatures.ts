import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TemperatureReading } from '../../model/host-devices.ts'
import { type Celsius, celsius } from '../../model/units.ts'
import { kernelFile, wholeNumber } from './kernel-file.ts'
import { namesIn } from './processors.ts'

type Sensor = {
  readonly name: string
  /** Holds thousandths of a degree, as all of these. */
  readonly input: string
  readonly maximum: Celsius | null
  readonly critical: Celsius | null
}

const MOST_SENSORS = 64
/** Sensors are asked over buses that can hang: a reading does not wait for them. */
const PATIENCE_MS = 500
/** A disk or card that was plugged in brings a sensor. */
const LOOKED_UP_FOR_MS = 600_000

/** /sys/class/hwmon (Documentation/hwmon/sysfs-interface.rst), or the thermal zones where there is none. */
export function temperatureReader(sysfs: string): () => Promise<TemperatureReading[]> {
  let known: { at: number; sensors: Sensor[] } | null = null
  let underWay: Promise<TemperatureReading[]> | null = null
  return async () => {
    if (!known || performance.now() - known.at > LOOKED_UP_FOR_MS) {
      const inHwmon = hwmonSensors(sysfs)
      const sensors = inHwmon.length > 0 ? inHwmon : thermalZones(sysfs)
      known = { at: performance.now(), sensors: sensors.slice(0, MOST_SENSORS) }
    }
    if (known.sensors.length === 0) return []
    // One that hangs is not asked again before it has answered: each keeps a thread from all of perfbot.
    underWay ??= readAll(known.sensors).finally(() => {
      underWay = null
    })
    return await Promise.race([underWay, sleep(PATIENCE_MS, [], { ref: false })])
  }
}

/** One after the other: many of them share a bus, and a thread is enough to lose to it. */
async function readAll(sensors: readonly Sensor[]): Promise<TemperatureReading[]> {
  const readings: TemperatureReading[] = []
  for (const { name, input, maximum, critical } of sensors) {
    // One that is off now (EAGAIN, ENODATA of a disk that sleeps) has none.
    const temperature = degrees(await readFile(input, 'utf8').catch(() => null))
    if (temperature !== null) readings.push({ sensor: name, temperature, maximum, critical })
  }
  return readings
}

const degrees = (text: string | null): Celsius | null => {
  const thousandths = wholeNumber(text)
  return thousandths === null ? null : celsius(thousandths / 1000)
}

/** Drivers write 0 or absurd limits where the chip has none. */
const limitIn = (path: string): Celsius | null => {
  const limit = degrees(kernelFile(path))
  return limit !== null && limit > 0 && limit < 200 ? limit : null
}

function hwmonSensors(sysfs: string): Sensor[] {
  const folder = `${sysfs}/class/hwmon`
  return namesIn(folder).flatMap((chip) => {
    const of = (file: string) => `${folder}/${chip}/${file}`
    const chipName = kernelFile(of('name'))?.trim() || chip
    return namesIn(`${folder}/${chip}`)
      .flatMap((file) => /^temp\d+(?=_input$)/.exec(file)?.[0] ?? [])
      .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
      .map((sensor) => ({
        name: `${chipName} ${kernelFile(of(`${sensor}_label`))?.trim() || sensor}`,
        input: of(`${sensor}_input`),
        maximum: limitIn(of(`${sensor}_max`)),
        critical: limitIn(of(`${sensor}_crit`)),
      }))
  })
}

function thermalZones(sysfs: string): Sensor[] {
  const folder = `${sysfs}/class/thermal`
  return namesIn(folder)
    .filter((name) => name.startsWith('thermal_zone'))
    .map((zone) => ({
      name: `${kernelFile(`${folder}/${zone}/type`)?.trim() || 'thermal'} ${zone}`,
      input: `${folder}/${zone}/temp`,
      maximum: null,
      critical: null,
    }))
}
