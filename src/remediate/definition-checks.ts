import type { Mistake } from '../model/yaml-source.ts'
import type { CommandDefinition, ExpectationDefinition, MeasuredBound, StepDefinition } from './definition.ts'
import { OPERATIONS } from './operations.ts'
import { READINGS } from './readings.ts'
import { placeholdersIn } from './template.ts'

type Path = Mistake['path']

/** What the shape of a file cannot say: names that mean nothing, and values that nothing guards. */
export function mistakesIn(definition: CommandDefinition, expectedId: string): Mistake[] {
  return [
    ...identityMistakes(definition, expectedId),
    ...reversibilityMistakes(definition),
    ...parameterMistakes(definition),
    ...readingMistakes(definition),
    ...stepMistakes(definition),
    ...templateMistakes(definition),
    ...unguardedMistakes(definition),
  ]
}

function identityMistakes(definition: CommandDefinition, expectedId: string): Mistake[] {
  const mistakes: Mistake[] = []
  const [domain] = expectedId.split('.')
  if (definition.id !== expectedId) {
    mistakes.push({ path: ['id'], message: `is ${definition.id}; the file's place makes it ${expectedId}` })
  }
  if (definition.domain !== domain) {
    mistakes.push({ path: ['domain'], message: `is ${definition.domain}; the folder is ${domain}` })
  }
  return mistakes
}

function reversibilityMistakes({ reversible, undo, exceptions }: CommandDefinition): Mistake[] {
  const mistakes: Mistake[] = []
  if (reversible && undo.length === 0) {
    mistakes.push({ path: ['undo'], message: 'is empty, but reversible is true' })
  }
  const undos = [
    { path: ['undo'], undo },
    ...exceptions.map((each, at) => ({ path: ['exceptions', at, 'undo'], undo: each.undo ?? [] })),
  ]
  for (const each of undos) {
    if (!reversible && each.undo.length > 0) {
      mistakes.push({ path: each.path, message: 'has steps, but reversible is false' })
    }
  }
  return mistakes
}

function parameterMistakes({ parameters }: CommandDefinition): Mistake[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || name === 'target' || name === 'before') {
      return [{ path: ['parameters', name], message: `cannot be the name of a parameter` }]
    }
    if (parameter.type === 'postgres-value' && parameters[parameter.of]?.type !== 'postgres-setting') {
      return [
        { path: ['parameters', name, 'of'], message: `${parameter.of} is no postgres-setting parameter` },
      ]
    }
    return []
  })
}

/** Every place that names a reading. */
function readingsUsed(definition: CommandDefinition): { path: Path; name: string }[] {
  const { preconditions, measures, exceptions, parameters } = definition
  const bounds = Object.entries(parameters).flatMap(([name, parameter]) => {
    if (parameter.type === 'bytes' || parameter.type === 'number')
      return measuredBound(['parameters', name, 'maximum'], parameter.maximum)
    if (parameter.type !== 'postgres-setting') return []
    return Object.entries(parameter.allowed).flatMap(([setting, allowed]) =>
      allowed.kind === 'memory'
        ? measuredBound(['parameters', name, 'allowed', setting, 'maximum'], allowed.maximum)
        : [],
    )
  })
  return [
    ...bounds,
    ...preconditions.map(({ reading }, at) => ({ path: ['preconditions', at, 'reading'], name: reading })),
    ...definition.safeguards.map(({ reading }, at) => ({
      path: ['safeguards', at, 'reading'],
      name: reading,
    })),
    ...exceptions.map(({ when }, at) => ({
      path: ['exceptions', at, 'when', 'reading'],
      name: when.reading,
    })),
    ...expectations(definition).map(({ path, expectation }) => ({
      path: [...path, 'reading'],
      name: expectation.reading,
    })),
    ...measures.map((name, at) => ({ path: ['measures', at], name })),
  ]
}

const measuredBound = (path: Path, maximum: number | MeasuredBound) =>
  typeof maximum === 'number' ? [] : [{ path: [...path, 'reading'], name: maximum.reading }]

function expectations(definition: CommandDefinition): { path: Path; expectation: ExpectationDefinition }[] {
  const others = definition.exceptions.flatMap(({ expectation }, at) =>
    expectation ? [{ path: ['exceptions', at, 'expectation'], expectation }] : [],
  )
  return [{ path: ['expectation'], expectation: definition.expectation }, ...others]
}

function readingMistakes(definition: CommandDefinition): Mistake[] {
  return readingsUsed(definition).flatMap(({ path, name }) => {
    const message = readingMistake(name, definition)
    return message === null ? [] : [{ path, message }]
  })
}

function readingMistake(name: string, { target, parameters }: CommandDefinition): string | null {
  const reading = READINGS.get(name)
  if (!reading) return `there is no reading ${name}; there are ${[...READINGS.keys()].join(', ')}`
  if (!reading.targets.includes(target)) return `${name} is not a reading of a ${target}`
  const missing = reading.needs.find((need) => !Object.hasOwn(parameters, need))
  return missing === undefined ? null : `${name} needs a parameter called ${missing}`
}

function stepsOf(definition: CommandDefinition): { path: Path; step: StepDefinition }[] {
  const listed = (path: Path, steps: readonly StepDefinition[] = []) =>
    steps.map((step, at) => ({ path: [...path, at], step }))
  return [
    ...listed(['steps'], definition.steps),
    ...listed(['undo'], definition.undo),
    ...definition.exceptions.flatMap(({ undo }, at) => listed(['exceptions', at, 'undo'], undo)),
  ]
}

function stepMistakes(definition: CommandDefinition): Mistake[] {
  return stepsOf(definition).flatMap(({ path, step }) => {
    const operation = OPERATIONS.get(step.operation)
    if (!operation) {
      const known = [...OPERATIONS.keys()].join(', ')
      return [
        {
          path: [...path, 'operation'],
          message: `there is no operation ${step.operation}; there are ${known}`,
        },
      ]
    }
    const known = Object.keys(operation.argumentsSchema.shape)
    const unknown = Object.keys(step.arguments).filter((name) => !known.includes(name))
    const missing = known.filter((name) => !Object.hasOwn(step.arguments, name))
    return [
      ...unknown.map((name) => ({
        path: [...path, 'arguments', name],
        message: `${operation.name} has no argument ${name}; it has ${known.join(', ')}`,
      })),
      ...missing.map((name) => ({
        path: [...path, 'arguments'],
        message: `${operation.name} needs the argument ${name}`,
      })),
    ]
  })
}

type Template = { path: Path; text: string | number; acts: boolean }

function templatesOf(definition: CommandDefinition): Template[] {
  const words = (path: Path, text: string): Template => ({ path, text, acts: false })
  const acting = (path: Path, text: string | number): Template => ({ path, text, acts: true })
  const variants = [
    { path: [], variant: definition },
    ...definition.exceptions.map((variant, at) => ({ path: ['exceptions', at], variant })),
  ]
  return [
    words(['title'], definition.title),
    ...variants.flatMap(({ path, variant: { risk, notes, expectation } }) => [
      ...(risk ? [words([...path, 'risk', 'reason'], risk.reason)] : []),
      ...(notes ?? []).map((note, at) => words([...path, 'notes', at], note)),
      ...(expectation ? [words([...path, 'expectation', 'statement'], expectation.statement)] : []),
      ...(expectation?.becomes === undefined
        ? []
        : [acting([...path, 'expectation', 'becomes'], expectation.becomes)]),
      ...(expectation?.by === undefined ? [] : [acting([...path, 'expectation', 'by'], expectation.by)]),
    ]),
    ...(['preconditions', 'safeguards'] as const).flatMap((list) =>
      definition[list].flatMap(({ is, 'at-most': most, 'at-least': least }, at) => [
        ...(is == null ? [] : [acting([list, at, 'is'], is)]),
        ...(most === undefined ? [] : [acting([list, at, 'at-most'], most)]),
        ...(least === undefined ? [] : [acting([list, at, 'at-least'], least)]),
      ]),
    ),
    ...stepsOf(definition).flatMap(({ path, step }) =>
      Object.entries(step.arguments).map(([name, text]) => acting([...path, 'arguments', name], text)),
    ),
  ]
}

function templateMistakes(definition: CommandDefinition): Mistake[] {
  return templatesOf(definition).flatMap(({ path, text }) =>
    placeholdersIn(text).flatMap((name) => {
      const message = placeholderMistake(name, definition)
      return message === null ? [] : [{ path, message }]
    }),
  )
}

function placeholderMistake(name: string, definition: CommandDefinition): string | null {
  if (name === 'target.name' || name === 'target.host') return null
  if (name.startsWith('before.')) return readingMistake(name.slice('before.'.length), definition)
  const [parameter = '', form, ...rest] = name.split('.')
  const known = Object.hasOwn(definition.parameters, parameter) && rest.length === 0
  const type = definition.parameters[parameter]?.type
  if (known && (form === undefined || (form === 'docker' && type === 'bytes'))) return null
  return `{{${name}}} stands for nothing: there are the parameters, target.name, target.host and before.<reading>`
}

/**
 * Whatever acts on a reading, or is said about one, must be refused when that reading has changed by the
 * time of the click. Otherwise the plan would come out different then, and nobody could say why.
 */
function unguardedMistakes(definition: CommandDefinition): Mistake[] {
  const guarded = new Set(
    definition.preconditions
      .filter((each) => each['at-most'] === undefined && each['at-least'] === undefined)
      .map(({ reading }) => reading),
  )
  const used = [
    ...templatesOf(definition).flatMap(({ path, text }) =>
      placeholdersIn(text)
        .filter((name) => name.startsWith('before.'))
        .map((name) => ({ path, reading: name.slice('before.'.length) })),
    ),
    ...expectations(definition)
      .filter(({ expectation }) => expectation.changes)
      .map(({ path, expectation }) => ({ path: [...path, 'reading'], reading: expectation.reading })),
    ...definition.exceptions.map(({ when }, at) => ({
      path: ['exceptions', at, 'when', 'reading'],
      reading: when.reading,
    })),
  ]
  return used
    .filter(({ reading }) => !guarded.has(reading))
    .map(({ path, reading }) => ({
      path,
      message: `relies on ${reading}, which is in no precondition; add { reading: ${reading}, unchanged: true }`,
    }))
}
