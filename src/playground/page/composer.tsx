import { type KeyboardEvent, useRef, useState } from 'react'
import type { PageChannel } from '../page-state.ts'
import { inSlackNotation } from './notation.ts'
import { usePlayground } from './playground-context.ts'

type Props = { channel: PageChannel; label: string; thread?: string }

export function Composer({ channel, label, thread }: Props) {
  const { state, act } = usePlayground()
  const [text, setText] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  const toldAt = useRef(0)
  const isCommand = text.startsWith('/')
  const offered = isCommand
    ? state.commands.filter(({ command }) => `${command} `.startsWith(`${text.split(' ')[0]}`))
    : []

  const insert = (words: string) => {
    setText((current) =>
      words.startsWith('/') ? words : `${current}${current && !current.endsWith(' ') ? ' ' : ''}${words}`,
    )
    input.current?.focus()
  }
  const place = { channel: channel.id, ...(thread ? { thread_ts: thread } : {}) }
  const type = (typed: string) => {
    setText(typed)
    // Others see it, but not that a command is being typed, and not with every letter.
    if (typed === '' || typed.startsWith('/') || Date.now() - toldAt.current < 2500) return
    toldAt.current = Date.now()
    void act('typing', place)
  }
  const send = () => {
    const typed = text.trim()
    if (typed === '') return
    setText('')
    toldAt.current = 0
    if (isCommand) void act('command', { ...place, text: typed })
    else void act('message', { ...place, text: inSlackNotation(state, typed) })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [only] = offered
    const isUnfinished = only && text !== only.command && only.command.startsWith(text)
    if (event.key === 'Tab' && isUnfinished) {
      event.preventDefault()
      insert(`${only.command} `)
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      if (isUnfinished) insert(`${only.command} `)
      else send()
    }
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {offered.length > 0 && (
        <ul className="suggestions" aria-label="Commands">
          {offered.map(({ command, description, usage_hint }) => (
            <li key={command}>
              <button type="button" onClick={() => insert(`${command} `)}>
                <b>{command}</b> <span className="hint">{usage_hint}</span>
                <small>
                  {description} · {state.appName}
                </small>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-box">
        <textarea
          ref={input}
          rows={Math.min(8, text.split('\n').length)}
          aria-label={label}
          placeholder={label}
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-tools">
          <button type="button" title="Run a command" aria-label="Run a command" onClick={() => insert('/')}>
            /
          </button>
          <button
            type="button"
            title={`Mention ${state.appName}`}
            aria-label={`Mention ${state.appName}`}
            onClick={() => insert(`@${state.appName} `)}
          >
            @
          </button>
          {!thread &&
            state.shortcuts
              .filter(({ type }) => type === 'global')
              .map(({ callback_id, name, description }) => (
                <button
                  key={callback_id}
                  type="button"
                  className="shortcut"
                  title={description}
                  onClick={() => void act('shortcut', { callback_id })}
                >
                  {name}
                </button>
              ))}
          <button type="submit" className="send" aria-label="Send" disabled={text.trim() === ''}>
            <svg width="16" height="16" viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">
              <path d="M2.300 2.700 18 10 2.300 17.300 4 11l7.500-1L4 9z" />
            </svg>
          </button>
        </div>
      </div>
    </form>
  )
}
