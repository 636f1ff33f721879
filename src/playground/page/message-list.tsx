import { type ReactNode, useLayoutEffect, useRef } from 'react'
import type { PageMessage } from '../page-state.ts'
import { MessageRow } from './message-row.tsx'
import { dayOf } from './notation.ts'

const groupedWithin = 5 * 60

/** Slack leaves out the name where the same author goes on within a few minutes. */
function continues(message: PageMessage, previous: PageMessage | undefined): boolean {
  return (
    previous !== undefined &&
    previous.user === message.user &&
    previous.name === message.name &&
    !previous.isEphemeral &&
    !message.isEphemeral &&
    dayOf(previous.ts) === dayOf(message.ts) &&
    Number(message.ts) - Number(previous.ts) < groupedWithin
  )
}

type Props = { messages: PageMessage[]; introduction?: ReactNode; inThread?: boolean; afterFirst?: ReactNode }

export function MessageList({ messages, introduction, inThread = false, afterFirst }: Props) {
  const end = useRef<HTMLDivElement>(null)
  const last = messages.at(-1)?.ts
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last message is what to scroll for
  useLayoutEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
  }, [last])
  return (
    <div className="messages" role="log" aria-live="polite">
      <div className="messages-inner">
        {introduction}
        {messages.map((message, index) => {
          const previous = messages[index - 1]
          const isNewDay = !inThread && (!previous || dayOf(previous.ts) !== dayOf(message.ts))
          return (
            <div key={message.ts}>
              {isNewDay && (
                <div className="day">
                  <span>{dayOf(message.ts)}</span>
                </div>
              )}
              <MessageRow
                message={message}
                isCompact={!(index === 1 && afterFirst) && continues(message, previous)}
                inThread={inThread}
              />
              {index === 0 && afterFirst}
            </div>
          )
        })}
        <div ref={end} className="messages-end" />
      </div>
    </div>
  )
}
