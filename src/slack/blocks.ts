import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  PlainTextElement,
  RichTextBlock,
  RichTextElement,
  RichTextPreformatted,
  RichTextSection,
  SectionBlock,
} from '@slack/types'
import { formatMinute } from '../model/format.ts'
import { oneLine, plainText, shortened } from '../model/plain-text.ts'
import { LIMITS } from './limits.ts'

/** A message as it is posted: `text` is what notifications and screen readers say. */
export type Message = { readonly text: string; readonly blocks: KnownBlock[] }

/** "2026-03-14 09:26 UTC", as findings and answers say it, and as programs write it. */
const TIME = /\b(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?: UTC\b|:\d{2}(?:\.\d+)?Z\b)/

/**
 * Foreign text for mrkdwn: entities, mentions and links in it come out inert. Where it can, the code uses rich
 * text instead, in which text is never read as markup.
 */
export const mrkdwn = (text: string): string =>
  plainText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(new RegExp(TIME, 'g'), (said: string, day: string, time: string) => {
      const at = `${day}T${time}:00Z`
      return Number.isNaN(Date.parse(at)) ? said : slackDate(at)
    })

/** Slack refuses empty texts, and longer ones than `length`. */
const fitted = (text: string, length: number): string => shortened(text.trim() === '' ? '–' : text, length)

/** What notifications and screen readers say of a message; Slack reads it as markup. */
export const notification = ({ text }: Message): string => shortened(mrkdwn(text), LIMITS.messageText)

export const mention = (user: string): string => `<@${user}>`

/** The reader's own time zone, with the time in UTC where that cannot be shown. */
export const slackDate = (time: string): string =>
  `<!date^${Math.floor(Date.parse(time) / 1000)}^{date_short_pretty} {time}|${formatMinute(time)}>`

export const header = (text: string): HeaderBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: fitted(oneLine(text), LIMITS.headerText), emoji: false },
})

/** `text` is mrkdwn of our own making; foreign parts have gone through `mrkdwn`. */
export const section = (text: string): SectionBlock => ({
  type: 'section',
  // verbatim: Slack would otherwise make links of what merely looks like an address or a channel.
  text: { type: 'mrkdwn', text: fitted(text, LIMITS.sectionText), verbatim: true },
})

/** Lines in as many sections as they need: none is cut, and none is torn in two. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = []
  for (const line of lines) {
    const last = texts.at(-1)
    if (last === undefined || last.length + 1 + line.length > LIMITS.sectionText) texts.push(line)
    else texts[texts.length - 1] = `${last}\n${line}`
  }
  return texts.map(section)
}

export const fields = (texts: readonly string[]): SectionBlock => ({
  type: 'section',
  fields: texts.slice(0, LIMITS.sectionFields).map((text) => ({
    type: 'mrkdwn',
    text: fitted(text, LIMITS.fieldText),
    verbatim: true,
  })),
})

export const context = (text: string): ContextBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: fitted(text, LIMITS.sectionText), verbatim: true }],
})

/** Text of ours in the parts that take no markup. */
export const plain = (text: string): PlainTextElement => ({ type: 'plain_text', text, emoji: false })

export const divider = { type: 'divider' } as const

export type ButtonOptions = {
  readonly actionId: string
  readonly text: string
  readonly value: string
  readonly style?: 'primary' | 'danger'
}

export const button = ({ actionId, text, value, style }: ButtonOptions): Button => ({
  type: 'button',
  action_id: actionId,
  text: { type: 'plain_text', text: fitted(text, LIMITS.buttonText), emoji: false },
  value,
  ...(style ? { style } : {}),
})

/** A button that opens an address. Slack tells the bot of the click all the same. */
export const linkButton = ({
  actionId,
  text,
  url,
}: Omit<ButtonOptions, 'value' | 'style'> & { readonly url: string }): Button => ({
  type: 'button',
  action_id: actionId,
  text: { type: 'plain_text', text: fitted(text, LIMITS.buttonText), emoji: false },
  url,
})

export const actions = (buttons: readonly Button[]): ActionsBlock => ({
  type: 'actions',
  elements: [...buttons],
})

/** The longest piece of text that anybody reads in a chat. */
const WORDS_MOST = 1000
const PREFORMATTED_MOST = 2500

/** Text that is shown as it is: nothing in it is read as markup. */
export const words = (
  text: string,
  style?: { bold?: true; italic?: true; code?: true },
): RichTextElement => ({
  type: 'text',
  text: fitted(plainText(text), WORDS_MOST),
  ...(style ? { style } : {}),
})

/** Our own prose with `code` in backticks, as in Markdown; what stands between them is inert all the same. */
export const prose = (text: string): RichTextElement[] =>
  text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => (/^`[^`]+`$/.test(part) ? words(part.slice(1, -1), { code: true }) : words(part)))

/** A time that stands in a text, as the reader's own clocks show it. */
function withTimes(element: RichTextElement): RichTextElement[] {
  if (element.type !== 'text' || element.style?.code) return [element]
  const parts = element.text.split(TIME)
  const result: RichTextElement[] = []
  // Of each match the text before it, its day and its time.
  for (let index = 0; index < parts.length; index += 3) {
    const [text = '', day, time] = parts.slice(index, index + 3)
    if (text !== '') result.push({ ...element, text })
    const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`)
    if (!Number.isNaN(at)) {
      result.push({
        type: 'date',
        timestamp: at / 1000,
        format: '{date_short_pretty} {time}',
        fallback: `${day} ${time} UTC`,
        ...(element.style ? { style: element.style } : {}),
      })
    } else if (day !== undefined) result.push({ ...element, text: `${day} ${time} UTC` })
  }
  return result
}

export const paragraph = (...elements: RichTextElement[]): RichTextSection => ({
  type: 'rich_text_section',
  elements: elements.flatMap(withTimes),
})

export const preformatted = (text: string): RichTextPreformatted => ({
  type: 'rich_text_preformatted',
  elements: [{ type: 'text', text: fitted(plainText(text), PREFORMATTED_MOST) }],
})

type RichTextPart = RichTextBlock['elements'][number]

/** Clients differ in whether one section after another begins a new line, so those are made one, with line breaks. */
function joined(parts: readonly RichTextPart[]): RichTextPart[] {
  const result: RichTextPart[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (part.type === 'rich_text_section' && last?.type === 'rich_text_section') {
      const elements = [...last.elements, { type: 'text' as const, text: '\n' }, ...part.elements]
      result[result.length - 1] = { ...last, elements }
    } else {
      result.push(part)
    }
  }
  return result
}

export const richText = (...parts: RichTextPart[]): RichTextBlock => ({
  type: 'rich_text',
  elements: joined(parts),
})

/** All that is said in a block, its ids and styles counted in for good measure. */
const sizeOf = (block: KnownBlock): number => JSON.stringify(block).length

/** Portions of blocks that each fit into one message, in order; every block stays whole. */
function portions(blocks: readonly KnownBlock[]): KnownBlock[][] {
  const result: KnownBlock[][] = []
  let room = 0
  for (const block of blocks) {
    const size = sizeOf(block)
    const last = result.at(-1)
    if (!last || last.length >= LIMITS.blocksInMessage || size > room) {
      result.push([block])
      room = LIMITS.charactersInMessage - size
    } else {
      last.push(block)
      room -= size
    }
  }
  return result
}

/** As many messages as the blocks need. */
export const inMessages = (text: string, blocks: readonly KnownBlock[]): Message[] =>
  portions(blocks).map((portion) => ({ text, blocks: portion }))
