import type { LogErrorClass } from '../../model/log-summary.ts'
import { addressIn } from './addresses.ts'
import type { Classified } from './classify.ts'
import { isAtLeast } from './levels.ts'
import { partsOf } from './line-parts.ts'
import { kept, safeText } from './safe-text.ts'
import { shapeOf } from './shape.ts'
import { type Shape, SPEAKS_OF_TROUBLE } from './shapes.ts'
import type { Pending } from './sources.ts'
import { type Cause, causeOf } from './traces.ts'

const MOST_TRACES = 2000
/** Addresses, users or ports that lines of one shape name, beyond which they are told as the first. */
const MOST_PER_SHAPE = 64
const LONGEST_TRACE = 16_000

export type ErrorCauses = { of(pending: Pending): Cause }

/** An answer of a server that failed: its own fault, or that of who stands behind it. */
function classifiedStatus(text: string, status: number): Classified {
  const words = `status ${status}`
  if (status === 429) return { class: 'rate-limited', fields: { status }, words }
  const { host, port } = /upstream/.test(text) ? addressIn(text) : {}
  const isOfUpstream =
    (status >= 502 && status <= 504) || (status >= 520 && status <= 526) || host !== undefined
  const kind: LogErrorClass =
    isOfUpstream && status !== 500 && status !== 501 ? 'upstream-failed' : 'server-error'
  return {
    class: kind,
    fields: {
      status,
      ...(kind === 'upstream-failed' && host !== undefined ? { host } : {}),
      ...(kind === 'upstream-failed' && port !== undefined ? { port } : {}),
    },
    words,
  }
}

/** Causes are looked for once per kind of error: a flood of the same costs no more than its lines. */
export function createErrorCauses(reference: () => number): ErrorCauses {
  const ofTraces = new Map<number, Cause>()

  function ofLine({ shape, gathered: { head }, telling }: Pending): Cause {
    const known = shape.causes.get(telling)
    if (known) return known
    const first = shape.causes.values().next().value
    if (first && shape.causes.size >= MOST_PER_SHAPE) return first
    const cause = fresh(shape, kept(head), shape.causes.size === 0)
    shape.causes.set(kept(telling), cause)
    return cause
  }

  function fresh(shape: Shape, head: string, isFirst: boolean): Cause {
    const { status, format, level } = shape.parts
    if (status !== null && format === 'access') {
      return { text: shape.message, classified: classifiedStatus(safeText(head), status) }
    }
    const message =
      isFirst && shape.message !== '' ? shape.message : safeText(partsOf(head, reference()).message)
    const cause = causeOf(message, [], level)
    return cause.classified === null && status !== null && status >= 500
      ? { text: cause.text, classified: classifiedStatus(safeText(head), status) }
      : cause
  }

  function ofTrace({ shape, gathered: { head, followers } }: Pending): Cause {
    const joined = followers.join('\n').slice(0, LONGEST_TRACE)
    const key = shapeOf(joined, 0, shapeOf(head.slice(0, 400), 0, 7) | 0)
    const known = ofTraces.get(key)
    if (known) return known
    if (ofTraces.size >= MOST_TRACES) ofTraces.clear()
    const lines = safeText(kept(joined)).split('\n')
    const message = shape.message === '' ? safeText(partsOf(kept(head), reference()).message) : shape.message
    const cause = causeOf(message, lines, shape.parts.level)
    ofTraces.set(key, cause)
    return cause
  }

  return {
    of: (pending) =>
      pending.gathered.followers.some((line) => line.trim() !== '') ? ofTrace(pending) : ofLine(pending),
  }
}

const IS_A_TRACE =
  /^\s*(?:at |File ")|^Caused by:|^goroutine \d|^(?:[a-z][\w$]{0,60}\.){1,12}[A-Z][\w$]{0,60}(?:Exception|Error)\b/

/** Whether an entry tells of trouble at all, by its first line or by what follows it. */
export function isError({ shape, gathered: { followers } }: Pending): boolean {
  return shape.isTrouble || followers.some((line) => IS_A_TRACE.test(line.slice(0, 80)))
}

/** Without a class, a level or followers, words alone make no error. */
export const isWorthCounting = (pending: Pending, cause: Cause): boolean =>
  cause.classified !== null ||
  pending.gathered.followers.length > 0 ||
  isAtLeast(pending.shape.parts.level, 'error') ||
  SPEAKS_OF_TROUBLE.test(pending.shape.message)
