import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limits } from '../../src/playground/block-kit/limits.ts'
import { checkMessageBlocks, checkView } from '../../src/playground/block-kit/validate.ts'

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) })
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) })
const button = (fields: object = {}) => ({ type: 'button', text: plain(1), ...fields })
const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index))
const option = (index: number) => ({ text: plain(5), value: String(index) })
const cell = { type: 'raw_text', text: 'x' }
const modal = (fields: object) => ({ type: 'modal', title: plain(1), blocks: [], ...fields })

/** Each limit as what it limits: something of the given size, where it stands, and how long it may be. */
const lengths: [
  name: string,
  most: number,
  make: (size: number) => object,
  at: string,
  kind: 'text' | 'list',
][] = [
  ['header', 150, (size) => ({ type: 'header', text: plain(size) }), '/text/text', 'text'],
  ['section text', 3000, (size) => ({ type: 'section', text: mrkdwn(size) }), '/text/text', 'text'],
  ['field', 2000, (size) => ({ type: 'section', fields: [mrkdwn(size)] }), '/fields/0/text', 'text'],
  ['fields', 10, (size) => ({ type: 'section', fields: times(size, () => mrkdwn(1)) }), '/fields', 'list'],
  [
    'context elements',
    10,
    (size) => ({ type: 'context', elements: times(size, () => mrkdwn(1)) }),
    '/elements',
    'list',
  ],
  [
    'actions elements',
    25,
    (size) => ({ type: 'actions', elements: times(size, () => button()) }),
    '/elements',
    'list',
  ],
  [
    'button text',
    75,
    (size) => ({ type: 'actions', elements: [button({ text: plain(size) })] }),
    '/elements/0/text/text',
    'text',
  ],
  [
    'button value',
    2000,
    (size) => ({ type: 'actions', elements: [button({ value: 'x'.repeat(size) })] }),
    '/elements/0/value',
    'text',
  ],
  [
    'action_id',
    255,
    (size) => ({ type: 'actions', elements: [button({ action_id: 'x'.repeat(size) })] }),
    '/elements/0/action_id',
    'text',
  ],
  ['block_id', 255, (size) => ({ type: 'divider', block_id: 'x'.repeat(size) }), '/block_id', 'text'],
  [
    'options',
    100,
    (size) => ({ type: 'actions', elements: [{ type: 'static_select', options: times(size, option) }] }),
    '/elements/0/options',
    'list',
  ],
  ['table rows', 100, (size) => ({ type: 'table', rows: times(size, () => [cell]) }), '/rows', 'list'],
  ['table columns', 20, (size) => ({ type: 'table', rows: [times(size, () => cell)] }), '/rows/0', 'list'],
  [
    'image alt_text',
    2000,
    (size) => ({ type: 'image', image_url: 'https://a.example/b.png', alt_text: 'x'.repeat(size) }),
    '/alt_text',
    'text',
  ],
]

test.each(lengths)('%s: up to %i and no further', (_name, most, make, at, kind) => {
  fc.assert(
    fc.property(fc.integer({ min: Math.max(1, most - 40), max: most + 40 }), (size) => {
      const checked = checkMessageBlocks([make(size)])
      const words =
        kind === 'text' ? `must be less than ${most + 1} characters` : `no more than ${most} items allowed`
      if (size <= most) expect(checked.ok).toBe(true)
      else
        expect(checked).toEqual({
          ok: false,
          error: 'invalid_blocks',
          messages: [`${words} [json-pointer:/blocks/0${at}]`],
        })
    }),
    { numRuns: 30 },
  )
})

test('a message holds 50 blocks, a view 100, a modal title 24 characters', () => {
  const dividers = (count: number) => times(count, () => ({ type: 'divider' }))
  expect(checkMessageBlocks(dividers(50)).ok).toBe(true)
  expect(checkMessageBlocks(dividers(51))).toMatchObject({
    messages: ['no more than 50 items allowed [json-pointer:/blocks]'],
  })
  expect(checkView(modal({ blocks: dividers(100), title: plain(24) }), 'modal').ok).toBe(true)
  expect(checkView(modal({ blocks: dividers(101), title: plain(25) }), 'modal')).toMatchObject({
    error: 'invalid_arguments',
    messages: [
      'must be less than 25 characters [json-pointer:/view/title/text]',
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
  })
})

test.each([
  [
    'an unknown field',
    { type: 'divider', colour: 'red' },
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  ['a missing field', { type: 'header' }, 'missing required field: text [json-pointer:/blocks/0]'],
  [
    'a missing alt_text',
    { type: 'image', image_url: 'https://a.example/b.png' },
    'missing required field: alt_text [json-pointer:/blocks/0]',
  ],
  ['an unknown block', { type: 'banner' }, 'unsupported type: banner [json-pointer:/blocks/0/type]'],
  [
    'an element in the wrong block',
    { type: 'actions', elements: [{ type: 'plain_text_input' }] },
    'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
  ],
  [
    'markup in a header',
    { type: 'header', text: mrkdwn(3) },
    'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
  ],
  [
    'an empty text',
    { type: 'section', text: mrkdwn(0) },
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'an address that is none',
    { type: 'actions', elements: [button({ url: 'javascript:alert(1)' })] },
    'invalid url [json-pointer:/blocks/0/elements/0/url]',
  ],
  [
    'a repeated action_id',
    { type: 'actions', elements: [button({ action_id: 'a' }), button({ action_id: 'a' })] },
    '`action_id` "a" already exists for another element [json-pointer:/blocks/0]',
  ],
])('%s is refused in Slack’s words', (_what, block, message) => {
  const checked = checkMessageBlocks([block])
  expect(checked.ok).toBe(false)
  expect(checked.ok ? [] : checked.messages).toContain(message)
})

test('what concerns a message as a whole is checked as a whole', () => {
  const table = { type: 'table', rows: [[cell]] }
  expect(checkMessageBlocks([table, table])).toMatchObject({ error: 'invalid_attachments' })
  const wide = {
    type: 'table',
    rows: [[{ type: 'raw_text', text: 'x'.repeat(limits.table.characters + 1) }]],
  }
  expect(checkMessageBlocks([wide])).toMatchObject({ error: 'invalid_blocks' })
  const markdown = { type: 'markdown', text: 'x'.repeat(6001) }
  expect(checkMessageBlocks([markdown, markdown])).toMatchObject({ error: 'invalid_blocks' })
  const same = { type: 'divider', block_id: 'same' }
  expect(checkMessageBlocks([same, same])).toMatchObject({ error: 'invalid_blocks' })
  const input = { type: 'input', label: plain(1), element: { type: 'plain_text_input' } }
  expect(checkView(modal({ blocks: [input] }), 'modal')).toMatchObject({
    messages: ['missing required field: submit [json-pointer:/view]'],
  })
})

test('whatever is sent, the answer is blocks or a refusal', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const checked = checkMessageBlocks(JSON.parse(text))
      expect(checked.ok || /^invalid_blocks/.test(checked.error)).toBe(true)
    }),
  )
})
