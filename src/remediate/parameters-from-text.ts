import type { Parameters } from '../model/finding.ts'
import type { CommandDefinition } from './definition.ts'
import { NotPossible } from './not-possible.ts'
import { bytesFromText } from './quantities.ts'

/** `memory=512MiB`, `value=5min`: as a person types the parameters of a command. */
export function parametersFromText(
  definition: CommandDefinition,
  assignments: readonly string[],
): Parameters {
  const parameters: Parameters = {}
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    if (at < 1) throw new NotPossible(`"${assignment}" is no parameter: write it as name=value`)
    const name = assignment.slice(0, at)
    parameters[name] = given(definition, name, assignment.slice(at + 1))
  }
  return parameters
}

function given({ id, parameters }: CommandDefinition, name: string, text: string): string | number {
  const type = Object.hasOwn(parameters, name) ? parameters[name]?.type : undefined
  if (type === undefined) {
    const known = Object.keys(parameters)
    throw new NotPossible(
      `${id} has no parameter ${name}; it has ${known.length > 0 ? known.join(', ') : 'none'}`,
    )
  }
  if (type === 'number') {
    const value = Number(text)
    if (text === '' || !Number.isFinite(value))
      throw new NotPossible(`${name} has to be a number, not ${text}`)
    return value
  }
  if (type !== 'bytes') return text
  const bytes = bytesFromText(text) ?? (/^\d+$/.test(text) ? Number(text) : null)
  if (bytes === null)
    throw new NotPossible(`${name} has to be a size with its unit, as in 512MiB, not ${text}`)
  return bytes
}
