import type { PageFile, PageMessage } from '../page-state.ts'
import { Avatar } from './avatar.tsx'
import { MessageBlocks } from './blocks/message-blocks.tsx'
import { clock, timeOf } from './notation.ts'
import { usePlayground } from './playground-context.ts'

type Props = { message: PageMessage; isCompact: boolean; inThread: boolean }

export function MessageRow({ message, isCompact, inThread }: Props) {
  const { state, act, openThread } = usePlayground()
  const shortcuts = state.shortcuts.filter(({ type }) => type === 'message')
  const className = ['message', isCompact && 'compact', message.isEphemeral && 'ephemeral'].filter(Boolean)
  const time = (
    <time dateTime={timeOf(message.ts).toISOString()} title={timeOf(message.ts).toLocaleString()}>
      {clock(message.ts)}
    </time>
  )
  return (
    <article
      className={className.join(' ')}
      id={message.ts}
      aria-label={`${message.name} at ${clock(message.ts)}`}
    >
      <div className="gutter">{isCompact ? time : <Avatar name={message.name} isApp={message.isApp} />}</div>
      <div className="message-body">
        {message.isEphemeral && (
          <p className="only-you">
            <EyeIcon /> Only visible to you
          </p>
        )}
        {!isCompact && (
          <p className="author">
            <b>{message.name}</b>
            {message.isApp && <span className="app-badge">APP</span>}
            {time}
          </p>
        )}
        <MessageBlocks message={message} />
        {message.files.map((file) => (
          <FileView key={file.id} file={file} />
        ))}
        <Reactions message={message} />
        {!inThread && <ThreadSummary message={message} />}
      </div>
      {!message.isEphemeral && (
        <div className="message-tools">
          {!inThread && (
            <button
              type="button"
              aria-label="Reply in thread"
              title="Reply in thread"
              onClick={() => openThread(message.ts)}
            >
              <ReplyIcon />
            </button>
          )}
          {shortcuts.map(({ callback_id, name, description }) => (
            <button
              key={callback_id}
              type="button"
              aria-label={name}
              title={`${name}: ${description}`}
              onClick={() =>
                void act('shortcut', { callback_id, message: { channel: message.channel, ts: message.ts } })
              }
            >
              ⋮
            </button>
          ))}
        </div>
      )}
    </article>
  )
}

function ThreadSummary({ message }: { message: PageMessage }) {
  const { state, openThread } = usePlayground()
  const replies = state.messages.filter(
    (reply) => reply.thread_ts === message.ts && reply.ts !== message.ts && !reply.isEphemeral,
  )
  const last = replies.at(-1)
  if (!last) return null
  const authors = [...new Map(replies.map((reply) => [reply.user, reply])).values()].slice(0, 5)
  return (
    <button type="button" className="thread-summary" onClick={() => openThread(message.ts)}>
      {authors.map((reply) => (
        <Avatar key={reply.user} name={reply.name} isApp={reply.isApp} size={24} />
      ))}
      <b>{replies.length === 1 ? '1 reply' : `${replies.length} replies`}</b>
      <span>Last reply at {clock(last.ts)}</span>
    </button>
  )
}

function Reactions({ message }: { message: PageMessage }) {
  if (message.reactions.length === 0) return null
  return (
    <p className="reactions">
      {message.reactions.map(({ name, count }) => (
        <span key={name}>
          :{name}: {count}
        </span>
      ))}
    </p>
  )
}

function FileView({ file }: { file: PageFile }) {
  const address = `/ui/files/${file.id}`
  if (file.isImage)
    return (
      <figure className="file-image">
        <figcaption>{file.title}</figcaption>
        <img src={address} alt={file.altText || file.title} />
      </figure>
    )
  return (
    <a className="file" href={address} download={file.name}>
      <span className="file-kind" aria-hidden="true">
        {(file.name.split('.').at(-1) ?? '').slice(0, 4).toUpperCase()}
      </span>
      <span>
        <b>{file.title}</b>
        <small>{file.name}</small>
      </span>
    </a>
  )
}

function EyeIcon() {
  return (
    <svg
      width="14"
      height="14"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      aria-hidden="true"
    >
      <path d="M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.500 15.500 10 15.500 1.500 10 1.500 10z" />
      <circle cx="10" cy="10" r="2.600" />
    </svg>
  )
}

function ReplyIcon() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.500"
      aria-hidden="true"
    >
      <path
        d="M3 5.500A2 2 0 0 1 5 3.500h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-5l-4 3v-3H5a2 2 0 0 1-2-2z"
        strokeLinejoin="round"
      />
      <path d="M6.500 7.500h7M6.500 10.500h4.500" strokeLinecap="round" />
    </svg>
  )
}
