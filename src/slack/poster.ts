import type { KnownBlock } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import { shortened } from '../model/plain-text.ts'
import { inMessages, type Message, notification } from './blocks.ts'
import { LIMITS } from './limits.ts'
import type { Outbox } from './outbox.ts'
import { codeOf } from './platform-errors.ts'
import type { TableMessage } from './views/report-thread.ts'

export type Place = { readonly channel: string; readonly thread?: string | undefined }
export type Posted = Place & { readonly ts: string }

/** Posts and edits messages. */
export type Poster = {
  post(place: Place, message: Message): Promise<Posted>
  /** Edits a message; one that was deleted meanwhile is posted anew. */
  update(posted: Posted, message: Message): Promise<Posted>
  /** For one person's eyes only: there, or where perfbot is not in the channel, in a direct message. */
  whisper(place: Place, user: string, message: Message): Promise<void>
  postTable(place: Place, table: TableMessage): Promise<Posted>
  upload(
    place: Place,
    file: {
      readonly name: string
      readonly content: string | Buffer
      readonly title: string
      /** Of a picture: what it shows, for those who cannot see it. */
      readonly altText?: string
    },
  ): Promise<void>
}

/** Foreign text must not unfurl into previews of what it names. */
const QUIET = { unfurl_links: false, unfurl_media: false } as const

const threadOf = ({ thread }: Place) => (thread === undefined ? {} : { thread_ts: thread })

/** Codes of a channel in which nothing can be whispered. */
const UNREACHABLE = new Set(['not_in_channel', 'channel_not_found', 'user_not_in_channel', 'is_archived'])

/** `client` leaves waiting to the outbox. */
export function createPoster(client: WebClient, outbox: Outbox, logger: Logger): Poster {
  // Older clients and workspaces refuse table blocks; after the first refusal none is sent again.
  let tablesRefused = false
  // And so with the buttons for feedback.
  let feedbackRefused = false

  /** Sends the blocks, without what this workspace does not know; nothing said later overtakes the second attempt. */
  const sendKnown = <Result>(
    channel: string,
    blocks: readonly KnownBlock[],
    send: (blocks: KnownBlock[]) => Promise<Result>,
  ): Promise<Result> =>
    outbox.send(channel, async () => {
      const known = blocks.filter(({ type }) => type !== 'context_actions')
      if (feedbackRefused || known.length === blocks.length) return send(known)
      try {
        return await send([...blocks])
      } catch (error) {
        if (codeOf(error) !== 'invalid_blocks') throw error
        const sent = await send(known)
        // Only now is it known that no other block was the bad one.
        feedbackRefused = true
        logger.warn('this workspace refuses buttons for feedback; texts of a model go without from now on')
        return sent
      }
    })

  /** Messages go to a person by their id; files want the conversation with them. */
  async function conversationOf(channel: string): Promise<string> {
    if (!/^[UW]/.test(channel)) return channel
    const { channel: opened } = await outbox.send(channel, () =>
      client.conversations.open({ users: channel }),
    )
    return opened?.id ?? channel
  }

  /** What is longer than one message goes on in the next; the first is the one that can be edited. */
  async function post(place: Place, message: Message): Promise<Posted> {
    const [first = message, ...rest] = inMessages(message.text, message.blocks)
    const posted = await postOne(place, first)
    for (const part of rest) await postOne(place, part)
    return posted
  }

  async function postOne(place: Place, message: Message): Promise<Posted> {
    const { channel, ts } = await sendKnown(place.channel, message.blocks, (blocks) =>
      client.chat.postMessage({
        channel: place.channel,
        text: notification(message),
        blocks,
        ...threadOf(place),
        ...QUIET,
      }),
    )
    return { ...place, channel: channel ?? place.channel, ts: ts as string }
  }

  async function whisperOne(place: Place, user: string, message: Message): Promise<void> {
    try {
      await sendKnown(place.channel, message.blocks, (blocks) =>
        client.chat.postEphemeral({
          channel: place.channel,
          user,
          text: notification(message),
          blocks,
          ...threadOf(place),
        }),
      )
    } catch (error) {
      if (!UNREACHABLE.has(codeOf(error) ?? '')) throw error
      await post({ channel: user }, message)
    }
  }

  return {
    post,
    async update(posted, message) {
      try {
        await sendKnown(posted.channel, message.blocks, (blocks) =>
          client.chat.update({
            channel: posted.channel,
            ts: posted.ts,
            text: notification(message),
            blocks,
          }),
        )
        return posted
      } catch (error) {
        if (codeOf(error) !== 'message_not_found') throw error
        return post(posted, message)
      }
    },
    async whisper(place, user, message) {
      for (const part of inMessages(message.text, message.blocks)) await whisperOne(place, user, part)
    },
    async postTable(place, table) {
      if (tablesRefused) return post(place, table.plain)
      try {
        return await post(place, table.message)
      } catch (error) {
        if (codeOf(error) !== 'invalid_blocks') throw error
        tablesRefused = true
        logger.warn('this workspace refuses table blocks; tables are shown as text from now on')
        return post(place, table.plain)
      }
    },
    async upload(place, { name, content, title, altText }) {
      // One call for both kinds of place: the types want thread_ts only where a thread is.
      const file = {
        filename: name,
        ...(typeof content === 'string' ? { content } : { file: content }),
        title,
        channel_id: await conversationOf(place.channel),
        ...(altText === undefined ? {} : { alt_text: shortened(altText, LIMITS.altText) }),
      }
      const { thread } = place
      await outbox.send<unknown>(place.channel, () =>
        thread === undefined
          ? client.filesUploadV2(file)
          : client.filesUploadV2({ ...file, thread_ts: thread }),
      )
    },
  }
}
