import type { ApprovalPolicy } from '../../remediate/policy.ts'
import { mention, mrkdwn } from '../blocks.ts'

/** Why somebody may not approve, and whom to ask instead. */
export function refusalText(reason: string, policy: ApprovalPolicy): string {
  const whom = [...policy.users.map(mention), ...policy.userGroups.map((group) => `<!subteam^${group}>`)]
  return whom.length > 0 ? `${mrkdwn(reason)} Ask ${whom.join(', ')}.` : mrkdwn(reason)
}
