import { z } from 'zod'
import { allSlackWords } from '../block-kit/messages.ts'
import { fromJson } from '../content.ts'
import { Refusal, reasons } from '../refusal.ts'
import type { SocketMode } from '../socket-mode.ts'
import type { Triggers } from '../triggers.ts'
import type { Channel, Workspace } from '../workspace.ts'

/** What a Web API method may use to do its work. */
export type MethodContext = {
  workspace: Workspace
  triggers: Triggers
  socketMode: SocketMode
  scopes: ReadonlySet<string>
  /** host:port of this server. */
  host: string
}

export type Answer = Record<string, unknown>

export type Method = {
  token: 'bot' | 'app' | 'none'
  /** Scopes that the method needs whatever it is asked; others depend on the conversation. */
  scopes: readonly string[]
  run: (given: Record<string, unknown>, context: MethodContext) => Answer
}

/** Declares a method: what token and scopes it wants, which arguments it knows, what it does. */
export function method<Shape extends z.ZodRawShape>(declared: {
  token?: Method['token']
  scopes?: readonly string[]
  arguments: Shape
  run: (given: z.output<z.ZodObject<Shape, z.core.$strict>>, context: MethodContext) => Answer
}): Method {
  const schema = z.strictObject(declared.arguments)
  return {
    token: declared.token ?? 'bot',
    scopes: declared.scopes ?? [],
    run(given, context) {
      const parsed = schema.safeParse(given, { reportInput: true })
      if (!parsed.success) throw new Refusal('invalid_arguments', reasons(allSlackWords(parsed.error), false))
      return declared.run(parsed.data, context)
    },
  }
}

/** Forms carry everything as text; these read arguments from a form or from JSON alike. */
export const flag = z.preprocess(
  (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
  z.boolean().optional(),
)
export const count = z.preprocess(
  (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
  z.number().int().optional(),
)
export const text = z.string().optional()
export const json = z.unknown().transform(fromJson).optional()
/** Blocks and attachments stay as given: their own errors are more telling than `invalid_arguments`. */
export const asGiven = z.unknown().optional()

export function requireScope(context: MethodContext, needed: string): void {
  if (context.scopes.has(needed)) return
  throw new Refusal('missing_scope', { needed, provided: [...context.scopes].join(',') })
}

/** The scope that reading a conversation takes, by its kind: `channels:read`, `im:history` … */
export function requireConversationScope(context: MethodContext, channel: Channel, right: string): void {
  const prefix = { public: 'channels', private: 'groups', im: 'im' }[channel.kind]
  requireScope(context, `${prefix}:${right}`)
}

/** A conversation that the bot can see: a private channel it is not in does not exist for it. */
export function findChannel(context: MethodContext, id: string): Channel {
  const channel = context.workspace.channels.get(id)
  const isHidden =
    channel !== undefined && channel.kind !== 'public' && !channel.members.has(context.workspace.botUserId)
  if (!channel || isHidden) throw new Refusal('channel_not_found')
  return channel
}

export const paging = { limit: count, cursor: text }

/** One page of a list, and the cursor of the next. */
export function page<Item>(
  items: readonly Item[],
  { limit = 100, cursor = '' }: { limit?: number | undefined; cursor?: string | undefined },
): { items: Item[]; response_metadata: { next_cursor: string } } {
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64url').toString().replace('next:', ''))
  if (!Number.isSafeInteger(start)) throw new Refusal('invalid_cursor')
  if (limit < 1 || limit > 1000) throw new Refusal('invalid_limit')
  const end = start + limit
  const next = end < items.length ? Buffer.from(`next:${end}`).toString('base64url') : ''
  return { items: items.slice(start, end), response_metadata: { next_cursor: next } }
}
