import { createContext, useContext } from 'react'

/** What a person typed or chose, by block_id and action_id. */
export type Chosen = string | string[] | null
export type Values = Record<string, Record<string, Chosen>>

export type Text = { type: string; text: string }
export type Option = { text: Text; value?: string; description?: Text; url?: string }
export type Confirm = { title?: Text; text: Text; confirm?: Text; deny?: Text; style?: 'primary' | 'danger' }

/** An interactive element as Block Kit writes it; the server has checked it, so fields are read as declared. */
export type ElementFields = {
  type: string
  action_id: string
  text?: Text
  value?: string
  url?: string
  style?: 'primary' | 'danger'
  accessibility_label?: string
  confirm?: Confirm
  placeholder?: Text
  options?: Option[]
  option_groups?: { label: Text; options: Option[] }[]
  initial_option?: Option
  initial_options?: Option[]
  multiline?: boolean
  max_length?: number
  focus_on_load?: boolean
  icon?: string
  positive_button?: { text: Text; value: string }
  negative_button?: { text: Text; value: string }
  [field: string]: unknown
}

type Acting = {
  values: Values
  /** Remembers a choice, without telling the app. */
  choose: (blockId: string, actionId: string, chosen: Chosen) => void
  /** Tells the app, and settles when it has acknowledged. */
  send: (blockId: string, actionId: string, chosen?: Chosen) => Promise<void>
}

export const ActingContext = createContext<Acting | null>(null)

export function useActing(): Acting {
  const acting = useContext(ActingContext)
  if (!acting) throw new Error('an element outside of a message or view')
  return acting
}
