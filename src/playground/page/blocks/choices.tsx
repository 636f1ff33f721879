import { useId } from 'react'
import type { PageState } from '../../page-state.ts'
import { usePlayground } from '../playground-context.ts'
import type { Chosen, ElementFields, Option, Text } from './acting.ts'
import type { ElementProps } from './element-view.tsx'
import { LibraryBlock } from './library-block.tsx'

function initialValues(element: ElementFields): string[] {
  const options = element.initial_options ?? (element.initial_option ? [element.initial_option] : [])
  const named = Object.entries(element).find(([field]) =>
    /^initial_(user|channel|conversation)s?$/.test(field),
  )?.[1]
  const ids = Array.isArray(named) ? named : named === undefined ? [] : [named]
  return [...options.map((option) => option.value ?? ''), ...ids.map(String)]
}

function asList(chosen: Chosen | undefined, element: ElementFields): string[] {
  if (chosen === undefined) return initialValues(element)
  return chosen === null ? [] : Array.isArray(chosen) ? chosen : [chosen]
}

function Words({ text }: { text: Text }) {
  return text.type === 'mrkdwn' ? <LibraryBlock block={{ type: 'section', text }} /> : text.text
}

export function Choices({ element, chosen, onChosen }: ElementProps) {
  const name = useId()
  const isRadio = element.type === 'radio_buttons'
  const current = asList(chosen, element)
  const toggle = (value: string) => {
    if (isRadio) onChosen(value)
    else onChosen(current.includes(value) ? current.filter((it) => it !== value) : [...current, value])
  }
  return (
    <div className="choices">
      {element.options?.map((option) => {
        const value = option.value ?? option.text.text
        return (
          <label key={value}>
            <input
              type={isRadio ? 'radio' : 'checkbox'}
              name={name}
              checked={current.includes(value)}
              onChange={() => toggle(value)}
            />
            <span>
              <Words text={option.text} />
              {option.description && <small>{option.description.text}</small>}
            </span>
          </label>
        )
      })}
    </div>
  )
}

function workspaceOptions(state: PageState, type: string): Option[] {
  const option = (value: string, text: string) => ({ value, text: { type: 'plain_text', text } })
  if (type.endsWith('users_select')) return state.users.map((user) => option(user.id, `@${user.name}`))
  return state.channels
    .filter((channel) => channel.kind !== 'im')
    .map((channel) => option(channel.id, `#${channel.name}`))
}

function OptionItems({ options }: { options: Option[] }) {
  return options.map((option) => (
    <option key={option.value ?? option.text.text} value={option.value ?? ''}>
      {option.text.text}
    </option>
  ))
}

export function Menu({ element, id, isBusy, chosen, onChosen }: ElementProps) {
  const { state } = usePlayground()
  const isMultiple = element.type.startsWith('multi_')
  const isLocal = element.type.endsWith('static_select') || element.type.endsWith('external_select')
  const options = isLocal ? (element.options ?? []) : workspaceOptions(state, element.type)
  const current = asList(chosen, element)
  const placeholder = element.placeholder?.text ?? 'Choose an option'
  return (
    <select
      id={id}
      className="select"
      aria-label={id ? undefined : placeholder}
      multiple={isMultiple}
      disabled={isBusy}
      value={isMultiple ? current : (current[0] ?? '')}
      onChange={({ target }) =>
        onChosen(isMultiple ? [...target.selectedOptions].map((option) => option.value) : target.value)
      }
    >
      {!isMultiple && (
        <option value="" disabled hidden>
          {placeholder}
        </option>
      )}
      <OptionItems options={options} />
      {element.option_groups?.map((group) => (
        <optgroup key={group.label.text} label={group.label.text}>
          <OptionItems options={group.options} />
        </optgroup>
      ))}
    </select>
  )
}
