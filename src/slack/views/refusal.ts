import type { Members } from '../../remediate/policy.ts'
import { mention, mrkdwn } from '../blocks.ts'

/** Those people, as Slack mentions them. */
export const mentions = ({ users, userGroups, channels, systemUsers }: Members): string =>
  [
    ...users.map(mention),
    ...userGroups.map((group) => `<!subteam^${group}>`),
    ...channels.map((channel) => `anybody in <#${channel}>`),
    ...systemUsers.map((account) => `the account ${mrkdwn(account)} of the machine`),
  ].join(', ')

/** Why somebody may not approve, and whom to ask instead. */
export function refusalText(reason: string, ask: Members | null): string {
  const whom = ask ? mentions(ask) : ''
  return whom === '' ? mrkdwn(reason) : `${mrkdwn(reason)} Ask ${whom}.`
}
