import type { Button } from '@slack/types'
import { z } from 'zod'
import type { FixPlan } from '../../model/fix-plan.ts'
import { button } from '../blocks.ts'

/** The ids by which clicks come back. */
export const ACTIONS = {
  reviewFix: 'review_fix',
  measureAgain: 'measure_again',
  wholeReport: 'whole_report',
  silence: 'silence',
  hearAgain: 'hear_again',
  openLink: 'open_link',
  settings: 'settings',
  feedback: 'feedback',
} as const
/** The input in the window of a fix. */
export const REASON = 'reason'
export const VIEWS = {
  approveFix: 'approve_fix',
  settings: 'settings',
  reportShortcut: 'report_shortcut',
  askShortcut: 'ask_shortcut',
} as const

/** What a click on "Review" carries: the plan, and the report whose message shows it. */
export const ReviewValue = z.object({
  plan: z.string(),
  report: z.string(),
  /** The message of the report, where the button stands elsewhere; empty where there is none. */
  message: z.string().optional(),
})
export type ReviewValue = z.infer<typeof ReviewValue>

/** The plan's id makes the action id unique where several buttons share a block. */
export const reviewFixButton = (plan: FixPlan, report: string, message?: string): Button =>
  button({
    actionId: `${ACTIONS.reviewFix}:${plan.id}`,
    text: `Review: ${plan.title}`,
    value: JSON.stringify({ plan: plan.id, report, message } satisfies ReviewValue),
  })

/** What a click on a snooze carries; `seconds` null is mute. */
export const SilenceValue = z.object({ finding: z.string(), seconds: z.number().nullable() })
export type SilenceValue = z.infer<typeof SilenceValue>

export const silenceButtons = (finding: string): Button[] =>
  (
    [
      ['Snooze 1 h', 3600],
      ['Snooze 1 day', 86_400],
      ['Mute', null],
    ] as const
  ).map(([text, seconds]) =>
    button({
      // The span makes the id unique within the block.
      actionId: `${ACTIONS.silence}:${seconds ?? 'mute'}`,
      text,
      value: JSON.stringify({ finding, seconds } satisfies SilenceValue),
    }),
  )

/** The window of settings, for a channel; none is the first configured one. */
export const settingsButton = (channel: string): Button =>
  button({ actionId: ACTIONS.settings, text: 'Settings', value: channel })

export const wholeReportButton = (report: string): Button =>
  button({ actionId: ACTIONS.wholeReport, text: 'Whole report', value: report })

export const measureAgainButton: Button = button({
  actionId: ACTIONS.measureAgain,
  text: 'Measure again',
  value: 'report',
})
