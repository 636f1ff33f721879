import type { ReactNode } from 'react'
import type { PageChannel } from '../page-state.ts'
import { Avatar } from './avatar.tsx'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { usePlayground } from './playground-context.ts'
import { TypingLine } from './thinking-line.tsx'

type Props = {
  channel: PageChannel
  tab: 'home' | 'messages'
  onTab: (tab: 'home' | 'messages') => void
  onMenu: () => void
  /** Shown instead of the messages, where there is something. */
  children: ReactNode
}

export function ChannelView({ channel, tab, onTab, onMenu, children }: Props) {
  const { state } = usePlayground()
  const isDirect = channel.kind === 'im'
  const name = isDirect ? state.appName : `#${channel.name}`
  const messages = state.messages.filter(
    (message) =>
      message.channel === channel.id &&
      // A thread of the assistant has its own pane.
      !state.assistantThreads.some((thread) => thread.thread_ts === message.ts) &&
      (message.thread_ts === null || message.thread_ts === message.ts || message.isBroadcast),
  )
  return (
    <main className="channel" aria-label={name}>
      <header className="channel-header">
        <div className="channel-title">
          <button type="button" className="menu-button" aria-label="Show channels" onClick={onMenu}>
            ☰
          </button>
          {isDirect && <Avatar name={state.appName} isApp size={24} />}
          <h2>
            {isDirect ? (
              state.appName
            ) : (
              <>
                <span className="hash"># </span>
                {channel.name}
              </>
            )}
          </h2>
        </div>
        {isDirect && (
          <div className="tabs" role="tablist">
            {(['home', 'messages'] as const).map((it) => (
              <button type="button" role="tab" key={it} aria-selected={tab === it} onClick={() => onTab(it)}>
                {it === 'home' ? 'Home' : 'Messages'}
              </button>
            ))}
          </div>
        )}
      </header>
      {children ?? (
        <>
          <MessageList messages={messages} introduction={<Introduction channel={channel} />} />
          <TypingLine channel={channel.id} thread={null} />
          <Composer key={channel.id} channel={channel} label={`Message ${name}`} />
        </>
      )}
    </main>
  )
}

function Introduction({ channel }: { channel: PageChannel }) {
  const { state } = usePlayground()
  if (channel.kind === 'im')
    return (
      <div className="introduction">
        <Avatar name={state.appName} isApp size={48} />
        <p>
          This is the very beginning of your direct messages with <b>{state.appName}</b>.
        </p>
      </div>
    )
  const [first] = state.commands
  return (
    <div className="introduction">
      <h3># {channel.name}</h3>
      <p>
        This is the very beginning of the <b>#{channel.name}</b> channel. Type <code>{first?.command}</code>{' '}
        or mention <code>@{state.appName}</code> to begin.
      </p>
    </div>
  )
}
