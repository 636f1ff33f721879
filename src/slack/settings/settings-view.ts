import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import type { Silence } from '../../model/alert.ts'
import type { DigestSubscription } from '../../model/digest.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { SettableThreshold } from '../../settings.ts'
import { context, divider, mrkdwn, plain, section } from '../blocks.ts'
import { digestTimeOf, WEEKDAYS } from '../digest-words.ts'
import { LIMITS } from '../limits.ts'
import { VIEWS } from '../views/buttons.ts'

/** The inputs of the window, by the ids of their actions; those of the digest have its channel in the block's id. */
export const INPUTS = {
  channel: 'channel',
  time: 'time',
  days: 'days',
  timezone: 'timezone',
  silenced: 'silenced',
  mute: 'mute',
  span: 'span',
  threshold: 'threshold:',
} as const

/** What the window carries along: where the person who opened it spoke, since a right may hold in one channel. */
export const SettingsMetadata = z.object({ place: z.string() })

export type SettingsState = {
  readonly place: string
  /** Whose digest it is about; null before one was chosen. */
  readonly channel: string | null
  readonly subscription: DigestSubscription | null
  /** Zones to choose from; the first holds where the channel has none. */
  readonly timezones: readonly string[]
  readonly silences: readonly Silence[]
  /** What could be muted. */
  readonly findings: readonly { readonly id: string; readonly title: string }[]
  /** Null for who may not set them, with whom to ask in `askForThresholds`. */
  readonly thresholds: readonly SettableThreshold[] | null
  readonly askForThresholds: string
}

/** How long something is muted; empty is until somebody unmutes it. */
const SPANS: readonly (readonly [value: string, text: string])[] = [
  ['3600', 'for an hour'],
  ['28800', 'for 8 hours'],
  ['86400', 'for a day'],
  ['604800', 'for a week'],
  ['', 'until somebody unmutes it'],
]

const DEFAULT_TIME = '09:00'
const FOREVER = 'forever'

/** What Slack sends back for something chosen: as much of it as an option holds. */
export const optionValue = (value: string): string => value.slice(0, LIMITS.optionValue)

const option = (value: string, text: string): PlainTextOption => ({
  text: plain(shortened(oneLine(text) || '–', LIMITS.optionText)),
  value: optionValue(value),
})

const isShare = (threshold: SettableThreshold) => threshold.highest <= 1

/** Shares are people's percent; what is counted stays as it is. */
export const shownOf = (threshold: SettableThreshold, value: number): number =>
  isShare(threshold) ? Number((value * 100).toPrecision(6)) : value

export const meantBy = (threshold: SettableThreshold, shown: number): number =>
  isShare(threshold) ? Number((shown / 100).toPrecision(6)) : shown

function digestBlocks({ channel, subscription, timezones }: SettingsState): KnownBlock[] {
  const known = subscription?.expression ? digestTimeOf(subscription.expression) : null
  const isOwn = subscription?.expression && !known
  const days = WEEKDAYS.map((name, index) => option(String(index + 1), name))
  const chosen = days.filter((_, index) => known?.days.includes(index + 1))
  const zones = timezones.slice(0, LIMITS.selectOptions).map((zone) => option(zone, zone))
  const [first] = zones
  const zone = zones.find(({ value }) => value === subscription?.timezone) ?? first
  // Slack keeps what stands in inputs of the same ids, and another channel has another digest.
  return [
    section('*Digest*'),
    {
      type: 'input',
      block_id: INPUTS.channel,
      label: plain('Channel'),
      // Its digest stands below: another channel has another.
      dispatch_action: true,
      element: {
        type: 'conversations_select',
        action_id: INPUTS.channel,
        filter: { include: ['public', 'private'] },
        ...(channel === null ? {} : { initial_conversation: channel }),
      },
    },
    {
      type: 'input',
      block_id: `${INPUTS.time}:${channel}`,
      label: plain('Time of the day'),
      element: { type: 'timepicker', action_id: INPUTS.time, initial_time: known?.time ?? DEFAULT_TIME },
    },
    {
      type: 'input',
      block_id: `${INPUTS.days}:${channel}`,
      label: plain('Days'),
      hint: plain(
        isOwn
          ? 'The configuration has a time of its own here; choosing days takes its place.'
          : 'None: no digest.',
      ),
      optional: true,
      element: {
        type: 'checkboxes',
        action_id: INPUTS.days,
        options: days,
        ...(chosen.length > 0 ? { initial_options: chosen } : {}),
      },
    },
    ...(zone
      ? [
          {
            type: 'input' as const,
            block_id: `${INPUTS.timezone}:${channel}`,
            label: plain('By the clocks of'),
            element: {
              type: 'static_select' as const,
              action_id: INPUTS.timezone,
              options: zones,
              initial_option: zone,
            },
          },
        ]
      : []),
  ]
}

function silenceBlocks({ silences, findings }: SettingsState): KnownBlock[] {
  const silenced = silences
    .slice(0, LIMITS.selectOptions)
    .map(({ findingId }) => option(findingId, findingId))
  const open = findings.slice(0, LIMITS.selectOptions).map(({ id, title }) => option(id, title))
  const spans = SPANS.map(([value, text]) => option(value === '' ? FOREVER : value, text))
  const [, , day] = spans
  return [
    divider,
    section('*Snoozed and muted*'),
    ...(silenced.length > 0
      ? [
          {
            type: 'input' as const,
            block_id: INPUTS.silenced,
            label: plain('Keep quiet about'),
            hint: plain('Take one out to hear of it again.'),
            optional: true,
            element: {
              type: 'multi_static_select' as const,
              action_id: INPUTS.silenced,
              options: silenced,
              initial_options: silenced,
            },
          },
        ]
      : []),
    ...(open.length > 0 && day
      ? [
          {
            type: 'input' as const,
            block_id: INPUTS.mute,
            label: plain('And of these findings, too'),
            optional: true,
            element: { type: 'multi_static_select' as const, action_id: INPUTS.mute, options: open },
          },
          {
            type: 'input' as const,
            block_id: INPUTS.span,
            label: plain('How long'),
            element: {
              type: 'static_select' as const,
              action_id: INPUTS.span,
              options: spans,
              initial_option: day,
            },
          },
        ]
      : [context('Nothing else is found at present.')]),
  ]
}

function thresholdBlocks({ thresholds, askForThresholds }: SettingsState): KnownBlock[] {
  const head = [divider, section('*From when on something is a finding*')]
  if (thresholds === null) return [...head, context(`Admins set it. ${askForThresholds}`)]
  if (thresholds.length === 0) {
    return [...head, context('The configuration lets nothing be set: `slack.settings.thresholds`.')]
  }
  return [
    ...head,
    ...thresholds.map((threshold): KnownBlock => {
      const shown = (value: number) => String(shownOf(threshold, value))
      const unit = isShare(threshold) ? ' (%)' : ''
      return {
        type: 'input',
        block_id: `${INPUTS.threshold}${threshold.name}`,
        label: plain(`${threshold.title}${unit}`),
        hint: plain(
          `${shown(threshold.lowest)} to ${shown(threshold.highest)}; the configuration says ${shown(threshold.configured)}.`,
        ),
        element: {
          type: 'number_input',
          action_id: `${INPUTS.threshold}${threshold.name}`,
          is_decimal_allowed: true,
          initial_value: shown(threshold.value),
        },
      }
    }),
  ]
}

/** The window in which people set what is theirs to set. */
export const settingsModal = (state: SettingsState): ModalView => ({
  type: 'modal',
  callback_id: VIEWS.settings,
  private_metadata: JSON.stringify({ place: state.place } satisfies z.infer<typeof SettingsMetadata>),
  title: plain('Settings'),
  submit: plain('Save'),
  close: plain('Leave as it is'),
  blocks: [
    ...digestBlocks(state),
    ...silenceBlocks(state),
    ...thresholdBlocks(state),
    context(`Who changed what stands in the audit log: ${mrkdwn('/perf audit')}`),
  ],
})
