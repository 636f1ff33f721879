import type { Parameters } from '../model/finding.ts'
import { formatValue } from '../model/format.ts'
import type { CommandDefinition, MeasuredBound, ParameterDefinition, SettingBounds } from './definition.ts'
import { NotPossible } from './not-possible.ts'
import { postgresQuantity } from './quantities.ts'
import type { Place } from './readings/reading.ts'
import { readingLabel, readingOf } from './readings.ts'

type Given = Parameters[string]

/**
 * The parameters as far as the command alone can tell, with its defaults: what is looked up by them has to be what
 * the command allows. Bounds that a reading gives are for later.
 */
export const allowedParameters = (definition: CommandDefinition, given: Parameters): Parameters =>
  bindAll(definition, given, null)

/** The parameters as the command allows them, or NotPossible with the one that it does not. */
export const boundParameters = (definition: CommandDefinition, place: Place): Parameters =>
  bindAll(definition, place.parameters, place)

function bindAll(definition: CommandDefinition, given: Parameters, place: Place | null): Parameters {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(definition.parameters, name)) {
      throw new NotPossible(`${definition.id} has no parameter ${name}`)
    }
  }
  const bound: Parameters = {}
  for (const [name, parameter] of Object.entries(definition.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default
    if (value === undefined) throw new NotPossible(`${definition.id} needs the parameter ${name}`)
    bound[name] = boundValue(name, parameter, value, { definition, given, place })
  }
  return bound
}

function boundValue(
  name: string,
  parameter: ParameterDefinition,
  value: Given,
  { definition, given, place }: { definition: CommandDefinition; given: Parameters; place: Place | null },
): Given {
  switch (parameter.type) {
    case 'bytes':
      return wholeBytes(name, parameter, value, place)
    case 'number':
      return plainNumber(name, parameter, value, place)
    case 'choice':
      return oneOf(name, parameter.values, value)
    case 'text':
      return matching(name, parameter.pattern, value)
    case 'postgres-setting':
      return oneOf(name, Object.keys(parameter.allowed), value)
    case 'postgres-value':
      return settingValue(definition, parameter.of, value, { given, place })
  }
}

function wholeBytes(
  name: string,
  parameter: Extract<ParameterDefinition, { type: 'bytes' }>,
  value: Given,
  place: Place | null,
): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new NotPossible(`${name} has to be a whole number of bytes, not ${JSON.stringify(value)}`)
  }
  requireWithin(name, value, parameter.minimum, bound(parameter.maximum, place), 'bytes')
  return value
}

function plainNumber(
  name: string,
  parameter: Extract<ParameterDefinition, { type: 'number' }>,
  value: Given,
  place: Place | null,
): number {
  const figure = typeof value === 'number' ? value : Number(value)
  if (!Number.isFinite(figure) || (parameter.whole && !Number.isInteger(figure))) {
    const kind = parameter.whole ? 'a whole number' : 'a number'
    throw new NotPossible(`${name} has to be ${kind}, not ${JSON.stringify(value)}`)
  }
  requireWithin(name, figure, parameter.minimum, bound(parameter.maximum, place), 'count')
  return figure
}

function oneOf(name: string, values: readonly string[], value: Given): string {
  const text = String(value)
  if (values.includes(text)) return text
  throw new NotPossible(`${name} can be ${values.join(', ')}, not ${JSON.stringify(value)}`)
}

function matching(name: string, pattern: string, value: Given): string {
  const text = String(value)
  // The whole text, so that a pattern that forgot its anchors lets nothing extra through.
  if (new RegExp(`^(?:${pattern})$`, 'u').test(text)) return text
  throw new NotPossible(`${name} has to look like ${pattern}, not ${JSON.stringify(value)}`)
}

function settingValue(
  definition: CommandDefinition,
  of: string,
  value: Given,
  { given, place }: { given: Parameters; place: Place | null },
): string {
  const named = definition.parameters[of]
  const setting = String(given[of])
  const allowed = named?.type === 'postgres-setting' ? named.allowed : {}
  const bounds = Object.hasOwn(allowed, setting) ? allowed[setting] : undefined
  if (!bounds) throw new NotPossible(`${definition.id} does not set ${setting}`)
  return valueWithin(setting, bounds, String(value), place)
}

function valueWithin(setting: string, bounds: SettingBounds, text: string, place: Place | null): string {
  switch (bounds.kind) {
    case 'choice':
      return oneOf(setting, bounds.values, text)
    case 'number': {
      if (!/^-?\d+(\.\d+)?$/.test(text)) throw new NotPossible(`${setting} is a plain number, not ${text}`)
      requireWithin(setting, Number(text), bounds.minimum, bounds.maximum, 'count')
      return text
    }
    case 'memory':
    case 'time': {
      const quantity = postgresQuantity(text)
      if (quantity?.kind !== bounds.kind) {
        const example = bounds.kind === 'memory' ? '256MB' : '5min'
        throw new NotPossible(`${setting} needs a value with its unit, as in ${example}, not ${text}`)
      }
      const unit = bounds.kind === 'memory' ? 'bytes' : 'seconds'
      requireWithin(setting, quantity.value, bounds.minimum, bound(bounds.maximum, place), unit)
      return text
    }
  }
}

/** A bound that depends on a reading needs it: without it nothing says how much is too much. */
function bound(maximum: number | MeasuredBound, place: Place | null): number {
  if (typeof maximum === 'number') return maximum
  if (place === null) return Number.POSITIVE_INFINITY
  const { reading, share } = maximum
  const evidence = readingOf(reading, place)
  if (typeof evidence?.value !== 'number') {
    const label = readingLabel(reading, place.parameters)
    throw new NotPossible(`the ${label} is not known, which bounds this; see the gaps of the report`)
  }
  return evidence.value * share
}

function requireWithin(
  name: string,
  value: number,
  minimum: number,
  maximum: number,
  unit: 'bytes' | 'seconds' | 'count',
): void {
  if (value >= minimum && value <= maximum) return
  const words = (figure: number) => formatValue(figure, unit)
  throw new NotPossible(`${name} can be ${words(minimum)} to ${words(maximum)}, not ${words(value)}`)
}
