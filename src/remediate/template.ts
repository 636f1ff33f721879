/** What a placeholder stands for: the value that acts, and how a person reads it. */
export type Placeholder = { raw: string | number | null; words: string }
export type Lookup = (name: string) => Placeholder

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g
const WHOLE = /^\{\{\s*([^{}]*?)\s*\}\}$/

/** The names in `{{…}}`, in order. */
export const placeholdersIn = (text: string | number): string[] =>
  [...String(text).matchAll(PLACEHOLDER)].map((match) => match[1] as string)

/** For people: "Raise the memory limit of api to 512 MiB". */
export const say = (text: string, lookup: Lookup): string =>
  text.replace(PLACEHOLDER, (_, name: string) => lookup(name).words)

/**
 * For what acts: a template that is one placeholder keeps its type, so that a number stays a number.
 * Null when a placeholder stands for nothing.
 */
export function bind(template: string | number, lookup: Lookup): string | number | null {
  if (typeof template === 'number') return template
  const whole = WHOLE.exec(template)
  if (whole) return lookup(whole[1] as string).raw
  if (placeholdersIn(template).some((name) => lookup(name).raw === null)) return null
  return template.replace(PLACEHOLDER, (_, name: string) => String(lookup(name).raw))
}
