import { settingInBytes, settingInSeconds } from '../model/postgres-reading.ts'

const BYTES_PER_UNIT: Record<string, number> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** A size as command files write it: `6 MiB`, `1GiB`. Null when it is not one. */
export function bytesFromText(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?(B|KiB|MiB|GiB|TiB)$/.exec(text)
  return match ? Math.round(Number(match[1]) * (BYTES_PER_UNIT[match[2] as string] as number)) : null
}

/** A duration as command files write it: `10s`, `2 min`. Null when it is not one. */
export function secondsFromText(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?(s|min|h)$/.exec(text)
  return match ? settingInSeconds({ setting: match[1] as string, unit: match[2] as string }) : null
}

export type PostgresQuantity = { kind: 'memory' | 'time'; value: number }

/**
 * A value with its unit as PostgreSQL reads it, in bytes or seconds: `256MB`, `5min`. Null without a unit:
 * a bare `4096` means whatever the setting's own unit is, and nobody approves what they have to guess.
 */
export function postgresQuantity(text: string): PostgresQuantity | null {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text)
  if (!match) return null
  const setting = { setting: match[1] as string, unit: match[2] as string }
  const memory = settingInBytes(setting)
  if (memory !== null) return { kind: 'memory', value: memory }
  const time = settingInSeconds(setting)
  return time === null ? null : { kind: 'time', value: time }
}

/** A size as `docker update` and compose files take it, never rounded: `512m`, `1g`, `268435457`. */
export function dockerSize(value: number): string {
  for (const [suffix, size] of [
    ['g', 1024 ** 3],
    ['m', 1024 ** 2],
    ['k', 1024],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size}${suffix}`
  }
  return String(value)
}
