import type { Unit } from './units.ts'

const BINARY_STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Three significant digits, without trailing zeros: 23.5, 128, 0.163. */
function significant(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) >= 100) return Math.round(value).toString()
  return Number(value.toPrecision(3)).toString()
}

/** Bytes in powers of 1024, as `free -h`, Docker and PostgreSQL count them: 134217728 → "128 MiB". */
export function formatBytes(value: number): string {
  let step = 0
  let rest = value
  while (Math.abs(rest) >= 1023.5 && step < BINARY_STEPS.length - 1) {
    rest /= 1024
    step += 1
  }
  return `${significant(rest)} ${BINARY_STEPS[step]}`
}

const DURATION_STEPS: readonly [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
]

/** A duration in the one or two units a person would say: 0.0023 → "2.3 ms", 5400 → "1 h 30 min". */
export function formatSeconds(value: number): string {
  if (value === 0) return '0 s'
  if (value < 0) return `−${formatSeconds(-value)}`
  if (value < 0.001) return `${significant(value * 1e6)} µs`
  if (value < 1) return `${significant(value * 1000)} ms`
  if (value < 59.95) return `${significant(value)} s`
  const whole = Math.round(value)
  const larger = DURATION_STEPS.findIndex(([size]) => whole >= size)
  const [size, name] = DURATION_STEPS[larger] as [number, string]
  const [nextSize, nextName] = DURATION_STEPS[larger + 1] ?? [1, 's']
  const rest = Math.floor((whole % size) / nextSize)
  return `${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${nextName}` : ''}`
}

/** 1800000000 → "1.8 GHz". */
function formatHertz(value: number): string {
  if (value >= 1e9) return `${significant(value / 1e9)} GHz`
  return value >= 1e6 ? `${significant(value / 1e6)} MHz` : `${significant(value)} Hz`
}

/** A ratio as a percentage: 0.163 → "16.3 %". Beyond 100 % whole numbers are enough. */
export const formatRatio = (value: number): string => `${significant(value * 100)} %`

/** Any value with its unit, as it stands in every table, message and prompt. `null` is "unknown". */
export function formatValue(value: number | string | null, unit: Unit): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  switch (unit) {
    case 'bytes':
      return formatBytes(value)
    case 'seconds':
      return formatSeconds(value)
    case 'ratio':
      return formatRatio(value)
    case 'cores':
      return `${significant(value)} ${value === 1 ? 'core' : 'cores'}`
    case 'per_second':
      return `${significant(value)}/s`
    case 'bytes_per_second':
      return `${formatBytes(value)}/s`
    case 'celsius':
      return `${significant(value)} °C`
    case 'watts':
      return `${significant(value)} W`
    case 'hertz':
      return formatHertz(value)
    case 'count':
      return Number.isInteger(value) ? value.toString() : significant(value)
    case 'text':
    case 'time':
      return String(value)
  }
}

/** "2026-03-14 09:26 UTC". */
export const formatMinute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`

/** "1 container", "3 containers". */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`
