import type { KnownBlock, ModalView } from '@slack/types'
import { z } from 'zod'
import type { Finding } from '../../model/finding.ts'
import type { FixPlan, Interruption, Vote } from '../../model/fix-plan.ts'
import { describeTarget } from '../../model/target.ts'
import { type Members, peopleFor } from '../../remediate/policy.ts'
import {
  context,
  mrkdwn,
  paragraph,
  preformatted,
  prose,
  richText,
  section,
  slackDate,
  words,
} from '../blocks.ts'
import { REASON, VIEWS } from './buttons.ts'
import { byWhom } from './execution-message.ts'
import { mentions } from './refusal.ts'

/** What the modal carries from the click to the approval. */
export const ApprovalMetadata = z.object({
  plan: z.string(),
  digest: z.string(),
  report: z.string(),
  channel: z.string(),
  /** Where it is said what came of it; empty when the button was for one person's eyes only. */
  thread: z.string(),
  /** The message of the report, to be brought up to date; empty likewise. */
  message: z.string(),
})
export type ApprovalMetadata = z.infer<typeof ApprovalMetadata>

const INTERRUPTION_WORDS: Record<Interruption, string> = {
  none: 'Nothing is interrupted.',
  'container-restart': 'The container is restarted: it is away for some seconds.',
  'server-restart-to-take-effect':
    'It takes effect only when the server is next restarted; perfbot does not restart it.',
}

const exactLines = (steps: FixPlan['steps']): string => steps.map((step) => step.exact).join('\n')

export function changeBlocks(plan: FixPlan, finding: Finding | undefined): KnownBlock[] {
  return [
    richText(
      paragraph(words(plan.title, { bold: true })),
      paragraph(words(`On ${describeTarget(plan.target)}, host ${plan.host}.`)),
      ...(finding ? [paragraph(words(`Because: ${finding.title}.`))] : []),
    ),
    richText(paragraph(words('Exactly this is done', { bold: true })), preformatted(exactLines(plan.steps))),
    richText(
      paragraph(words('Expected: ', { bold: true }), ...prose(plan.expectation.statement)),
      paragraph(words('Interruption: ', { bold: true }), words(INTERRUPTION_WORDS[plan.interruption])),
      paragraph(words(`Risk, ${plan.risk}: `, { bold: true }), ...prose(plan.riskReason)),
    ),
    plan.undo.length > 0
      ? richText(
          paragraph(words('Undone by itself, when the expectation is not met, with', { bold: true })),
          preformatted(exactLines(plan.undo)),
        )
      : section('*perfbot cannot undo it by itself.*'),
    ...(plan.notes.length > 0
      ? [
          richText({
            type: 'rich_text_list',
            style: 'bullet',
            elements: plan.notes.map((note) => paragraph(...prose(note))),
          }),
        ]
      : []),
    context(`Plan ${plan.id}, digest ${plan.digest.slice(0, 12)}, valid until ${slackDate(plan.expiresAt)}`),
  ]
}

export type Approvers = { readonly votes: readonly Vote[]; readonly ask: Members }

/** Who said yes, and who still has to. */
export function approversBlock({ votes, ask }: Approvers, plan: FixPlan): KnownBlock {
  const needed = peopleFor(plan.risk)
  const yes = votes.filter(({ decision }) => decision === 'approved')
  const said = yes.length > 0 ? `Approved by ${yes.map(({ person }) => byWhom(person)).join(', ')}. ` : ''
  const missing = needed - yes.length
  if (missing <= 0) return context(`${said}Nobody else has to.`)
  const whom = mentions(ask)
  const who =
    needed > 1
      ? `${missing} of ${needed} different people still ${missing === 1 ? 'has' : 'have'} to approve it`
      : 'One person has to approve it'
  return context(`${said}${who}${whom === '' ? '' : `: ${whom}`}.`)
}

/** Two people should each know why; one may leave it out. */
const reasonBlock = (plan: FixPlan): KnownBlock => ({
  type: 'input',
  block_id: REASON,
  optional: plan.risk !== 'high',
  label: { type: 'plain_text', text: 'Why now?' },
  hint: { type: 'plain_text', text: 'It stands in the audit log.' },
  element: { type: 'plain_text_input', action_id: REASON, max_length: 500 },
})

/** The confirmation with the exact change. */
export function approveModal(
  plan: FixPlan,
  finding: Finding | undefined,
  metadata: ApprovalMetadata,
  approvers: Approvers,
): ModalView {
  return {
    type: 'modal',
    callback_id: VIEWS.approveFix,
    private_metadata: JSON.stringify(metadata),
    title: { type: 'plain_text', text: 'Review the fix' },
    submit: { type: 'plain_text', text: 'Approve and apply' },
    close: { type: 'plain_text', text: 'Not now' },
    blocks: [...changeBlocks(plan, finding), approversBlock(approvers, plan), reasonBlock(plan)],
  }
}

/** The same for somebody who may look but not approve: no button, and whom to ask. */
export function readOnlyModal(
  plan: FixPlan,
  finding: Finding | undefined,
  whyNot: string,
  approvers: Approvers,
): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'The fix' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [section(whyNot), ...changeBlocks(plan, finding), approversBlock(approvers, plan)],
  }
}

/** A plan that can no longer be approved. */
export const noticeModal = (text: string): ModalView => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'Not possible' },
  close: { type: 'plain_text', text: 'Close' },
  blocks: [section(mrkdwn(text))],
})
