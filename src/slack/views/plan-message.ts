import type { FixPlan, Vote } from '../../model/fix-plan.ts'
import type { Members } from '../../remediate/policy.ts'
import { actions, type Message } from '../blocks.ts'
import { reviewFixButton } from './buttons.ts'
import { approversBlock, changeBlocks } from './fix-modal.ts'

/** A plan in full, as the window shows it, with the button that opens that. */
export const planMessage = (plan: FixPlan, votes: readonly Vote[], ask: Members): Message => ({
  text: plan.title,
  blocks: [
    ...changeBlocks(plan, undefined),
    approversBlock({ votes, ask }, plan),
    actions([reviewFixButton(plan, plan.reportId, '')]),
  ],
})
