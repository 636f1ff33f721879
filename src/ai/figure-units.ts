import type { NumericUnit } from '../model/units.ts'

/**
 * How a number is to be read: `plain` stands alone or before a noun; `times` and `points` say how two readings
 * compare ("3x", "10 percentage points"); `untraceable` says something that no reading says ("2 months").
 */
export type FigureUnit = NumericUnit | 'plain' | 'times' | 'points' | 'untraceable'

/** Several factors where a unit is used for several sizes: MB is 10⁶ bytes, or 2²⁰ as Docker counts. */
export type UnitReading = { unit: FigureUnit; factors: readonly number[] }

const unit = (name: FigureUnit, ...factors: number[]): UnitReading => ({ unit: name, factors })

const entries = (words: string, reading: UnitReading): [string, UnitReading][] =>
  words.split(' ').map((word) => [word.replaceAll('_', ' '), reading])

const UNITS = new Map<string, UnitReading>([
  ...entries('B byte bytes', unit('bytes', 1)),
  ...entries('kB KB kb K kilobyte kilobytes', unit('bytes', 1000, 1024)),
  ...entries('MB mb M megabyte megabytes', unit('bytes', 1000 ** 2, 1024 ** 2)),
  ...entries('GB gb G gigabyte gigabytes', unit('bytes', 1000 ** 3, 1024 ** 3)),
  ...entries('TB tb T terabyte terabytes', unit('bytes', 1000 ** 4, 1024 ** 4)),
  ...entries('PB petabyte petabytes', unit('bytes', 1000 ** 5, 1024 ** 5)),
  ...entries('KiB Ki kibibyte kibibytes', unit('bytes', 1024)),
  ...entries('MiB Mi mebibyte mebibytes', unit('bytes', 1024 ** 2)),
  ...entries('GiB Gi gibibyte gibibytes', unit('bytes', 1024 ** 3)),
  ...entries('TiB Ti tebibyte tebibytes', unit('bytes', 1024 ** 4)),
  ...entries('PiB pebibyte pebibytes', unit('bytes', 1024 ** 5)),
  ...entries('ns nanosecond nanoseconds', unit('seconds', 1e-9)),
  ...entries('µs μs us microsecond microseconds', unit('seconds', 1e-6)),
  ...entries('ms millisecond milliseconds', unit('seconds', 1e-3)),
  ...entries('s sec second seconds', unit('seconds', 1)),
  ...entries('min minute minutes', unit('seconds', 60)),
  ...entries('h hr hrs hour hours', unit('seconds', 3600)),
  ...entries('d day days', unit('seconds', 86_400)),
  ...entries('week weeks', unit('seconds', 604_800)),
  ...entries('% percent per_cent', unit('ratio', 0.01)),
  ...entries('core cores CPU_core CPU_cores', unit('cores', 1)),
  ...entries('millicore millicores', unit('cores', 1e-3)),
  ...entries('°C ℃ degrees degrees_Celsius', unit('celsius', 1)),
  ...entries('W watt watts', unit('watts', 1)),
  ...entries('mW milliwatt milliwatts', unit('watts', 1e-3)),
  ...entries('kW kilowatt kilowatts', unit('watts', 1e3)),
  ...entries('Hz hertz', unit('hertz', 1)),
  ...entries('kHz kilohertz', unit('hertz', 1e3)),
  ...entries('MHz megahertz', unit('hertz', 1e6)),
  ...entries('GHz gigahertz', unit('hertz', 1e9)),
  ...entries('/s per_second', unit('per_second', 1)),
  ...entries('x X × fold', unit('times', 1)),
  ...entries('percentage_point percentage_points pp %_points', unit('points', 0.01)),
  ...entries('month months year years', unit('untraceable')),
  ...entries('Kb Mb Gb Mbit Gbit Mbit/s Gbit/s Mbps Gbps k ‰', unit('untraceable')),
])

/** `MiB/s` and `MiB per second` are made of two entries. */
export function unitNamed(name: string): UnitReading | undefined {
  const found = UNITS.get(name) ?? UNITS.get(name.toLowerCase())
  if (found) return found
  const size = /^(.+?) ?(?:\/s|per second)$/.exec(name)?.[1]
  const amount = size === undefined ? undefined : UNITS.get(size)
  if (amount?.unit === 'bytes') return { unit: 'bytes_per_second', factors: amount.factors }
  // "tokens/s", "requests per second": what is counted does not matter, but that it is a rate does.
  return size !== undefined && /^[A-Za-z]+$/.test(size) ? unit('per_second', 1) : undefined
}
