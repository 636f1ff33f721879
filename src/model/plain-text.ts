/**
 * Text from elsewhere (logs, names, models) without what could act on a terminal or hide in a message:
 * control characters, escape sequences, and the Unicode marks that reorder what is read.
 */
export const plainText = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all but tab and line feed
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')

/** The same on one line. */
export const oneLine = (text: string): string => plainText(text).replace(/\s+/g, ' ').trim()

/** Cut to at most `length` characters, the last being an ellipsis when something is missing. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text
  // Not through the middle of a surrogate pair.
  const cut = text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')
  return `${cut}…`
}

/** As a sentence: with a full stop where it ends without a mark. */
export const asSentence = (text: string): string =>
  /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`
