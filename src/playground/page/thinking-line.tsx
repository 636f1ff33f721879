import { usePlayground } from './playground-context.ts'

/** What somebody is at, under the messages: the line keeps its place when it is empty. */
export function ThinkingLine({ text }: { text: string }) {
  return (
    <p className="thinking" role="status">
      {text}
    </p>
  )
}

/** Who else is typing in a conversation, or in a thread of it. */
export function TypingLine({ channel, thread }: { channel: string; thread: string | null }) {
  const { state } = usePlayground()
  const names = state.typing
    .filter((typist) => typist.channel === channel && typist.thread_ts === thread)
    .map(({ name }) => name)
  const verb = names.length === 1 ? 'is' : 'are'
  return <ThinkingLine text={names.length > 0 ? `${names.join(' and ')} ${verb} typing…` : ''} />
}
