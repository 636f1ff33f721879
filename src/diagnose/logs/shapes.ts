import type { LogEvent } from '../../model/log-summary.ts'
import { type Classified, classify } from './classify.ts'
import { eventIn } from './events.ts'
import type { InstantForm } from './instants.ts'
import { isAtLeast, levelOfPriority } from './levels.ts'
import { type LineParts, partsOf } from './line-parts.ts'
import { type NumberReader, readersIn, requestReader } from './number-readers.ts'
import type { Pattern, Patterns } from './patterns.ts'
import { kept, safeLine, safeText } from './safe-text.ts'
import type { Series, SeriesKeeper } from './series.ts'
import { ends, numberCount, starts } from './shape.ts'
import type { Cause } from './traces.ts'

/** All that was found out once about lines of one shape. */
export type Shape = {
  readonly parts: Pick<LineParts, 'format' | 'level' | 'status' | 'detail' | 'service'>
  readonly pattern: Pattern
  readonly time: { readonly index: number; readonly back: number; readonly form: InstantForm } | null
  readonly readers: readonly (readonly [NumberReader, Series])[]
  readonly event: LogEvent['kind'] | null
  readonly isTrouble: boolean
  /** The message, redacted. */
  readonly message: string
  readonly sample: string
  readonly beginsKey: boolean
  /** An answer 4xx: what clients are refused. */
  readonly isRefusal: boolean
  /** Which of its words with digits is the client's address; -1 for none. */
  readonly client: number
  /** Which of its words with digits are part of the error's fields, and tell one cause from another. */
  readonly telling: readonly number[]
  readonly causes: Map<string, Cause>
}

/** Plain lines without a level that speak as an error does. */
export const SPEAKS_OF_TROUBLE =
  /^(?:(?:[\w$]{1,80}[.:]{1,2}){0,12}[\w$]{0,80}(?:Error|Exception)\b|Traceback \(|panic:|fatal|error[:\s]|PHP (?:Fatal|Parse) error|Unhandled|Uncaught|Exception in thread|thread '.{0,80}' panicked)/i

const BEGINS_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/
const ENDS_KEY = /-----END [A-Z ]{0,40}PRIVATE KEY-----/
export const endsKey = (text: string): boolean => ENDS_KEY.test(text)

/** Fields whose value differs from one occurrence to the next and makes no other cause. */
export const PASSING: ReadonlySet<string> = new Set([
  'rate',
  'pid',
  'expired',
  'apart',
  'needed',
  'near',
  'reason',
])

function timeOf(parts: LineParts): Shape['time'] {
  if (parts.time === null) return null
  for (let index = 0; index < numberCount(); index += 1) {
    const start = starts[index] as number
    if (start >= parts.time.at) {
      const back = start - parts.time.at
      return back <= 10 ? { index, back, form: parts.time.form } : null
    }
  }
  return null
}

function wordAt(position: number): number {
  if (position < 0) return -1
  for (let index = 0; index < numberCount(); index += 1) if (starts[index] === position) return index
  return -1
}

function tellingWords(text: string, classified: Classified | null): number[] {
  if (classified === null) return []
  const values = Object.entries(classified.fields).flatMap(([name, value]) =>
    PASSING.has(name) || !/\d/.test(String(value)) ? [] : String(value),
  )
  const words: number[] = []
  for (let index = 0; index < numberCount() && values.length > 0; index += 1) {
    const word = text.slice(starts[index], ends[index]).replace(/[.-]+$/, '')
    if (values.some((value) => value === word || (word.length > 1 && value.includes(word)))) words.push(index)
  }
  return words.slice(0, 4)
}

/** What the words with digits say in this line, as far as they tell one cause from another. */
export const tellingOf = (shape: Shape, text: string): string =>
  shape.telling.length === 0
    ? ''
    : shape.telling.map((index) => text.slice(starts[index], ends[index])).join(' ')

type Where = {
  readonly patterns: Patterns
  readonly series: SeriesKeeper
  readonly source: string | null
  readonly priority: number | null
  readonly reference: number
}

const LONGEST_MESSAGE = 4000

/** Takes a line apart; call right after `shapeOf`, whose places it reads. */
export function learn(line: string, { patterns, series, source, priority, reference }: Where): Shape {
  // The text of a line hangs on the megabyte it was read with: what is kept is a copy.
  const text = kept(line)
  const parts = partsOf(text, reference)
  const level = parts.level ?? (priority === null ? null : levelOfPriority(priority))
  const safe = safeText(text)
  // What JSON escapes may be a secret only when it is unescaped.
  const message = (safe === text && parts.format !== 'json' ? parts.message : safeText(parts.message)).slice(
    0,
    LONGEST_MESSAGE,
  )
  const { request, status } = parts
  const classified = request ? null : classify(message, level)
  const isFailure = status !== null && (status >= 500 || status === 429)
  const isTrouble =
    isAtLeast(level, 'error') ||
    classified !== null ||
    isFailure ||
    (SPEAKS_OF_TROUBLE.test(message) && (level === null || isAtLeast(level, 'warning'))) ||
    message.includes('Traceback (most recent call last)')
  const sample = safeLine(safe.slice(0, 2000), 400)
  const name = source ?? parts.service
  const isRecord = parts.format === 'json' || parts.format === 'logfmt'
  // In a server's line about a request only what has a name is a figure.
  const readers =
    request && request.tookAt >= 0
      ? requestReader(request)
      : readersIn(text, isRecord ? 0 : parts.messageAt, isRecord || request !== null, safe, parts.time)
  const event = isAtLeast(level, 'error') ? null : eventIn(message)
  const isRefusal = status !== null && status >= 400 && status < 500
  const client = isRefusal ? wordAt(request?.clientAt ?? -1) : -1
  return {
    parts: {
      format: parts.format,
      level,
      status,
      detail: parts.detail,
      service: parts.service,
    },
    pattern: patterns.find(message.slice(0, 2000), level, name, () => sample),
    time: timeOf(parts),
    isTrouble,
    // Thousands of shapes are kept: of most no text is asked for again.
    message: isTrouble || event !== null || parts.detail !== null ? message : '',
    sample: isTrouble || isRefusal ? sample : '',
    readers: readers.flatMap((reader) => {
      const found = series.find(reader, name)
      return found ? [[reader, found] as const] : []
    }),
    event,
    beginsKey: BEGINS_KEY.test(text) && !ENDS_KEY.test(text),
    isRefusal,
    client,
    telling: tellingWords(text, classified),
    causes: new Map(),
  }
}
