import { usePlayground } from './playground-context.ts'

type Offer = { label: string; hint: string; fault: Record<string, unknown> }

const offers: Offer[] = [
  { label: 'Drop the socket', hint: 'Every connection breaks without a word.', fault: { kind: 'drop' } },
  {
    label: 'Ask to reconnect',
    hint: 'A disconnect message, as Slack sends every few hours.',
    fault: { kind: 'disconnect', reason: 'refresh_requested' },
  },
  {
    label: '429 for the next 3 calls',
    hint: 'With Retry-After: 2.',
    fault: { kind: 'rate-limit', retryAfterSeconds: 2, times: 3 },
  },
  { label: '500 for the next call', hint: 'Nothing is done by it.', fault: { kind: 'error', times: 1 } },
  {
    label: 'Slow down 5 calls',
    hint: 'Each answer comes 2 s late.',
    fault: { kind: 'delay', milliseconds: 2000, times: 5 },
  },
  {
    label: 'Send the next event twice',
    hint: 'As when an acknowledgement was lost.',
    fault: { kind: 'duplicate', times: 1 },
  },
]

/** Makes Slack misbehave, to see what the app makes of it. */
export function FaultsPanel({ onClose }: { onClose: () => void }) {
  const { state, act } = usePlayground()
  return (
    <aside className="faults" aria-label="Faults">
      <header>
        <h2>Faults</h2>
        <button type="button" className="close" aria-label="Close faults" onClick={onClose}>
          ✕
        </button>
      </header>
      <p>
        Make Slack misbehave. {state.appName} has{' '}
        {state.connections === 1 ? '1 connection' : `${state.connections} connections`}.
      </p>
      <ul>
        {offers.map(({ label, hint, fault }) => (
          <li key={label}>
            <button type="button" className="button" onClick={() => void act('fault', fault)}>
              {label}
            </button>
            <small>{hint}</small>
          </li>
        ))}
      </ul>
      <p role="status">
        {state.faults.length > 0 ? `Waiting: ${state.faults.join('; ')}` : 'Nothing is waiting.'}
      </p>
    </aside>
  )
}
