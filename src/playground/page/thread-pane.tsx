import type { PageChannel } from '../page-state.ts'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { usePlayground } from './playground-context.ts'
import { TypingLine } from './thinking-line.tsx'

type Props = { channel: PageChannel; ts: string; onClose: () => void }

export function ThreadPane({ channel, ts, onClose }: Props) {
  const { state } = usePlayground()
  const messages = state.messages.filter(
    (message) => message.channel === channel.id && (message.ts === ts || message.thread_ts === ts),
  )
  const replies = messages.filter((message) => message.ts !== ts && !message.isEphemeral).length
  const count = (
    <div className="reply-count">
      <span>{replies === 1 ? '1 reply' : `${replies} replies`}</span>
    </div>
  )
  return (
    <aside className="thread" aria-label="Thread">
      <header className="channel-header">
        <div className="channel-title">
          <h2>Thread</h2>
          <small>{channel.kind === 'im' ? state.appName : `# ${channel.name}`}</small>
          <button type="button" className="close" aria-label="Close thread" onClick={onClose}>
            ✕
          </button>
        </div>
      </header>
      <MessageList messages={messages} inThread afterFirst={replies > 0 ? count : null} />
      <TypingLine channel={channel.id} thread={ts} />
      <Composer key={ts} channel={channel} label="Reply…" thread={ts} />
    </aside>
  )
}
