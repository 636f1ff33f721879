import { z } from 'zod'
import { messageBlock } from './blocks.ts'
import { limits } from './limits.ts'
import { allSlackWords } from './messages.ts'
import { homeView, modalView } from './views.ts'

/** A block after validation: every block of a posted message has an id. */
export type Block = { type: string; block_id: string; [field: string]: unknown }

export type Checked<Value> =
  | { ok: true; value: Value }
  | { ok: false; error: string; messages: readonly string[] }

type Tree = { [field: string]: unknown }

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Visits every object in a payload, parents first. */
function* objectsIn(value: unknown): Generator<Tree> {
  if (Array.isArray(value)) {
    for (const item of value) yield* objectsIn(item)
  } else if (isTree(value)) {
    yield value
    for (const child of Object.values(value)) yield* objectsIn(child)
  }
}

function textIn(value: unknown): number {
  let characters = 0
  for (const object of objectsIn(value))
    if (typeof object.text === 'string' && object.type !== 'url') characters += object.text.length
  return characters
}

function repeated(ids: readonly unknown[]): string[] {
  const given = ids.filter((id) => typeof id === 'string')
  return [...new Set(given.filter((id, index) => given.indexOf(id) !== index))]
}

function duplicates(blocks: readonly Tree[], under: string): string[] {
  const messages = repeated(blocks.map((block) => block.block_id)).map(
    (id) => `\`block_id\` "${id}" already exists for another block [json-pointer:${under}]`,
  )
  for (const [index, block] of blocks.entries()) {
    const actionIds = [...objectsIn(block)].map((object) => object.action_id)
    for (const id of repeated(actionIds))
      messages.push(
        `\`action_id\` "${id}" already exists for another element [json-pointer:${under}/${index}]`,
      )
  }
  return messages
}

function tooLongTables(blocks: readonly Tree[], under: string): string[] {
  return blocks.flatMap((block, index) => {
    if (block.type !== 'table' && block.type !== 'data_table') return []
    const longest = block.type === 'table' ? limits.table.characters : limits.dataTable.characters
    if (textIn(block.rows) <= longest) return []
    return [
      `table must be less than ${longest + 1} characters in total [json-pointer:${under}/${index}/rows]`,
    ]
  })
}

const alphanumeric = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
function generatedId(): string {
  return Array.from({ length: 5 }, () => alphanumeric[Math.floor(Math.random() * alphanumeric.length)]).join(
    '',
  )
}

const interactive = new Set([
  'button',
  'workflow_button',
  'overflow',
  'checkboxes',
  'radio_buttons',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'plain_text_input',
  'number_input',
  'email_text_input',
  'url_text_input',
  'rich_text_input',
  'file_input',
  'feedback_buttons',
  'icon_button',
])

/** Slack answers with the blocks as it stored them: ids generated, `emoji` and `verbatim` spelled out. */
function asStored(blocks: readonly Tree[]): Block[] {
  const copies = structuredClone(blocks) as Tree[]
  for (const object of objectsIn(copies)) {
    if (object.type === 'plain_text') object.emoji ??= true
    if (object.type === 'mrkdwn') object.verbatim ??= false
    if (interactive.has(String(object.type)) || String(object.type).endsWith('_select'))
      object.action_id ??= generatedId()
  }
  return copies.map((block) => ({
    ...block,
    type: String(block.type),
    block_id: typeof block.block_id === 'string' ? block.block_id : generatedId(),
  }))
}

const messageBlocks = z.array(messageBlock).max(limits.message.blocks)

/** Checks the blocks of a message as chat.postMessage does, and returns them as Slack would store them. */
export function checkMessageBlocks(given: unknown): Checked<Block[]> {
  if (!Array.isArray(given)) return { ok: false, error: 'invalid_blocks_format', messages: [] }
  const parsed = messageBlocks.safeParse(given, { reportInput: true })
  if (!parsed.success)
    return { ok: false, error: 'invalid_blocks', messages: allSlackWords(parsed.error, ['blocks']) }
  const blocks = parsed.data as Tree[]
  const messages = [...duplicates(blocks, '/blocks'), ...tooLongTables(blocks, '/blocks')]
  const markdown = blocks.filter((block) => block.type === 'markdown')
  if (textIn(markdown) > limits.message.markdownTogether)
    messages.push(
      `markdown blocks must be less than ${limits.message.markdownTogether + 1} characters together [json-pointer:/blocks]`,
    )
  if (messages.length > 0) return { ok: false, error: 'invalid_blocks', messages }
  if ([...objectsIn(blocks)].filter((it) => it.type === 'table').length > limits.message.tables)
    // Slack keeps tables as attachments inside, and says so in the code it answers with.
    return { ok: false, error: 'invalid_attachments', messages: ['only_one_table_allowed'] }
  // Tables have their own limit, and do not count here.
  const prose = blocks.filter((block) => block.type !== 'table' && block.type !== 'data_table')
  if (textIn(prose) > limits.message.blocksTextTogether)
    return { ok: false, error: 'msg_blocks_too_long', messages: [] }
  return { ok: true, value: asStored(blocks) }
}

export type CheckedView = {
  type: 'modal' | 'home'
  blocks: Block[]
  title?: { type: 'plain_text'; text: string }
  submit?: { type: 'plain_text'; text: string }
  close?: { type: 'plain_text'; text: string }
  private_metadata?: string
  callback_id?: string
  external_id?: string
  clear_on_close?: boolean
  notify_on_close?: boolean
}

/** Checks a view as views.open (modal) or views.publish (home) does. */
export function checkView(given: unknown, type: 'modal' | 'home'): Checked<CheckedView> {
  const schema = type === 'modal' ? modalView : homeView
  const parsed = schema.safeParse(given, { reportInput: true })
  if (!parsed.success)
    return { ok: false, error: 'invalid_arguments', messages: allSlackWords(parsed.error, ['view']) }
  if (Buffer.byteLength(JSON.stringify(given)) > limits.view.bytes)
    return { ok: false, error: 'view_too_large', messages: [] }
  const blocks = parsed.data.blocks as Tree[]
  const messages = duplicates(blocks, '/view/blocks')
  const focused = [...objectsIn(blocks)].filter((object) => object.focus_on_load === true)
  if (focused.length > 1) messages.push('only one element can have focus_on_load [json-pointer:/view/blocks]')
  if (messages.length > 0) return { ok: false, error: 'invalid_arguments', messages }
  return { ok: true, value: { ...parsed.data, blocks: asStored(blocks) } as CheckedView }
}
