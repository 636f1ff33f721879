import type { Parameters } from '../../model/finding.ts'
import {
  type PostgresReading,
  type PostgresSetting,
  settingInBytes,
  settingInSeconds,
  settingNamed,
} from '../../model/postgres-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Target } from '../../model/target.ts'
import { postgresQuantity } from '../quantities.ts'
import { type Figure, number, type Place, type Reading, text } from './reading.ts'

export const databaseOf = (target: Target, snapshot: Snapshot | null): PostgresReading | null =>
  (snapshot !== null &&
    target.kind === 'postgres' &&
    target.host === snapshot.host &&
    snapshot.databases.find((database) => database.name === target.name)) ||
  null

function settingOf({ target, observation, parameters }: Place): PostgresSetting | null {
  const database = databaseOf(target, observation.snapshot)
  return (database && settingNamed(database, String(parameters.name))) ?? null
}

/** Bytes and seconds where the setting has such a unit and a plain value; else its text: `on`, `-1`, `1.1`. */
function figureOf(setting: PostgresSetting): Figure {
  const memory = settingInBytes(setting)
  if (memory !== null) return number(memory, 'bytes')
  const time = settingInSeconds(setting)
  return time === null ? text(setting.setting) : number(time, 'seconds')
}

/** `256MB` as pg_settings will show it. What its unit cannot hold PostgreSQL would round: say so instead. */
function settingReadBack(
  value: string | number,
  place: Place,
): { value: string | number } | { reason: string } {
  const setting = settingOf(place)
  const written = String(value)
  if (!setting) return { reason: `${place.parameters.name} was not read from ${place.target.name}` }
  const quantity = postgresQuantity(written)
  const unit = figureOf({ ...setting, setting: '1' })
  if (quantity === null) {
    if (unit.unit !== 'text') return { reason: `${written} has no unit; write one, as in 256MB or 5min` }
    const plain = Number(written)
    return { value: Number.isNaN(plain) ? written : String(plain) }
  }
  if (unit.unit !== (quantity.kind === 'memory' ? 'bytes' : 'seconds')) {
    return { reason: `${setting.name} is no ${quantity.kind} setting, so it cannot be ${written}` }
  }
  const steps = quantity.value / unit.value
  if (Math.abs(steps - Math.round(steps)) > 1e-6) {
    return { reason: `${setting.name} is counted in units of ${setting.unit}, and ${written} is no multiple` }
  }
  return { value: quantity.value }
}

const ofSetting = (
  name: string,
  label: (setting: string) => string,
  column: string,
  figure: (setting: PostgresSetting) => Figure,
): Reading => ({
  name,
  targets: ['postgres'],
  needs: ['name'],
  unit: 'text',
  label: ({ name: setting }: Parameters) => label(String(setting)),
  source: ({ name: setting }) => `pg_settings.${setting}${column}`,
  read: (place) => {
    const setting = settingOf(place)
    return setting && figure(setting)
  },
})

export const POSTGRES_READINGS: readonly Reading[] = [
  { ...ofSetting('postgres.setting', (name) => name, '', figureOf), readBack: settingReadBack },
  ofSetting(
    'postgres.setting-context',
    (name) => `context of ${name}`,
    ' context',
    ({ context }) => text(context),
  ),
  ofSetting(
    'postgres.setting-pending-restart',
    (name) => `pending restart for ${name}`,
    ' pending_restart',
    ({ pendingRestart }) => text(pendingRestart ? 'yes' : 'no'),
  ),
]
