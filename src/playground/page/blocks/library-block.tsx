import type { MouseEvent } from 'react'
import { type Block, Message } from 'slack-blocks-to-jsx'
import type { PageState } from '../../page-state.ts'
import { permalinkTarget } from '../notation.ts'
import { usePlayground } from '../playground-context.ts'

type Shown = { type: string; [field: string]: unknown }

/** An image that the app uploaded lives here; the library would ask Slack for it. */
function withLocalFiles(block: Shown): Shown {
  const { slack_file: file, ...rest } = block
  if (typeof file !== 'object' || file === null || !('id' in file)) return block
  return { ...rest, image_url: `/ui/files/${String(file.id)}` }
}

/** The library knows no cells that are numbers, and falls over them. */
function withNumbersAsText(block: Shown): Shown {
  if (block.type !== 'table' || !Array.isArray(block.rows)) return block
  const asText = (cell: Shown) => (cell.type === 'raw_number' ? { type: 'raw_text', text: cell.text } : cell)
  return { ...block, rows: block.rows.map((row: Shown[]) => row.map(asText)) }
}

/** Slack leaves out the line breaks just inside of a code fence; the library draws them. */
function withTightCode(block: Shown): Shown {
  const text = block.text as { type?: string; text?: string } | undefined
  if (text?.type !== 'mrkdwn' || !text.text?.includes('```')) return block
  return { ...block, text: { ...text, text: text.text.replace(/```\n?([\s\S]*?)\n?```/g, '```$1```') } }
}

/** To Slack `verbatim` means to make no links of plain text; the library takes it for "no formatting at all". */
function withFormatting(block: Shown): Shown {
  const { verbatim: _, ...rest } = block
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within)
    return typeof value === 'object' && value !== null ? withFormatting(value as Shown) : value
  }
  return Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, within(value)])) as Shown
}

function asLibraryTakes(block: Shown): Block {
  // The server has checked the block against Slack's own rules, which the library's types paraphrase.
  return withFormatting(withTightCode(withNumbersAsText(withLocalFiles(block)))) as unknown as Block
}

function names(state: PageState) {
  return {
    users: state.users.map(({ id, name }) => ({ id, name })),
    channels: state.channels.map(({ id, name }) => ({ id, name })),
    user_groups: state.userGroups.map(({ id, handle }) => ({ id, name: handle })),
  }
}

/** A block that is only read, drawn by slack-blocks-to-jsx: all text passes through React, so none of it is run. */
export function LibraryBlock({ block }: { block: Shown }) {
  const { state, openChannel, openThread } = usePlayground()
  const goTo = (event: MouseEvent, href: string) => {
    const target = permalinkTarget(state, href)
    if (!target) return
    event.preventDefault()
    openChannel(target.channel)
    if (target.thread) openThread(target.thread)
    setTimeout(() => document.getElementById(target.ts)?.scrollIntoView({ block: 'center' }))
  }
  return (
    <div className={`library ${block.type}`}>
      <Message
        blocks={[asLibraryTakes(block)]}
        name=""
        logo=""
        withoutWrapper
        data={names(state)}
        hooks={{
          user: ({ id, name }) => <span className={id === state.me ? 'mention me' : 'mention'}>@{name}</span>,
          link: ({ href, children }) => (
            <a
              className="link"
              href={href}
              target="_blank"
              rel="noreferrer noopener"
              onClick={(event) => goTo(event, href)}
            >
              {children}
            </a>
          ),
        }}
      />
    </div>
  )
}
