import { usePlayground } from './playground-context.ts'

/** Over everything: what this is, what is shown in it, and what is wrong with it. */
export function Banner({ isOnline }: { isOnline: boolean }) {
  const { state } = usePlayground()
  return (
    <p className={state.notice ? 'banner recorded' : 'banner'} role="note">
      {state.notice ? (
        <span>
          <b>Recorded.</b> {state.notice}
        </span>
      ) : (
        <span>
          <b>Playground:</b> a local stand-in for Slack. Nothing leaves this machine.
        </span>
      )}
      {!isOnline && <span className="banner-problem">The playground has stopped.</span>}
      {isOnline && state.connections === 0 && (
        <span className="banner-problem">{state.appName} is not connected.</span>
      )}
    </p>
  )
}
