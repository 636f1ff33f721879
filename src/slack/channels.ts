import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import { explain } from './platform-errors.ts'

export type Channel = { readonly id: string; readonly name: string; readonly isMember: boolean }

/** Every channel that perfbot can see. */
async function visibleChannels(client: WebClient): Promise<Channel[]> {
  const channels: Channel[] = []
  let cursor: string | undefined
  do {
    const page = await client.conversations.list({
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    })
    for (const { id, name, is_member } of page.channels ?? []) {
      if (id) channels.push({ id, name: name ?? id, isMember: is_member ?? false })
    }
    cursor = page.response_metadata?.next_cursor || undefined
  } while (cursor)
  return channels
}

/** Slack is asked for its channels twenty times a minute at most, and what is wrong with one is said once in a while. */
const MEMORY_MILLISECONDS = 60_000

/** The same, believed for a while. */
export function rememberedChannels(
  client: WebClient,
  wanted: readonly string[],
  logger: Logger,
): () => Promise<Channel[]> {
  let known: { readonly channels: Promise<Channel[]>; readonly at: number } | null = null
  return () => {
    if (!known || Date.now() - known.at > MEMORY_MILLISECONDS) {
      const asked = { channels: findChannels(client, wanted, logger), at: Date.now() }
      known = asked
      // None of those wanted is more likely a failure than the truth: that is not believed for long.
      void asked.channels.then(({ length }) => {
        if (length === 0 && wanted.length > 0 && known === asked) known = null
      })
    }
    return known.channels
  }
}

/**
 * The configured channels, by name or by id, as Slack knows them. One that is not there, or that perfbot was not
 * invited to, is said with what to do; the others go on.
 */
export async function findChannels(
  client: WebClient,
  wanted: readonly string[],
  logger: Logger,
): Promise<Channel[]> {
  if (wanted.length === 0) return []
  try {
    const visible = await visibleChannels(client)
    return wanted.flatMap((name) => {
      const bare = name.replace(/^#/, '')
      const channel = visible.find((candidate) => candidate.id === bare || candidate.name === bare)
      if (!channel) {
        logger.error(
          `There is no channel #${bare}, or it is private and perfbot is not in it: type /invite @perfbot there.`,
        )
        return []
      }
      if (!channel.isMember) {
        logger.warn(
          `perfbot is not in #${channel.name}: type /invite @perfbot there, or it cannot be mentioned in it.`,
        )
      }
      return [channel]
    })
  } catch (error) {
    logger.error(`The channels could not be listed: ${explain(error)}`)
    return []
  }
}
