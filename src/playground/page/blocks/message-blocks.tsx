import { useMemo, useState } from 'react'
import type { PageMessage } from '../../page-state.ts'
import { usePlayground } from '../playground-context.ts'
import { ActingContext, type Values } from './acting.ts'
import { BlockView } from './block-view.tsx'
import { LibraryBlock } from './library-block.tsx'

/** What a message says: its blocks, or else its text. */
export function MessageBlocks({ message }: { message: PageMessage }) {
  const { act } = usePlayground()
  const [values, setValues] = useState<Values>({})
  const { channel, ts } = message
  const acting = useMemo(
    () => ({
      values,
      choose: (block: string, action: string, chosen: Values[string][string] | undefined) =>
        setValues((all) => ({ ...all, [block]: { ...all[block], [action]: chosen ?? null } })),
      async send(block_id: string, action_id: string, chosen?: Values[string][string]) {
        await act('action', { channel, message_ts: ts, block_id, action_id, chosen, values })
      },
    }),
    [act, channel, ts, values],
  )
  const edited = message.isEdited && <span className="edited">(edited)</span>
  if (message.blocks.length === 0)
    return (
      <div className="blocks">
        {message.text !== '' && (
          <LibraryBlock block={{ type: 'section', text: { type: 'mrkdwn', text: message.text } }} />
        )}
        {edited}
      </div>
    )
  return (
    <ActingContext value={acting}>
      <div className="blocks">
        {message.blocks.map((block) => (
          <BlockView key={block.block_id} block={block} />
        ))}
        {edited}
      </div>
    </ActingContext>
  )
}
