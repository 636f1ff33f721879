import type { ModalView } from '@slack/types'
import { z } from 'zod'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { mrkdwn, plain, section } from '../blocks.ts'
import { VIEWS } from './buttons.ts'

/** The inputs of these windows. */
export const PLACE = 'place'
export const QUESTION = 'question'

export const AskMetadata = z.object({ channel: z.string(), thread: z.string() })

const QUESTION_MOST = 500

/** What a message says, without the marks that Slack writes mentions, links and formats with. */
export const readableText = (text: string): string =>
  oneLine(
    text
      .replace(/<[@#!][^>|]*\|([^>]*)>/g, '$1')
      .replace(/<[@#!][^>]*>/g, '')
      .replace(/<[^>|]+\|([^>]*)>/g, '$1')
      .replace(/<([^>]+)>/g, '$1')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
      .replace(/[*_~`]/g, ''),
  )

/** Where the report of the shortcut goes. */
export const reportModal = (host: string): ModalView => ({
  type: 'modal',
  callback_id: VIEWS.reportShortcut,
  title: plain('Performance report'),
  submit: plain('Measure now'),
  close: plain('Not now'),
  blocks: [
    section(`Everything of *${mrkdwn(host)}* is measured, and the report posted.`),
    {
      type: 'input',
      block_id: PLACE,
      optional: true,
      label: plain('Where?'),
      hint: plain('Nothing chosen: as a direct message to you.'),
      element: {
        type: 'conversations_select',
        action_id: PLACE,
        filter: { include: ['public', 'private'], exclude_bot_users: true },
      },
    },
  ],
})

/** What is asked about a message: its own words, to be made a question of. */
export const askModal = (message: string, place: z.infer<typeof AskMetadata>): ModalView => ({
  type: 'modal',
  callback_id: VIEWS.askShortcut,
  private_metadata: JSON.stringify(place),
  title: plain('Ask perfbot'),
  submit: plain('Ask'),
  close: plain('Not now'),
  blocks: [
    {
      type: 'input',
      block_id: QUESTION,
      label: plain('What should perfbot find out?'),
      hint: plain('The answer goes into the thread of the message.'),
      element: {
        type: 'plain_text_input',
        action_id: QUESTION,
        multiline: true,
        max_length: QUESTION_MOST,
        ...(message === '' ? {} : { initial_value: shortened(message, QUESTION_MOST) }),
      },
    },
  ],
})
