import { useEffect, useRef, useState } from 'react'
import type { ElementProps } from './element-view.tsx'

export function ButtonElement({ element, isBusy, onChosen }: ElementProps) {
  const { text, style, url, accessibility_label } = element
  const className = ['button', style].filter(Boolean).join(' ')
  const shared = { className, 'aria-label': accessibility_label, 'aria-busy': isBusy }
  if (url)
    return (
      <a {...shared} href={url} target="_blank" rel="noreferrer noopener" onClick={() => onChosen()}>
        {text?.text}
      </a>
    )
  return (
    <button {...shared} type="button" disabled={isBusy} onClick={() => onChosen()}>
      {isBusy && <span className="spinner" aria-hidden="true" />}
      {text?.text}
    </button>
  )
}

export function FeedbackButtons({ element, isBusy, onChosen }: ElementProps) {
  const [given, setGiven] = useState<string | null>(null)
  const both = [element.positive_button, element.negative_button].filter((button) => button !== undefined)
  return both.map((button, index) => (
    <button
      key={button.value}
      type="button"
      className="feedback"
      title={button.text.text}
      aria-label={button.text.text}
      aria-pressed={given === button.value}
      disabled={isBusy}
      onClick={() => {
        setGiven(button.value)
        onChosen(button.value)
      }}
    >
      <Thumb isDown={index === 1} />
    </button>
  ))
}

function Thumb({ isDown }: { isDown: boolean }) {
  return (
    <svg
      width="17"
      height="17"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinejoin="round"
      transform={isDown ? 'rotate(180)' : undefined}
      aria-hidden="true"
    >
      <path d="M3 9h3v8H3zM6 9l3.500-6.500c1.500 0 2 1 1.700 2.300L10.700 8H16a1.500 1.500 0 0 1 1.500 1.800l-1.200 6A1.500 1.500 0 0 1 14.800 17H6" />
    </svg>
  )
}

export function OverflowMenu({ element, isBusy, onChosen }: ElementProps) {
  const [isOpen, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const closeOutside = (event: PointerEvent) => {
      if (!(event.target instanceof Node) || !root.current?.contains(event.target)) setOpen(false)
    }
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setOpen(false)
    }
    document.addEventListener('pointerdown', closeOutside)
    document.addEventListener('keydown', closeOnEscape)
    return () => {
      document.removeEventListener('pointerdown', closeOutside)
      document.removeEventListener('keydown', closeOnEscape)
    }
  }, [isOpen])
  return (
    <div className="overflow" ref={root}>
      <button
        type="button"
        className="button"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={isBusy}
        onClick={() => setOpen((it) => !it)}
      >
        ⋯
      </button>
      {isOpen && (
        <div className="menu" role="menu">
          {element.options?.map((option) => (
            <button
              key={option.value ?? option.text.text}
              type="button"
              role="menuitem"
              onClick={() => {
                setOpen(false)
                if (option.url) window.open(option.url, '_blank', 'noreferrer,noopener')
                onChosen(option.value ?? null)
              }}
            >
              {option.text.text}
              {option.description && <small>{option.description.text}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
