import type { LogErrorClass, LogLevel } from '../../model/log-summary.ts'
import { addressIn } from './addresses.ts'
import { type Classified, classify } from './classify.ts'

const NEEDS_ADDRESS: ReadonlySet<LogErrorClass> = new Set<LogErrorClass>([
  'connection-refused',
  'unreachable',
  'connection-reset',
])

const EXCEPTION =
  /^(?:Uncaught )?(?:[\w$]{1,80}(?:\.|::)){0,12}(?:[A-Z][\w$]{0,80})?(?:Error|Exception|Exit|Interrupt|Fault|Failure|Timeout)\b(?: \[\w{1,60}\])?(?:: |$)/

/** The lines of a trace that name an exception, the innermost first. */
function exceptionsIn(lines: readonly string[]): string[] {
  const whole = lines.join('\n')
  const python: string[] = []
  if (whole.includes('Traceback (most recent call last)')) {
    let inFrames = false
    for (const line of lines) {
      if (line.includes('Traceback (most')) inFrames = true
      else if (inFrames && !/^\s/.test(line) && line.trim() !== '') {
        python.push(line)
        inFrames = false
      }
    }
    // Python prints what was raised first first; what was raised while handling it comes after.
    if (python.length > 0) return python
  }
  const caused = lines.filter((line) => /^Caused by: /.test(line)).map((line) => line.slice(11))
  if (caused.length > 0) return [...caused.toReversed(), ...standing(lines)]
  const nested = lines.flatMap((line) =>
    [...line.matchAll(/---> (?:\(Inner Exception #\d+\) )?([^<\n]{3,500}?)(?=\s+---> |<---|$)/g)].map(
      (match) => match[1] as string,
    ),
  )
  if (nested.length > 0) return nested.toReversed()
  const node = lines.flatMap((line) => /\[cause\]: (.+)/.exec(line)?.[1] ?? [])
  if (node.length > 0) return node.toReversed()
  const rust = listedCauses(lines)
  if (rust.length > 0) return rust.toReversed()
  const panicked = lines.findIndex((line) => /panicked at .*:\d+:$/.test(line))
  if (panicked >= 0 && lines[panicked + 1]) return [lines[panicked + 1] as string]
  const panic = lines.find((line) => /^(?:panic|fatal error): /.test(line))
  return panic ? [panic] : standing(lines)
}

/** "Caused by:" alone, and the causes below it, indented, perhaps numbered: Rust's anyhow. */
function listedCauses(lines: readonly string[]): string[] {
  const head = lines.indexOf('Caused by:')
  if (head < 0) return []
  const end = lines.findIndex((line, index) => index > head && !/^\s/.test(line))
  return lines
    .slice(head + 1, end < 0 ? undefined : end)
    .map((line) => line.trim().replace(/^\d{1,3}: /, ''))
    .filter((line) => line !== '' && !line.startsWith('at '))
    .slice(0, 8)
}

/** Exceptions that stand on a line of their own: Node's under its excerpt, Java's under what a logger said of it. */
const standing = (lines: readonly string[]): string[] =>
  lines.filter((line, index) => index > 0 && EXCEPTION.test(line.slice(0, 400)))

export type Cause = { readonly text: string; readonly classified: Classified | null }

/** What PostgreSQL adds to an error; the values of a key are a person's. */
const detailsIn = (followers: readonly string[]): string =>
  followers
    .filter((line) => /^\s*(?:DETAIL|HINT|CONTEXT):/.test(line))
    .map((line) => line.trim().replace(/=\([^)]{0,1000}\)/g, ''))
    .join(' ')
    .slice(0, 300)

const withDetails = (text: string, details: string): string => (details === '' ? text : `${text} ${details}`)

/** The innermost cause of an error with what followed it; of the words in its head, if nothing followed. */
export function causeOf(message: string, followers: readonly string[], level: LogLevel | null): Cause {
  const lines = [...message.split('\n'), ...followers]
  const exceptions = lines.length > 1 ? exceptionsIn(lines) : []
  for (const exception of exceptions) {
    const classified = classify(withNext(exception, lines))
    if (classified && classified.class !== 'program-fault')
      return { text: exception, classified: placed(classified, lines) }
  }
  const head = message.split('\n', 1)[0] ?? ''
  const details = detailsIn(followers)
  const classified =
    classify(head, level) ??
    classify(message, level) ??
    (followers.length > 0 && (exceptions.length > 0 || details === '')
      ? classify(followers.slice(0, 40).join('\n'))
      : null)
  if (classified === null && exceptions.length === 0)
    return { text: firstWords(head, followers, details), classified }
  const fault = exceptions[0]
  return {
    text: fault ?? withDetails(head, details),
    classified: classified && placed(classified, lines),
  }
}

/** An exception's message may go on in the lines below it, as pydantic's does. */
function withNext(exception: string, lines: readonly string[]): string {
  const at = lines.findIndex((line) => line.endsWith(exception))
  return at < 0 ? exception : [exception, ...lines.slice(at + 1, at + 4)].join('\n').slice(0, 1500)
}

/** "fail: Category[1]" says less than the line below it. */
const firstWords = (head: string, followers: readonly string[], details: string): string =>
  /^(?:[\w.]{1,120}\[\d{1,6}\]|)$/.test(head) && followers[0]
    ? followers[0].trim()
    : withDetails(head, details)

/** .NET and others name the address one level above the refusal. */
function placed(classified: Classified, lines: readonly string[]): Classified {
  if (!NEEDS_ADDRESS.has(classified.class) || classified.fields.host !== undefined) return classified
  for (const line of lines.slice(0, 60)) {
    const address = addressIn(line.slice(0, 1000))
    if (address.port !== undefined) return { ...classified, fields: { ...classified.fields, ...address } }
  }
  return classified
}
