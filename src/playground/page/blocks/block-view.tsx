import { type ReactNode, useState } from 'react'
import type { PageBlock } from '../../page-state.ts'
import type { ElementFields, Text } from './acting.ts'
import { BlockBoundary } from './block-boundary.tsx'
import { ElementView } from './element-view.tsx'
import { LibraryBlock } from './library-block.tsx'

type Fields = {
  elements?: ElementFields[]
  accessory?: ElementFields
  element?: ElementFields
  label?: Text
  hint?: Text
  optional?: boolean
  dispatch_action?: boolean
  child_blocks?: PageBlock[]
  caption?: string
  rows?: unknown[]
  title?: Text
  subtitle?: Text
  body?: Text
  actions?: ElementFields[]
  width?: string
  is_collapsible?: boolean
  default_collapsed?: boolean
}

/**
 * Shows one block. What people only read is drawn by slack-blocks-to-jsx; what they act on is drawn here,
 * for that library's elements do not tell anybody that they were used.
 */
export function BlockView(shown: { block: PageBlock; error?: string | undefined }) {
  return (
    <BlockBoundary type={shown.block.type}>
      <KnownBlock {...shown} />
    </BlockBoundary>
  )
}

function KnownBlock({ block, error }: { block: PageBlock; error?: string | undefined }) {
  const fields = block as PageBlock & Fields
  switch (block.type) {
    case 'actions':
    case 'context_actions':
      return <Elements block={block} elements={fields.elements ?? []} />
    case 'section':
      return <Section block={fields} />
    case 'input':
      return <Input block={fields} error={error} />
    case 'container':
      return <Container block={fields} />
    case 'card':
      return <Card block={fields} />
    case 'carousel':
      return (
        <div className="carousel">
          {(fields.elements ?? []).map((card, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cards have no ids, and never change places
            <Card key={index} block={{ ...card, block_id: block.block_id }} />
          ))}
        </div>
      )
    case 'data_table':
      return <DataTable block={fields} />
    default:
      return <LibraryBlock block={block} />
  }
}

/** The library knows no data_table; as a table it is all there, without its pages and sorting. */
function DataTable({ block }: { block: PageBlock & Fields }) {
  return (
    <figure>
      <figcaption className="caption">{block.caption}</figcaption>
      <LibraryBlock block={{ type: 'table', rows: block.rows }} />
    </figure>
  )
}

function Elements({ block, elements }: { block: PageBlock; elements: ElementFields[] }) {
  return (
    <div className={block.type === 'context_actions' ? 'actions context-actions' : 'actions'}>
      {elements.map((element) => (
        <ElementView key={element.action_id} blockId={block.block_id} element={element} />
      ))}
    </div>
  )
}

function Section({ block }: { block: PageBlock & Fields }) {
  const { accessory, ...rest } = block
  if (!accessory || accessory.type === 'image') return <LibraryBlock block={block} />
  return (
    <div className="section-with-accessory">
      <LibraryBlock block={rest} />
      <div className="accessory">
        <ElementView blockId={block.block_id} element={accessory} />
      </div>
    </div>
  )
}

function Input({ block, error }: { block: PageBlock & Fields; error?: string | undefined }) {
  const { element, label, hint, optional, block_id } = block
  if (!element) return null
  const id = `${block_id} ${element.action_id}`
  const isGroup = element.type === 'checkboxes' || element.type === 'radio_buttons'
  const words = (
    <>
      {label?.text}
      {optional && <span className="optional"> (optional)</span>}
    </>
  )
  const rest: ReactNode = (
    <>
      <ElementView
        blockId={block_id}
        element={element}
        id={id}
        isInput
        dispatches={block.dispatch_action ?? false}
      />
      {error && (
        <p className="input-error" role="alert">
          {error}
        </p>
      )}
      {hint && <p className="input-hint">{hint.text}</p>}
    </>
  )
  if (isGroup)
    return (
      <fieldset className={error ? 'input-block invalid' : 'input-block'}>
        <legend>{words}</legend>
        {rest}
      </fieldset>
    )
  return (
    <div className={error ? 'input-block invalid' : 'input-block'}>
      <label htmlFor={id}>{words}</label>
      {rest}
    </div>
  )
}

function Container({ block }: { block: PageBlock & Fields }) {
  const [isCollapsed, setCollapsed] = useState(block.default_collapsed ?? false)
  const { title, subtitle, child_blocks = [], is_collapsible, width = 'standard' } = block
  const heading = (
    <>
      <b>{title?.text}</b>
      {subtitle && <small>{subtitle.text}</small>}
    </>
  )
  return (
    <section className={`container ${width}`}>
      {is_collapsible ? (
        <button
          type="button"
          className="container-title"
          aria-expanded={!isCollapsed}
          onClick={() => setCollapsed((it) => !it)}
        >
          <span aria-hidden="true">{isCollapsed ? '▸' : '▾'}</span> {heading}
        </button>
      ) : (
        <div className="container-title">{heading}</div>
      )}
      {!isCollapsed && child_blocks.map((child) => <BlockView key={child.block_id} block={child} />)}
    </section>
  )
}

function Card({ block }: { block: Fields & { block_id: string } }) {
  const { actions = [], title, subtitle, body, block_id } = block
  return (
    <section className="card">
      {title && <LibraryBlock block={{ type: 'section', text: { ...title, text: `*${title.text}*` } }} />}
      {subtitle && <LibraryBlock block={{ type: 'context', elements: [subtitle] }} />}
      {body && <LibraryBlock block={{ type: 'section', text: body }} />}
      {actions.length > 0 && (
        <div className="actions">
          {actions.map((element) => (
            <ElementView key={element.action_id} blockId={block_id} element={element} />
          ))}
        </div>
      )}
    </section>
  )
}
