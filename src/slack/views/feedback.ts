import type { ContextActionsBlock } from '@slack/types'
import { z } from 'zod'
import { shortened } from '../../model/plain-text.ts'
import { plain } from '../blocks.ts'
import { LIMITS } from '../limits.ts'
import { ACTIONS } from './buttons.ts'

/** What a click says of a text: enough to keep it, also where the message is for one person's eyes only. */
export const FeedbackValue = z.object({
  of: z.enum(['summary', 'answer']),
  about: z.string(),
  model: z.string(),
  text: z.string(),
  verdict: z.enum(['good', 'bad']),
})
export type FeedbackValue = z.infer<typeof FeedbackValue>

const ABOUT_MOST = 300

/** As much of the text as the value of a button holds, whatever has to be escaped in it. */
function valueWithin(value: FeedbackValue): string {
  for (let most: number = LIMITS.buttonValue; ; most = Math.floor(most / 2)) {
    const json = JSON.stringify({ ...value, text: shortened(value.text, most) })
    if (json.length <= LIMITS.buttonValue || most < 2) return json
  }
}

/** Whether a text of a model's was any good. */
export function feedbackBlock(about: Omit<FeedbackValue, 'verdict'>): ContextActionsBlock {
  const value = (verdict: FeedbackValue['verdict']) =>
    valueWithin({ ...about, about: shortened(about.about, ABOUT_MOST), verdict })
  return {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: ACTIONS.feedback,
        positive_button: {
          text: plain('Good'),
          accessibility_label: 'This text is good',
          value: value('good'),
        },
        negative_button: { text: plain('Bad'), accessibility_label: 'This text is bad', value: value('bad') },
      },
    ],
  }
}
