import { z } from 'zod'
import { limits } from './block-kit/limits.ts'
import { type Block, checkMessageBlocks } from './block-kit/validate.ts'
import { Refusal, reasons } from './refusal.ts'
import { fileType } from './shapes.ts'
import type { Workspace } from './workspace.ts'

/** What a message says: the part that chat.*, response_url and acknowledgements have in common. */
export type Content = { text: string; blocks: Block[]; attachments: unknown[] }

export type GivenContent = {
  text?: string | undefined
  markdown_text?: string | undefined
  blocks?: unknown
  attachments?: unknown
}

/** Arguments of a form hold JSON as text; a JSON body holds it as it is. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

const slackFileReference = z.object({ slack_file: z.object({ id: z.string() }) })

/** An image block can only show a file that is an image and whose upload has been completed. */
function missingFiles(workspace: Workspace, blocks: readonly Block[]): string[] {
  return blocks.flatMap((block, index) => {
    const reference = slackFileReference.safeParse(block)
    if (!reference.success) return []
    const file = workspace.files.get(reference.data.slack_file.id)
    if (file?.isComplete && fileType(file.name).isImage) return []
    return [`invalid slack file [json-pointer:/blocks/${index}/slack_file]`]
  })
}

/** What a workspace does not know yet is refused by its type. */
function unknownTypes({ unknownBlocks }: Workspace, blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return []
  return blocks.flatMap(({ type }, index) =>
    unknownBlocks.has(type) ? [`unsupported type: ${type} [json-pointer:/blocks/${index}/type]`] : [],
  )
}

function readBlocks(workspace: Workspace, given: unknown): Block[] {
  const blocks = fromJson(given)
  const unknown = unknownTypes(workspace, blocks)
  if (unknown.length > 0) throw new Refusal('invalid_blocks', reasons(unknown, true))
  const checked = checkMessageBlocks(blocks)
  if (!checked.ok)
    throw new Refusal(checked.error, reasons(checked.messages, checked.error === 'invalid_blocks'))
  const missing = missingFiles(workspace, checked.value)
  if (missing.length > 0) throw new Refusal('invalid_blocks', reasons(missing, true))
  return checked.value
}

function readAttachments(given: unknown): unknown[] {
  const attachments = fromJson(given)
  if (!Array.isArray(attachments)) throw new Refusal('invalid_attachments')
  if (attachments.length > limits.message.attachments) throw new Refusal('too_many_attachments')
  return attachments
}

export function readContent(workspace: Workspace, given: GivenContent): Content {
  if (given.markdown_text !== undefined) {
    if (given.text !== undefined || given.blocks !== undefined) throw new Refusal('markdown_text_conflict')
    if (given.markdown_text.length > limits.markdown) throw new Refusal('msg_too_long')
    const blocks = readBlocks(workspace, [{ type: 'markdown', text: given.markdown_text }])
    return { text: given.markdown_text, blocks, attachments: [] }
  }
  const content = {
    text: (given.text ?? '').slice(0, limits.message.textCut),
    blocks: given.blocks === undefined ? [] : readBlocks(workspace, given.blocks),
    attachments: given.attachments === undefined ? [] : readAttachments(given.attachments),
  }
  const says = content.text !== '' || content.blocks.length > 0 || content.attachments.length > 0
  if (!says) throw new Refusal('no_text')
  return content
}
