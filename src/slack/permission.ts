import { may } from '../remediate/policy.ts'
import type { FaceParts, Subcommand } from './subcommand.ts'
import { refusalText } from './views/refusal.ts'

/** Why a person may not do in a channel what takes a right, with whom to ask, as mrkdwn; null when they may. */
export async function whyNotPermitted(
  needs: Subcommand['needs'],
  user: string,
  channel: string,
  { perfbot, people }: FaceParts,
): Promise<string | null> {
  const policy = needs ? perfbot.policy[needs] : null
  if (!policy || may(await people.personOf(user, channel), policy)) return null
  return refusalText('You are not among those who may do that here.', policy)
}
