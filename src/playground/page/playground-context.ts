import { createContext, useContext } from 'react'
import type { PageOutcome, PageState } from '../page-state.ts'
import type { Act } from './live-state.ts'

type Shared = {
  state: PageState
  act: (what: Act, given: Record<string, unknown>) => Promise<PageOutcome>
  openThread: (ts: string | null) => void
  openChannel: (id: string) => void
}

export const PlaygroundContext = createContext<Shared | null>(null)

export function usePlayground(): Shared {
  const shared = useContext(PlaygroundContext)
  if (!shared) throw new Error('used outside of the playground')
  return shared
}
