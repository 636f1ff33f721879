import type { ReactNode } from 'react'
import type { PageState } from '../page-state.ts'
import { Avatar } from './avatar.tsx'
import { usePlayground } from './playground-context.ts'

type Props = {
  current: string
  /** Who was chosen last; the state follows a moment later. */
  me: string
  isOpen: boolean
  onChoose: (channel: string) => void
  onActAs: (user: string) => void
  onClose: () => void
  rail: ReactNode
}

type Channel = PageState['channels'][number]

type LinksProps = Pick<Props, 'current' | 'onChoose'> & {
  channels: readonly Channel[]
  children: (channel: Channel) => ReactNode
}

function ChannelLinks({ channels, current, onChoose, children }: LinksProps) {
  return (
    <ul>
      {channels.map((channel) => (
        <li key={channel.id}>
          <button
            type="button"
            className="channel-link"
            aria-current={channel.id === current ? 'page' : undefined}
            onClick={() => onChoose(channel.id)}
          >
            {children(channel)}
          </button>
        </li>
      ))}
    </ul>
  )
}

export function Sidebar({ current, me, isOpen, onChoose, onActAs, onClose, rail }: Props) {
  const { state } = usePlayground()
  const people = state.users.filter((user) => !user.isBot)
  return (
    <>
      {isOpen && (
        <button type="button" className="scrim" aria-label="Close the list of channels" onClick={onClose} />
      )}
      <div className={isOpen ? 'rail-and-sidebar open' : 'rail-and-sidebar'}>
        {rail}
        <nav className="sidebar" aria-label="Channels and direct messages">
          <h1>{state.teamName}</h1>
          <h2>Channels</h2>
          <ChannelLinks
            channels={state.channels.filter((channel) => channel.kind !== 'im')}
            current={current}
            onChoose={onChoose}
          >
            {(channel) => (
              <>
                <span className="channel-mark" aria-hidden="true">
                  {channel.kind === 'private' ? '⚿' : '#'}
                </span>
                {channel.name}
              </>
            )}
          </ChannelLinks>
          <h2>Apps</h2>
          <ChannelLinks
            channels={state.channels.filter((channel) => channel.kind === 'im')}
            current={current}
            onChoose={onChoose}
          >
            {() => (
              <>
                <Avatar name={state.appName} isApp size={20} />
                {state.appName}
                <span
                  className={state.connections > 0 ? 'presence online' : 'presence'}
                  title={state.connections > 0 ? 'connected' : 'not connected'}
                />
              </>
            )}
          </ChannelLinks>
          <fieldset className="act-as">
            <legend>Act as</legend>
            {people.map((person) => (
              <label key={person.id}>
                <input
                  type="radio"
                  name="act-as"
                  checked={person.id === me}
                  onChange={() => onActAs(person.id)}
                />
                <Avatar name={person.realName} size={20} />
                {person.name}
                {person.title && <small>{person.title}</small>}
              </label>
            ))}
          </fieldset>
        </nav>
      </div>
    </>
  )
}
