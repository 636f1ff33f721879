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

export type Submission = {
  readonly channel: string
  readonly time: string
  readonly days: readonly number[]
  readonly timezone: string | null
  /** The beginnings of the ids that stay silenced; null where the window had none. */
  readonly silenced: readonly string[] | null
  readonly mute: readonly string[]
  /** Seconds; null is until somebody unmutes it. */
  readonly span: number | null
  readonly thresholds: ReadonlyMap<string, number>
}

export type Read =
  | { readonly kind: 'read'; readonly submission: Submission }
  /** What stands wrong, by the block that Slack shows it under. */
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }

/** Reads what was sent, by the bounds that hold. */
export function readSubmission(state: unknown, thresholds: readonly SettableThreshold[] | null): Read {
  const { values } = z.object({ values: Values }).parse(state)
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
    const value = meantBy(threshold, shown)
    if (text.trim() === '' || Number.isNaN(shown)) errors[block] = 'Write a number such as 10.'
    else if (value < threshold.lowest || value > threshold.highest) {
      errors[block] =
        `The configuration allows ${shownOf(threshold, threshold.lowest)} to ${shownOf(threshold, threshold.highest)}.`
    } else set.set(threshold.name, value)
  }
  if (Object.keys(errors).length > 0) return { kind: 'errors', errors }

  const chosen = (name: string) => input(name)?.selected_options?.map(({ value }) => value)
  const span = Number(input(INPUTS.span)?.selected_option?.value)
  return {
    kind: 'read',
    submission: {
      channel,
      time,
      days: (chosen(INPUTS.days) ?? []).map(Number).sort(),
      timezone: input(INPUTS.timezone)?.selected_option?.value ?? null,
      silenced: values[INPUTS.silenced] ? (chosen(INPUTS.silenced) ?? []) : null,
      mute: chosen(INPUTS.mute) ?? [],
      span: Number.isNaN(span) ? null : span,
      thresholds: set,
    },
  }
}
