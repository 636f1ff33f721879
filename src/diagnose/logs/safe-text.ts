import { oneLine } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'

/** Long words of mixed letters and digits are more often keys than words; hexadecimal ones are digests. */
const LONG_WORD =
  /(?<![\w+/=-])(?=[\w+/=-]{0,200}\d)(?=[\w+/=-]{0,200}[a-z])(?=[\w+/=-]{0,200}[A-Z])[A-Za-z0-9+/=_-]{40,}/g

/** JSON may escape any sign, and PHP's does so with slashes: a secret must not hide behind that. */
const unescaped = (text: string): string =>
  text
    .replaceAll('\\/', '/')
    .replace(/\\u00([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

/** The text as it may be kept: everything that is stored anywhere in a digest passes through here once. */
export const safeText = (text: string): string => {
  const redacted = redact(text.includes('\\') ? unescaped(text) : text)
  return redacted.length < 40 ? redacted : redacted.replace(LONG_WORD, '***')
}

export const safeLine = (text: string, length: number): string => {
  const line = oneLine(text)
  return line.length <= length ? line : `${line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** A copy that stands alone: a part of a text keeps the whole of it in memory. */
export const kept = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')
