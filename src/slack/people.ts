import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Person } from '../remediate/policy.ts'
import { explain } from './platform-errors.ts'

/** How long a membership is believed: long enough to be quick, short enough that leaving a group counts. */
const MEMORY_MILLISECONDS = 60_000

/** Who somebody is, for the policy: the id, which of the groups that config names they are in, and where they speak. */
export type People = { personOf(user: string, channel?: string): Promise<Person> }

export function createPeople(client: WebClient, groups: readonly string[], logger: Logger): People {
  const memberships = new Map<string, { readonly members: ReadonlySet<string>; readonly readAt: number }>()

  async function membersOf(group: string): Promise<ReadonlySet<string>> {
    const known = memberships.get(group)
    if (known && Date.now() - known.readAt < MEMORY_MILLISECONDS) return known.members
    try {
      const { users } = await client.usergroups.users.list({ usergroup: group })
      const members = new Set(users ?? [])
      memberships.set(group, { members, readAt: Date.now() })
      return members
    } catch (error) {
      // Not knowing who is in the group means that nobody is: never the other way round.
      logger.error(
        { group, reason: explain(error) },
        'the members of a user group of the approvers are not known',
      )
      return new Set()
    }
  }

  return {
    async personOf(user, channel) {
      const memberOf = await Promise.all(
        groups.map(async (group) => ((await membersOf(group)).has(user) ? [group] : [])),
      )
      return { id: user, userGroups: memberOf.flat(), channel }
    },
  }
}
