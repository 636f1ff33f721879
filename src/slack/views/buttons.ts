import type { Button } from '@slack/types'
import { z } from 'zod'
import type { FixPlan } from '../../model/fix-plan.ts'
import { button } from '../blocks.ts'

/** The ids by which clicks come back. */
export const ACTIONS = {
  reviewFix: 'review_fix',
  measureAgain: 'measure_again',
  wholeReport: 'whole_report',
} as const
export const VIEWS = { approveFix: 'approve_fix' } as const

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

export const wholeReportButton = (report: string): Button =>
  button({ actionId: ACTIONS.wholeReport, text: 'Whole report', value: report })

export const measureAgainButton: Button = button({
  actionId: ACTIONS.measureAgain,
  text: 'Measure again',
  value: 'report',
})
