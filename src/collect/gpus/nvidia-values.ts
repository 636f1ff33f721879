import { type Element, find } from './xml.ts'

/** What nvidia-smi prints in the place of a value that it cannot tell. */
const NOT_STATED =
  /^\[?(?:N\/A|None|Not Supported|Not Found|Insufficient Permissions|Requested functionality has been deprecated)\]?$/i

/** What it prints in the place of a value that it could not read. */
const FAULT = /^\[?(GPU is lost|GPU requires reset|Unknown Error|ERR!)\]?$/i

/** Of these the whole GPU is not working; an Unknown Error may be that of one sensor. */
const WHOLE_FAULT = /^\[?(GPU is lost|GPU requires reset)\]?$/i

/** The text at a path, or null where there is none. */
export function textAt(element: Element, ...path: readonly string[]): string | null {
  const text = find(element, ...path)?.text.trim() ?? ''
  return text === '' || NOT_STATED.test(text) || FAULT.test(text) ? null : text
}

/** "23.5 W", "45 C", "1410 MHz", "16x", "64 bank(s)", "0". */
export function numberAt(element: Element, ...path: readonly string[]): number | null {
  const digits = /^(-?\d+(?:\.\d+)?)(?:\s|%|x|$)/.exec(textAt(element, ...path) ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}

export function flagAt(element: Element, ...path: readonly string[]): boolean | null {
  const text = textAt(element, ...path)
  if (text === null) return null
  if (/^(?:yes|enabled|active)$/i.test(text)) return true
  return /^(?:no|disabled|not active)$/i.test(text) ? false : null
}

/** What is wrong with the GPU as a whole, where it stands in the place of its values. */
export function faultIn(element: Element): string | null {
  const own = WHOLE_FAULT.exec(element.text.trim())?.[1]
  if (own !== undefined) return own
  for (const child of element.children) {
    const fault = faultIn(child)
    if (fault !== null) return fault
  }
  return null
}

/** The sum of what is known; null where nothing is. */
export function sumOf(...values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
