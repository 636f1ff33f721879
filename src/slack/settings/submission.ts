import { z } from 'zod'
import type { SettableThreshold } from '../../settings.ts'
import { INPUTS, meantBy, shownOf } from './settings-view.ts'

const Chosen = z.object({ value: z.string() })

/** What stands in the inputs of a window, as Slack sends it. */
const Values = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: z.string().nullish(),
      selected_conversation: z.string().nullish(),
      selected_time: z.string().nullish(),
      selected_option: Chosen.nullish(),
      selected_options: z.array(Chosen).nullish(),
    }),
  ),
)

/** What the same inputs held when the window was shown; Slack sends it along. */
const Blocks = z.array(
  z.object({
    block_id: z.string().optional(),
    element: z
      .object({ initial_value: z.string().nullish(), initial_options: z.array(Chosen).nullish() })
      .optional(),
  }),
)

export type Submission = {
  readonly channel: string
  readonly time: string
  readonly days: readonly number[]
  readonly timezone: string | null
  /** What was taken out of the silenced, by the values of the options. */
  readonly released: readonly string[]
  readonly mute: readonly string[]
  /** Seconds; null is until somebody unmutes it. */
  readonly span: number | null
  /** Those that the person changed. */
  readonly thresholds: ReadonlyMap<string, number>
}

export type Read =
  | { readonly kind: 'read'; readonly submission: Submission }
  /** What stands wrong, by the block that Slack shows it under. */
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }

/**
 * Reads what was sent, by the bounds that hold. What stands as it was shown is nobody's wish: somebody else may have set
 * it meanwhile.
 */
export function readSubmission(view: unknown, thresholds: readonly SettableThreshold[] | null): Read {
  const { state, blocks } = z.object({ state: z.object({ values: Values }), blocks: Blocks }).parse(view)
  const { values } = state
  const shownIn = (block: string) => blocks.find(({ block_id }) => block_id === block)?.element
  const blockOf = (name: string) =>
    Object.keys(values).find((id) => id === name || id.startsWith(`${name}:`)) ?? name
  const input = (name: string) => values[blockOf(name)]?.[name]
  const errors: Record<string, string> = {}

  const channel = input(INPUTS.channel)?.selected_conversation ?? ''
  if (channel === '') errors[INPUTS.channel] = 'Choose the channel whose digest this is.'
  const time = input(INPUTS.time)?.selected_time ?? ''
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) errors[blockOf(INPUTS.time)] = 'Choose a time such as 09:00.'

  const set = new Map<string, number>()
  for (const threshold of thresholds ?? []) {
    const block = `${INPUTS.threshold}${threshold.name}`
    const text = input(block)?.value ?? ''
    const shown = Number(text.replace(',', '.'))
    const before = shownIn(block)
    if (!before || (text.trim() !== '' && shown === Number(before.initial_value))) continue
    const value = meantBy(threshold, shown)
    if (text.trim() === '' || Number.isNaN(shown)) errors[block] = 'Write a number such as 10.'
    else if (value < threshold.lowest || value > threshold.highest) {
      errors[block] =
        `The configuration allows ${shownOf(threshold, threshold.lowest)} to ${shownOf(threshold, threshold.highest)}.`
    } else set.set(threshold.name, value)
  }
  if (Object.keys(errors).length > 0) return { kind: 'errors', errors }

  const chosen = (name: string) => input(name)?.selected_options?.map(({ value }) => value)
  const silenced = chosen(INPUTS.silenced) ?? []
  const shown = shownIn(INPUTS.silenced)?.initial_options ?? []
  const span = Number(input(INPUTS.span)?.selected_option?.value)
  return {
    kind: 'read',
    submission: {
      channel,
      time,
      days: (chosen(INPUTS.days) ?? []).map(Number).sort(),
      timezone: input(INPUTS.timezone)?.selected_option?.value ?? null,
      released: shown.map(({ value }) => value).filter((value) => !silenced.includes(value)),
      mute: chosen(INPUTS.mute) ?? [],
      span: Number.isNaN(span) ? null : span,
      thresholds: set,
    },
  }
}
