import { useCallback, useEffect, useMemo, useState } from 'react'
import { ChannelView } from './channel-view.tsx'
import { HomeView } from './home-view.tsx'
import { type Act, perform, useLiveState } from './live-state.ts'
import { Modal } from './modal.tsx'
import { PlaygroundContext } from './playground-context.ts'
import { Sidebar } from './sidebar.tsx'
import { ThreadPane } from './thread-pane.tsx'

function userFromAddress(): string {
  return new URLSearchParams(location.search).get('user') ?? 'U0FOUNDER'
}

export function Playground() {
  const [user, setUser] = useState(userFromAddress)
  const { state, isOnline } = useLiveState(user)
  const [chosenChannel, setChannel] = useState<string | null>(null)
  const [thread, setThread] = useState<string | null>(null)
  const [tab, setTab] = useState<'home' | 'messages'>('messages')
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  const act = useCallback(
    async (what: Act, given: Record<string, unknown>) => {
      setProblem(null)
      const outcome = await perform(what, { user, ...given })
      if (!outcome.ok && what !== 'command' && !outcome.errors) setProblem(outcome.error)
      return outcome
    },
    [user],
  )

  const channel =
    state?.channels.find((it) => it.id === chosenChannel) ?? state?.channels.find((it) => it.kind !== 'im')

  const openThread = useCallback((ts: string | null) => setThread(ts), [])
  const openChannel = useCallback((id: string) => {
    setChannel(id)
    setThread(null)
    setTab('messages')
    setMenuOpen(false)
  }, [])

  useEffect(() => {
    if (!problem) return
    const timer = setTimeout(() => setProblem(null), 8000)
    return () => clearTimeout(timer)
  }, [problem])

  const context = useMemo(
    () => (state ? { state, act, openThread, openChannel } : null),
    [state, act, openThread, openChannel],
  )
  if (!state || !channel || !context) return <p className="starting">Starting the playground…</p>

  const actAs = (id: string) => {
    setUser(id)
    setChannel((current) => (current?.startsWith('D') ? null : current))
    setThread(null)
    const address = new URL(location.href)
    address.searchParams.set('user', id)
    history.replaceState(null, '', address)
  }
  const showHome = () => {
    setTab('home')
    setThread(null)
    void act('home', { tab: 'home' })
  }
  const view = state.views.at(-1)
  const isHome = channel.kind === 'im' && tab === 'home'

  return (
    <PlaygroundContext value={context}>
      <div className="playground">
        <p className="banner" role="note">
          <span>
            <b>Playground:</b> a local stand-in for Slack. Nothing leaves this machine.
          </span>
          {!isOnline && <span className="banner-problem">The playground has stopped.</span>}
          {isOnline && !state.isAppConnected && (
            <span className="banner-problem">{state.appName} is not connected.</span>
          )}
        </p>
        <Sidebar
          current={channel.id}
          me={user}
          isOpen={isMenuOpen}
          onChoose={openChannel}
          onActAs={actAs}
          onClose={() => setMenuOpen(false)}
        />
        <ChannelView
          channel={channel}
          tab={tab}
          onTab={(chosen) => (chosen === 'home' ? showHome() : setTab('messages'))}
          onMenu={() => setMenuOpen(true)}
        >
          {isHome ? <HomeView /> : null}
        </ChannelView>
        {thread && !isHome && <ThreadPane channel={channel} ts={thread} onClose={() => setThread(null)} />}
        {view && <Modal key={view.id} view={view} />}
        {problem && (
          <p className="toast" role="alert">
            {state.appName} did not handle that: <code>{problem}</code>
          </p>
        )}
      </div>
    </PlaygroundContext>
  )
}
