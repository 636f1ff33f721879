import type { PageAssistantThread, PageChannel } from '../page-state.ts'
import { Avatar } from './avatar.tsx'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { usePlayground } from './playground-context.ts'
import { ThinkingLine } from './thinking-line.tsx'

type Props = { channel: PageChannel; thread: PageAssistantThread; onNew: () => void; onClose: () => void }

/** The app's own pane beside a channel: a thread of the direct message, with what the app suggests to ask. */
export function AssistantPane({ channel, thread, onNew, onClose }: Props) {
  const { state, act } = usePlayground()
  const place = { channel: thread.channel, thread_ts: thread.thread_ts }
  const messages = state.messages.filter(
    (message) =>
      message.channel === thread.channel &&
      message.thread_ts === thread.thread_ts &&
      message.ts !== thread.thread_ts,
  )
  const hasAsked = messages.some((message) => !message.isApp)
  const introduction = (
    <div className="introduction">
      <Avatar name={state.appName} isApp size={48} />
      <p>
        Ask <b>{state.appName}</b> about the machines, their history, and what was changed.
      </p>
    </div>
  )
  return (
    <aside className="thread assistant" aria-label={`${state.appName} assistant`}>
      <header className="channel-header">
        <div className="channel-title">
          <Avatar name={state.appName} isApp size={24} />
          <h2>{thread.title || state.appName}</h2>
          <button type="button" className="new-thread" onClick={onNew}>
            New chat
          </button>
          <button type="button" className="close" aria-label="Close the assistant" onClick={onClose}>
            ✕
          </button>
        </div>
      </header>
      <MessageList messages={messages} inThread introduction={introduction} />
      {!hasAsked && thread.prompts.length > 0 && (
        <div className="prompts">
          {thread.prompts.map(({ title, message }) => (
            <button
              key={title}
              type="button"
              className="button"
              onClick={() => void act('message', { ...place, text: message })}
            >
              {title}
            </button>
          ))}
        </div>
      )}
      <ThinkingLine text={thread.status && `${state.appName} ${thread.status}`} />
      <Composer
        key={thread.thread_ts}
        channel={channel}
        label={`Ask ${state.appName}`}
        thread={thread.thread_ts}
      />
    </aside>
  )
}
