import { useEffect, useState } from 'react'
import type { PageOutcome, PageState } from '../page-state.ts'

export type Live = { state: PageState | null; isOnline: boolean }

/** What one person sees, kept up to date by the server. */
export function useLiveState(user: string): Live {
  const [live, setLive] = useState<Live>({ state: null, isOnline: true })
  useEffect(() => {
    const events = new EventSource(`/ui/events?user=${encodeURIComponent(user)}`)
    events.onmessage = ({ data }) => setLive({ state: JSON.parse(data) as PageState, isOnline: true })
    events.onerror = () => setLive(({ state }) => ({ state, isOnline: false }))
    return () => events.close()
  }, [user])
  return live
}

export type Act =
  | 'command'
  | 'message'
  | 'action'
  | 'submit'
  | 'close'
  | 'home'
  | 'assistant'
  | 'shortcut'
  | 'typing'
  | 'fault'

/** Does something as a person; the server answers when the app has acknowledged it. */
export async function perform(act: Act, given: Record<string, unknown>): Promise<PageOutcome> {
  try {
    const response = await fetch(`/ui/${act}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    })
    return (await response.json()) as PageOutcome
  } catch {
    return { ok: false, error: 'the playground is not running' }
  }
}
