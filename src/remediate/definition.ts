import { z } from 'zod'
import { Interruption, Risk } from '../model/fix-plan.ts'
import { Target } from '../model/target.ts'
import { bytesFromText, postgresQuantity, secondsFromText } from './quantities.ts'

/** The fields of a command file, as `commands/container/set-memory-limit.yaml` explains them. */

const parsed = (parse: (text: string) => number | null, expected: string) =>
  z.string({ error: expected }).transform((text, context) => {
    const value = parse(text)
    if (value !== null) return value
    context.addIssue({ code: 'custom', message: expected })
    return z.NEVER
  })

const Size = parsed(bytesFromText, 'a size with its unit is expected, as in 6MiB')
const Duration = parsed(secondsFromText, 'a duration with its unit is expected, as in 10s')

/** Text with `{{placeholders}}`, or a plain number. */
const Scalar = z.union([z.string(), z.number()], { error: 'a text or a number is expected' })
const Value = Scalar.nullable()

/** A bound that depends on the machine: `{ reading: host.memory-total, share: 0.4 }`. */
const MeasuredBound = z.strictObject({
  reading: z.string(),
  share: z.number().positive().max(1).default(1),
})

const pattern = z.string().refine((text) => {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}, 'is no regular expression')

const Quantity = (kind: 'memory' | 'time', example: string) =>
  parsed(
    (text) => {
      const quantity = postgresQuantity(text)
      return quantity?.kind === kind ? quantity.value : null
    },
    `a ${kind === 'memory' ? 'size' : 'duration'} as PostgreSQL writes it is expected, as in ${example}`,
  )

const bound = <Plain extends z.ZodType>(plain: Plain) =>
  z.union([plain, MeasuredBound], {
    error: 'a value with its unit, or { reading, share }, is expected',
  })

export const SettingBounds = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('memory'),
    minimum: Quantity('memory', '64kB'),
    maximum: bound(Quantity('memory', '1GB')),
  }),
  z.strictObject({
    kind: z.literal('time'),
    minimum: Quantity('time', '1s'),
    maximum: Quantity('time', '1h'),
  }),
  z.strictObject({ kind: z.literal('number'), minimum: z.number(), maximum: z.number() }),
  z.strictObject({ kind: z.literal('choice'), values: z.array(z.string()).min(1) }),
])
export type SettingBounds = z.infer<typeof SettingBounds>

/** What holds when nothing is given. */
const described = { description: z.string(), default: Scalar.optional() }

export const ParameterDefinition = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bytes'), ...described, minimum: Size, maximum: bound(Size) }),
  z.strictObject({
    type: z.literal('number'),
    ...described,
    whole: z.boolean().default(false),
    minimum: z.number(),
    maximum: bound(z.number()),
  }),
  z.strictObject({ type: z.literal('choice'), ...described, values: z.array(z.string()).min(1) }),
  /** The whole text has to match. */
  z.strictObject({ type: z.literal('text'), ...described, pattern }),
  z.strictObject({
    type: z.literal('postgres-setting'),
    ...described,
    allowed: z.record(z.string(), SettingBounds),
  }),
  /** A value of the setting that another parameter names. */
  z.strictObject({ type: z.literal('postgres-value'), ...described, of: z.string() }),
])
export type ParameterDefinition = z.infer<typeof ParameterDefinition>
export type MeasuredBound = z.infer<typeof MeasuredBound>

const Step = z.strictObject({ operation: z.string(), arguments: z.record(z.string(), Scalar) })

const exactlyOne = (keys: readonly string[]) => ({
  check: (object: Record<string, unknown>) => keys.filter((key) => object[key] !== undefined).length === 1,
  message: `exactly one of ${keys.join(', ')} is expected`,
})

const preconditionChoice = exactlyOne(['is', 'unchanged', 'at-most', 'at-least'])
const PreconditionDefinition = z
  .strictObject({
    reading: z.string(),
    is: Value.optional(),
    unchanged: z.literal(true).optional(),
    'at-most': Scalar.optional(),
    'at-least': Scalar.optional(),
  })
  .refine(preconditionChoice.check, preconditionChoice.message)
export type PreconditionDefinition = z.infer<typeof PreconditionDefinition>

const expectationChoice = exactlyOne(['becomes', 'changes', 'moves'])
const ExpectationDefinition = z
  .strictObject({
    reading: z.string(),
    becomes: Scalar.optional(),
    changes: z.literal(true).optional(),
    moves: z.enum(['up', 'down']).optional(),
    /** How far it has to move, at least. */
    by: Scalar.optional(),
    within: Duration,
    statement: z.string(),
  })
  .refine(expectationChoice.check, expectationChoice.message)
export type ExpectationDefinition = z.infer<typeof ExpectationDefinition>

/** What can be otherwise in special cases. */
const Variable = z.object({
  risk: z.strictObject({ level: Risk, reason: z.string() }),
  interruption: Interruption,
  undo: z.array(Step),
  notes: z.array(z.string()),
  expectation: ExpectationDefinition,
})

const Exception = z.strictObject({
  when: z.strictObject({ reading: z.string(), is: Value }),
  ...Variable.partial().shape,
})

export const CommandDefinition = z.strictObject({
  id: z.string(),
  title: z.string(),
  domain: z.string(),
  target: Target.shape.kind,
  description: z.string(),
  parameters: z.record(z.string(), ParameterDefinition),
  reversible: z.boolean(),
  preconditions: z.array(PreconditionDefinition).min(1),
  steps: z.array(Step).min(1),
  ...Variable.shape,
  safeguards: z.array(PreconditionDefinition).default([]),
  'when-no-effect': z.enum(['undo', 'keep']).default('undo'),
  measures: z.array(z.string()).min(1),
  exceptions: z.array(Exception).default([]),
})
export type CommandDefinition = z.infer<typeof CommandDefinition>
export type StepDefinition = z.infer<typeof Step>
