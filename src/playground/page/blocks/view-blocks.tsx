import { type Dispatch, type SetStateAction, useMemo } from 'react'
import type { PageView } from '../../page-state.ts'
import { usePlayground } from '../playground-context.ts'
import { ActingContext, type Chosen, type Values } from './acting.ts'
import { BlockView } from './block-view.tsx'

type Props = { view: PageView; values: Values; onValues: Dispatch<SetStateAction<Values>> }

/** The content of a modal or Home tab. */
export function ViewBlocks({ view, values, onValues }: Props) {
  const { act } = usePlayground()
  const acting = useMemo(
    () => ({
      values,
      choose: (block: string, action: string, chosen: Chosen) =>
        onValues((all) => ({ ...all, [block]: { ...all[block], [action]: chosen } })),
      async send(block_id: string, action_id: string, chosen?: Chosen) {
        await act('action', { view_id: view.id, block_id, action_id, chosen, values })
      },
    }),
    [act, view.id, values, onValues],
  )
  return (
    <ActingContext value={acting}>
      <div className="blocks">
        {view.blocks.map((block) => (
          <BlockView key={block.block_id} block={block} error={view.errors[block.block_id]} />
        ))}
      </div>
    </ActingContext>
  )
}
