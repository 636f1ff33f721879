import type { Block } from './block-kit/validate.ts'

/** What a person typed or chose in one element: a text, some option values, or nothing. */
export type Chosen = string | readonly string[] | null

/** What a person typed or chose, by block_id and action_id. */
export type ChosenValues = Record<string, Record<string, Chosen>>

export type Element = { type: string; action_id: string; [field: string]: unknown }

type Option = { value?: string; text: unknown }

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Every interactive element of some blocks, with the block it is in. */
export function elementsIn(blocks: readonly Block[]): { block: Block; element: Element }[] {
  const found: { block: Block; element: Element }[] = []
  function search(value: unknown, block: Block): void {
    if (Array.isArray(value)) {
      for (const item of value) search(item, block)
    } else if (isObject(value)) {
      // A container's children are blocks of their own, with ids of their own.
      const inner = typeof value.block_id === 'string' ? (value as Block) : block
      if (typeof value.action_id === 'string') found.push({ block: inner, element: value as Element })
      for (const child of Object.values(value)) search(child, inner)
    }
  }
  for (const block of blocks) search(block, block)
  return found
}

function optionsOf(element: Element): Option[] {
  const groups = Array.isArray(element.option_groups)
    ? (element.option_groups as { options: Option[] }[])
    : []
  const flat = Array.isArray(element.options) ? (element.options as Option[]) : []
  return [...flat, ...groups.flatMap((group) => group.options)]
}

function one(chosen: Chosen): string | null {
  const value = typeof chosen === 'string' ? chosen : (chosen?.[0] ?? null)
  return value === '' ? null : value
}

function many(chosen: Chosen): readonly string[] {
  return typeof chosen === 'string' ? [chosen] : (chosen ?? [])
}

function richText(value: string | null): unknown {
  if (value === null) return undefined
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text: value }] }
  return { type: 'rich_text', elements: [section] }
}

type Rule = { field: string; initial: string; read: (chosen: Chosen, element: Element) => unknown }

const oneOption: Rule['read'] = (chosen, element) =>
  optionsOf(element).find((option) => option.value === one(chosen)) ?? null
const manyOptions: Rule['read'] = (chosen, element) =>
  optionsOf(element).filter((option) => option.value !== undefined && many(chosen).includes(option.value))
const typed: Rule = { field: 'value', initial: 'initial_value', read: one }

/** In which field the state of each kind of element is told, and where its initial value stands. */
const rules: Record<string, Rule> = {
  plain_text_input: typed,
  number_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  rich_text_input: {
    field: 'rich_text_value',
    initial: 'initial_value',
    read: (chosen) => richText(one(chosen)),
  },
  static_select: { field: 'selected_option', initial: 'initial_option', read: oneOption },
  external_select: { field: 'selected_option', initial: 'initial_option', read: oneOption },
  radio_buttons: { field: 'selected_option', initial: 'initial_option', read: oneOption },
  overflow: { field: 'selected_option', initial: '', read: oneOption },
  checkboxes: { field: 'selected_options', initial: 'initial_options', read: manyOptions },
  multi_static_select: { field: 'selected_options', initial: 'initial_options', read: manyOptions },
  multi_external_select: { field: 'selected_options', initial: 'initial_options', read: manyOptions },
  users_select: { field: 'selected_user', initial: 'initial_user', read: one },
  channels_select: { field: 'selected_channel', initial: 'initial_channel', read: one },
  conversations_select: { field: 'selected_conversation', initial: 'initial_conversation', read: one },
  multi_users_select: { field: 'selected_users', initial: 'initial_users', read: many },
  multi_channels_select: { field: 'selected_channels', initial: 'initial_channels', read: many },
  multi_conversations_select: {
    field: 'selected_conversations',
    initial: 'initial_conversations',
    read: many,
  },
  datepicker: { field: 'selected_date', initial: 'initial_date', read: one },
  timepicker: { field: 'selected_time', initial: 'initial_time', read: one },
  datetimepicker: {
    field: 'selected_date_time',
    initial: 'initial_date_time',
    read: (chosen) => (one(chosen) === null ? null : Number(one(chosen))),
  },
  file_input: { field: 'files', initial: '', read: () => [] },
}

/** The state of one element: what was chosen, or else what it started with; nothing for a button. */
export function elementState(
  element: Element,
  chosen: Chosen | undefined,
): Record<string, unknown> | undefined {
  const rule = rules[element.type]
  if (!rule) return undefined
  if (chosen !== undefined) return { type: element.type, [rule.field]: rule.read(chosen, element) }
  return { type: element.type, [rule.field]: element[rule.initial] ?? rule.read(null, element) }
}

export type StateValues = Record<string, Record<string, Record<string, unknown>>>

/** `state.values` of a message or view: every element that holds a value, by block and action. */
export function stateValues(blocks: readonly Block[], chosen: ChosenValues): StateValues {
  const values: StateValues = {}
  for (const { block, element } of elementsIn(blocks)) {
    if (element.type === 'overflow') continue
    const state = elementState(element, chosen[block.block_id]?.[element.action_id])
    if (!state) continue
    values[block.block_id] = { ...values[block.block_id], [element.action_id]: state }
  }
  return values
}

function isEmpty(state: Record<string, unknown>): boolean {
  const { type: _type, ...fields } = state
  return Object.values(fields).every(
    (value) => value === null || value === undefined || (Array.isArray(value) && value.length === 0),
  )
}

function lengthProblem(element: Element, state: Record<string, unknown>): string | undefined {
  const text = typeof state.value === 'string' ? state.value : ''
  const { min_length: least, max_length: most } = element
  if (typeof least === 'number' && text.length < least) return `Must be at least ${least} characters`
  if (typeof most === 'number' && text.length > most) return `Must be no more than ${most} characters`
  if (element.type === 'number_input' && text !== '' && Number.isNaN(Number(text))) return 'Must be a number'
  return undefined
}

/** What Slack's own client finds wrong with a form, before the app hears of it; by block_id. */
export function formProblems(blocks: readonly Block[], values: StateValues): Record<string, string> {
  const problems: Record<string, string> = {}
  for (const { block, element } of elementsIn(blocks)) {
    if (block.type !== 'input') continue
    const state = values[block.block_id]?.[element.action_id] ?? {}
    const problem = isEmpty(state)
      ? block.optional !== true && 'Please complete this required field.'
      : lengthProblem(element, state)
    if (problem) problems[block.block_id] = problem
  }
  return problems
}
