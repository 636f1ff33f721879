import { useCallback, useEffect, useMemo, useState } from 'react'
import { AssistantPane } from './assistant-pane.tsx'
import { Banner } from './banner.tsx'
import { ChannelView } from './channel-view.tsx'
import { FaultsPanel } from './faults-panel.tsx'
import { HomeView } from './home-view.tsx'
import { type Act, perform, useLiveState } from './live-state.ts'
import { Modal } from './modal.tsx'
import { PlaygroundContext } from './playground-context.ts'
import { Rail } from './rail.tsx'
import { Sidebar } from './sidebar.tsx'
import { useTheme } from './theme.ts'
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
  const [isFaultsOpen, setFaultsOpen] = useState(false)
  const [isAssistantOpen, setAssistantOpen] = useState(false)
  const [theme, setTheme] = useTheme()

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

  const openThread = useCallback((ts: string | null) => {
    setThread(ts)
    setAssistantOpen(false)
  }, [])
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
  const newAssistantThread = () => void act('assistant', { channel: channel.id })
  const assistantThread = state.assistantThreads.at(-1)
  const openAssistant = () => {
    setThread(null)
    setMenuOpen(false)
    setAssistantOpen(true)
    if (!assistantThread) newAssistantThread()
  }
  const assistantChannel = state.channels.find((it) => it.id === assistantThread?.channel)
  const view = state.views.at(-1)
  const isHome = channel.kind === 'im' && tab === 'home'

  return (
    <PlaygroundContext value={context}>
      <div className="playground">
        <Banner isOnline={isOnline} />
        <Sidebar
          current={channel.id}
          me={user}
          isOpen={isMenuOpen}
          onChoose={openChannel}
          onActAs={actAs}
          onClose={() => setMenuOpen(false)}
          rail={
            <Rail
              me={user}
              theme={theme}
              onTheme={setTheme}
              isFaultsOpen={isFaultsOpen}
              onFaults={() => setFaultsOpen((it) => !it)}
              onAssistant={state.hasAssistant ? openAssistant : null}
            />
          }
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
        {isAssistantOpen && assistantThread && assistantChannel && (
          <AssistantPane
            channel={assistantChannel}
            thread={assistantThread}
            onNew={newAssistantThread}
            onClose={() => setAssistantOpen(false)}
          />
        )}
        {isFaultsOpen && <FaultsPanel onClose={() => setFaultsOpen(false)} />}
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
