import type { CommandFix, Finding, Parameters } from '../model/finding.ts'
import { type FixPlan, type Precondition, planDigest, type Step } from '../model/fix-plan.ts'
import { formatBytes } from '../model/format.ts'
import { describeTarget, type Target } from '../model/target.ts'
import { type Seconds, seconds, type Timestamp, timestamp } from '../model/units.ts'
import type { Catalogue } from './catalogue.ts'
import { objection, sameValue } from './conditions.ts'
import type {
  CommandDefinition,
  ExpectationDefinition,
  PreconditionDefinition,
  StepDefinition,
} from './definition.ts'
import { NotPossible } from './not-possible.ts'
import { OPERATIONS } from './operations.ts'
import { boundParameters } from './parameters.ts'
import { dockerSize } from './quantities.ts'
import type { Observation, Place } from './readings/reading.ts'
import { absenceOf, readBack, readingLabel, readingOf, recordedInWords } from './readings.ts'
import { bind, type Lookup, type Placeholder, say } from './template.ts'

export type PlanRequest = {
  finding: Finding
  fix: CommandFix
  catalogue: Catalogue
  observation: Observation
  now: Timestamp
  lifetimeSeconds: Seconds
  id: string
  reportId: string
  /** Who chose it: a person, or perfbot's rules. */
  proposedBy?: string
}
export type Planning = { kind: 'planned'; plan: FixPlan } | { kind: 'not-possible'; reason: string }

/** What a plan says about itself whenever and for whichever finding it is made: the part under the digest. */
export type PlanContent = Omit<
  FixPlan,
  'id' | 'reportId' | 'findingId' | 'digest' | 'createdAt' | 'expiresAt' | 'proposedBy'
>
export type PlanSource = { command: string; target: Target; parameters: Parameters }

/** Bind a fix to what the snapshot holds, as it would be shown for approval. Changes nothing. */
export function planFix(request: PlanRequest): Planning {
  const { finding, fix, now, lifetimeSeconds } = request
  try {
    const source = { command: fix.command, target: finding.target, parameters: fix.parameters }
    const content = planContent(source, request.catalogue, request.observation)
    const expiresAt = timestamp(new Date(Date.parse(now) + lifetimeSeconds * 1000))
    const made = {
      id: request.id,
      proposedBy: request.proposedBy ?? 'perfbot',
      reportId: request.reportId,
      findingId: finding.id,
      createdAt: now,
      expiresAt,
    }
    return { kind: 'planned', plan: { ...content, ...made, digest: planDigest(content) } }
  } catch (error) {
    if (error instanceof NotPossible) return { kind: 'not-possible', reason: error.message }
    throw error
  }
}

/** The same source, catalogue and readings give the same content, and so the same digest. */
export function planContent(source: PlanSource, catalogue: Catalogue, observation: Observation): PlanContent {
  const { target } = source
  const definition = catalogue.get(source.command)
  if (!definition) throw new NotPossible(`the catalogue has no command ${source.command}`)
  if (definition.target !== target.kind) {
    throw new NotPossible(`${definition.id} is for a ${definition.target}, not for ${describeTarget(target)}`)
  }
  if (target.host !== observation.host) {
    throw new NotPossible(
      `${describeTarget(target)} is on ${target.host}; these readings are of ${observation.host}`,
    )
  }
  const absence = absenceOf(target, observation)
  if (absence !== null) throw new NotPossible(absence)
  const parameters = boundParameters(definition, { target, observation, parameters: source.parameters })
  return boundCommand(definition, { target, observation, parameters })
}

function boundCommand(definition: CommandDefinition, place: Place): PlanContent {
  const { target, parameters, observation } = place
  const lookup = lookupIn(definition, place)
  const variant = withExceptions(definition, place)
  // First, because their objections name what is wrong; a step that cannot be bound only follows from it.
  const preconditions = definition.preconditions.map((each) => boundPrecondition(each, lookup, place))
  for (const precondition of preconditions) {
    const found = objection(place, precondition, observation)
    if (found !== null) throw new NotPossible(found.replace('when this plan was made it was', 'it has to be'))
  }
  return {
    host: target.host,
    command: definition.id,
    title: say(definition.title, lookup),
    target,
    parameters,
    risk: variant.risk.level,
    riskReason: say(variant.risk.reason, lookup),
    interruption: variant.interruption,
    steps: definition.steps.map((step) => boundStep(step, lookup)),
    undo: variant.undo.map((step) => boundStep(step, lookup)),
    preconditions,
    expectation: boundExpectation(variant.expectation, lookup, place),
    safeguards: definition.safeguards.map((each) => boundPrecondition(each, lookup, place)),
    whenNoEffect: definition['when-no-effect'],
    notes: variant.notes.map((note) => say(note, lookup)),
    measures: definition.measures,
  }
}

/** The exceptions whose condition holds, a later one over an earlier one. */
function withExceptions(definition: CommandDefinition, place: Place) {
  let { risk, interruption, undo, notes, expectation } = definition
  for (const { when, ...changes } of definition.exceptions) {
    const value = readingOf(when.reading, place)?.value ?? null
    if (!sameValue(value, when.is)) continue
    risk = changes.risk ?? risk
    interruption = changes.interruption ?? interruption
    undo = changes.undo ?? undo
    notes = changes.notes ?? notes
    expectation = changes.expectation ?? expectation
  }
  return { risk, interruption, undo, notes, expectation }
}

function boundPrecondition(definition: PreconditionDefinition, lookup: Lookup, place: Place): Precondition {
  const { reading } = definition
  const label = readingLabel(reading, place.parameters)
  const { 'at-most': most, 'at-least': least } = definition
  const limit = most ?? least
  if (limit !== undefined) {
    const figure = bind(limit, lookup)
    if (typeof figure !== 'number') throw new NotPossible(`there is no figure to hold the ${label} against`)
    return { reading, label, expected: most === undefined ? { atLeast: figure } : { atMost: figure } }
  }
  if (definition.unchanged) {
    const now = readingOf(reading, place)
    return { reading, label, expected: now?.value ?? null }
  }
  const { is = null } = definition
  return { reading, label, expected: is === null ? null : bind(is, lookup) }
}

function boundStep(definition: StepDefinition, lookup: Lookup): Step {
  const operation = OPERATIONS.get(definition.operation)
  if (!operation) throw new NotPossible(`there is no operation ${definition.operation}`)
  const bound: Parameters = {}
  for (const [name, template] of Object.entries(definition.arguments)) {
    const value = bind(template, lookup)
    if (value === null) throw new NotPossible(`${template} is not known, which ${operation.name} needs`)
    bound[name] = value
  }
  const checked = operation.argumentsSchema.safeParse(bound)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    throw new NotPossible(`${operation.name} cannot take ${issue?.path.join('.')}: ${issue?.message}`)
  }
  return { operation: operation.name, arguments: bound, exact: operation.exact(bound) }
}

function boundExpectation(definition: ExpectationDefinition, lookup: Lookup, place: Place) {
  const { reading } = definition
  const statement = say(definition.statement, lookup)
  const withinSeconds = seconds(definition.within)
  if (definition.changes) {
    const differentFrom = readingOf(reading, place)?.value ?? null
    return { reading, becomes: { differentFrom }, withinSeconds, statement }
  }
  const { moves } = definition
  if (moves)
    return { reading, becomes: { moves, by: boundAmount(definition, lookup) }, withinSeconds, statement }
  const wanted = bind(definition.becomes ?? '', lookup)
  if (wanted === null)
    throw new NotPossible(`what the ${readingLabel(reading, place.parameters)} should become is not known`)
  const shown = readBack(reading, wanted, place)
  if ('reason' in shown) throw new NotPossible(shown.reason)
  return { reading, becomes: shown.value, withinSeconds, statement }
}

function boundAmount({ by = 0 }: ExpectationDefinition, lookup: Lookup): number {
  const amount = Number(bind(by, lookup))
  if (Number.isFinite(amount)) return amount
  throw new NotPossible(`there is no figure for how far it should move: ${by}`)
}

/** `{{memory}}`, `{{memory.docker}}`, `{{target.name}}`, `{{before.container.memory-limit}}`. */
function lookupIn(definition: CommandDefinition, place: Place): Lookup {
  const { target, parameters } = place
  return (name): Placeholder => {
    if (name === 'target.name') return { raw: target.name, words: target.name }
    if (name === 'target.host') return { raw: target.host, words: target.host }
    if (name.startsWith('before.')) {
      const reading = name.slice('before.'.length)
      const evidence = readingOf(reading, place)
      const raw = evidence?.value ?? null
      return { raw, words: recordedInWords(reading, raw, evidence?.unit) }
    }
    const [parameter = '', form] = name.split('.')
    const value = parameters[parameter]
    if (value === undefined) throw new NotPossible(`{{${name}}} stands for nothing in ${definition.id}`)
    if (form === 'docker') return { raw: dockerSize(Number(value)), words: dockerSize(Number(value)) }
    const isBytes = definition.parameters[parameter]?.type === 'bytes'
    return { raw: value, words: isBytes ? formatBytes(Number(value)) : String(value) }
  }
}
