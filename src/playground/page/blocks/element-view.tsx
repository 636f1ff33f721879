import { type ReactNode, useState } from 'react'
import { type Chosen, type ElementFields, useActing } from './acting.ts'
import { ButtonElement, FeedbackButtons, OverflowMenu } from './buttons.tsx'
import { Choices, Menu } from './choices.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { TypedInput } from './typed-input.tsx'

export type ElementProps = {
  element: ElementFields
  id: string | undefined
  isBusy: boolean
  chosen: Chosen | undefined
  /** The person settled on something. */
  onChosen: (chosen?: Chosen) => void
  /** The person is still typing. */
  onTyping: (chosen: Chosen) => void
}

type Props = {
  blockId: string
  element: ElementFields
  id?: string
  /** In an input block, a choice waits for the form to be submitted. */
  isInput?: boolean
  dispatches?: boolean
}

const typed = new Set([
  'plain_text_input',
  'number_input',
  'email_text_input',
  'url_text_input',
  'rich_text_input',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'file_input',
])

/** One interactive element: draws it, asks for confirmation where the app wants it, tells the app. */
export function ElementView({ blockId, element, id, isInput = false, dispatches = false }: Props) {
  const { values, choose, send } = useActing()
  const [isBusy, setBusy] = useState(false)
  const [asking, setAsking] = useState<{ chosen: Chosen | undefined } | null>(null)

  const tell = async (chosen: Chosen | undefined) => {
    setBusy(true)
    await send(blockId, element.action_id, chosen)
    setBusy(false)
  }
  const onChosen = (chosen?: Chosen) => {
    if (chosen !== undefined && element.type !== 'overflow' && element.type !== 'feedback_buttons')
      choose(blockId, element.action_id, chosen)
    if (isInput && !dispatches) return
    if (element.confirm) setAsking({ chosen })
    else void tell(chosen)
  }
  const props: ElementProps = {
    element,
    id,
    isBusy,
    chosen: values[blockId]?.[element.action_id],
    onChosen,
    onTyping: (chosen) => choose(blockId, element.action_id, chosen),
  }
  return (
    <>
      {draw(props)}
      {asking && element.confirm && (
        <ConfirmDialog
          confirm={element.confirm}
          onAnswer={(isConfirmed) => {
            setAsking(null)
            if (isConfirmed) void tell(asking.chosen)
          }}
        />
      )}
    </>
  )
}

function draw(props: ElementProps): ReactNode {
  const { type } = props.element
  if (type === 'button' || type === 'icon_button' || type === 'workflow_button')
    return <ButtonElement {...props} />
  if (type === 'overflow') return <OverflowMenu {...props} />
  if (type === 'feedback_buttons') return <FeedbackButtons {...props} />
  if (type === 'checkboxes' || type === 'radio_buttons') return <Choices {...props} />
  if (typed.has(type)) return <TypedInput {...props} />
  return <Menu {...props} />
}
