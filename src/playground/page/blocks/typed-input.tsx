import type { KeyboardEvent } from 'react'
import type { ElementFields } from './acting.ts'
import type { ElementProps } from './element-view.tsx'

const inputTypes: Record<string, string> = {
  number_input: 'number',
  email_text_input: 'email',
  url_text_input: 'url',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
}

function initialValue(element: ElementFields): string {
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time
  return typeof initial === 'string' ? initial : ''
}

/** Slack counts a date and time in seconds; the browser writes it out. */
function fromSeconds(seconds: string): string {
  const date = new Date(Number(seconds) * 1000)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function TypedInput({ element, id, chosen, onChosen, onTyping }: ElementProps) {
  const { type } = element
  if (type === 'file_input') return <p className="input-hint">The playground takes no uploads from people.</p>
  const isMoment = type === 'datetimepicker'
  const text = typeof chosen === 'string' ? chosen : chosen === null ? '' : initialValue(element)
  const isPicker = isMoment || type === 'datepicker' || type === 'timepicker'
  const shared = {
    id,
    className: 'text-input',
    'aria-label': id ? undefined : (element.placeholder?.text ?? element.action_id),
    placeholder: element.placeholder?.text,
    maxLength: element.max_length,
    autoFocus: element.focus_on_load === true,
  }
  if (element.multiline || type === 'rich_text_input')
    return <textarea {...shared} rows={4} value={text} onChange={({ target }) => onTyping(target.value)} />
  return (
    <input
      {...shared}
      type={inputTypes[type] ?? 'text'}
      step={type === 'number_input' && element.is_decimal_allowed ? 'any' : undefined}
      value={isMoment && text ? fromSeconds(text) : text}
      onChange={({ target }) => {
        const value = isMoment ? String(Math.floor(new Date(target.value).getTime() / 1000)) : target.value
        if (isPicker) onChosen(value)
        else onTyping(value)
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter') onChosen(text)
      }}
    />
  )
}
