import { useEffect, useRef, useState } from 'react'
import type { PageView } from '../page-state.ts'
import type { Values } from './blocks/acting.ts'
import { ViewBlocks } from './blocks/view-blocks.tsx'
import { usePlayground } from './playground-context.ts'

export function Modal({ view }: { view: PageView }) {
  const { state, act } = usePlayground()
  const [values, setValues] = useState<Values>({})
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (dialog.current?.open) return
    dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>('.modal-body :is(input, textarea, select)')?.focus({
      // What is to be decided is read from its beginning.
      preventScroll: true,
    })
  }, [])

  const close = () => {
    // Slack closes at once, whatever the app makes of it.
    dialog.current?.close()
    void act('close', { view_id: view.id })
  }
  const submit = async () => {
    setBusy(true)
    setProblem(null)
    const outcome = await act('submit', { view_id: view.id, values })
    setBusy(false)
    if (!outcome.ok && !outcome.errors) setProblem(outcome.error)
  }

  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-label={view.title?.text}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <header>
          <h2>{view.title?.text}</h2>
          <button type="button" className="close" aria-label="Close" onClick={close}>
            ✕
          </button>
        </header>
        <div className="modal-body">
          {problem && (
            <p className="modal-problem" role="alert">
              We had some trouble connecting to {state.appName}. Try again? <code>{problem}</code>
            </p>
          )}
          <ViewBlocks view={view} values={values} onValues={setValues} />
        </div>
        <footer>
          <button type="button" className="button" onClick={close}>
            {view.close?.text ?? 'Close'}
          </button>
          {view.submit && (
            <button type="submit" className="button primary" disabled={isBusy} aria-busy={isBusy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  )
}
