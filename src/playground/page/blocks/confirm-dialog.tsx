import { useEffect, useRef } from 'react'
import type { Confirm } from './acting.ts'
import { LibraryBlock } from './library-block.tsx'

export function ConfirmDialog({
  confirm,
  onAnswer,
}: {
  confirm: Confirm
  onAnswer: (isConfirmed: boolean) => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  const title = confirm.title?.text ?? 'Are you sure?'
  return (
    <dialog
      ref={dialog}
      className="modal confirm"
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault()
        onAnswer(false)
      }}
    >
      <header>
        <h2>{title}</h2>
      </header>
      <div className="modal-body">
        <LibraryBlock block={{ type: 'section', text: confirm.text }} />
      </div>
      <footer>
        <button type="button" className="button" onClick={() => onAnswer(false)}>
          {confirm.deny?.text ?? 'Cancel'}
        </button>
        <button
          type="button"
          className={`button ${confirm.style ?? 'primary'}`}
          onClick={() => onAnswer(true)}
        >
          {confirm.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </dialog>
  )
}
