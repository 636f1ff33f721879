import type { NumericUnit } from '../../model/units.ts'
import { UNITS } from './figure-units.ts'
import type { Request } from './requests.ts'
import { ends, numberCount, starts } from './shape.ts'

/** How to read one number out of every line of a shape. */
export type NumberReader = {
  readonly index: number
  readonly name: string
  readonly unit: NumericUnit
  readonly factor: number
  /** The unit stands at each number, and may be another the next time: 950ms, 1.2s. */
  readonly isAttached: boolean
  /** The number beside it that it must not exceed. */
  limitIndex: number | null
  limitFactor: number
}

const COUNT: readonly [NumericUnit, number] = ['count', 1]

/** Numbers that name something instead of measuring it; and whatever may be secret. */
const IDENTIFIER =
  /(?:^|[_.-])(?:id|ids|pid|tid|uid|gid|port|line|version|year|month|day|date|time|timestamp|ts|t|code|errno|host|ip|hash|key|seq|sequence|offset|hostname|trace|span|request|user|order|customer|account|session|serial|number|no|level|v|status|thread|worker|process|node|shard|block|blk|page|row|attempt|retry|euid|from|to|for|on|at|job|task|file|slot|epoch|term|zxid|item|product|invoice|ticket|phone|zip|pin|otp|card|ssn|cvv|sqlstate)s?$|(?:Id|Pid|Port)$|pass|secret|token(?!s)|credential|auth/i
const WITH_UNIT_IS_FINE =
  /(?:^|[_.-])(?:time|request|for|to|at|on|file|page|row|block|job|task|user|from)s?$/i

const STOP = new Set([
  'the',
  'a',
  'an',
  'in',
  'of',
  'is',
  'was',
  'are',
  'and',
  'with',
  'after',
  'took',
  'has',
  'than',
  'over',
  'by',
  'only',
  'now',
  'got',
  'took',
  'as',
  'its',
  'info',
  'error',
  'warn',
])

const snake = (words: string): string =>
  words
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()

function unitOf(
  attached: string,
  after: string,
  name: string,
  figure: string,
): readonly [NumericUnit, number] | null {
  if (attached !== '') return UNITS[attached.toLowerCase()] ?? null
  if (after.startsWith('%')) return UNITS['%'] ?? null
  const word = /^["')\]]?\s(\w+)/.exec(after)?.[1]?.toLowerCase()
  // "5 m" and "3 b" are words, not units.
  if (word !== undefined && word.length > 1 && UNITS[word]) return UNITS[word] ?? null
  if (
    /^(?:time|took|duration|elapsed|latency|rt|urt|request_time|response_time)$/.test(name) &&
    /^\d+\.\d+$/.test(figure)
  )
    return UNITS.s ?? null
  const suffix = /_(ms|millis|us|seconds|secs?|bytes|kb|mb|gb|percent|pct)$/.exec(name)?.[1]
  return suffix ? (UNITS[suffix] ?? null) : COUNT
}

const KEY =
  /(?:["']?([A-Za-z_][\w.-]{1,60})["']?\s?[=:]|\b([A-Za-z_][\w-]{2,60}) (?:is|was|at|now|reached))\s?["'([]?$/
const FOLLOWING = /^ ([a-z]{3,20}(?: [a-z]{3,20})?)(?=[ ,.;)]|$)/
const BEHIND_LIMIT = /^\s?(?:\/|of|out of)\s?[\d.]{1,16} ([a-z]{4,20})\b/
const WORDS = /((?:[A-Za-z][A-Za-z_-]*[ ,(:]{1,2}){1,4})$/

function nameOf(before: string, after: string): { name: string; keyed: boolean } | null {
  const key = KEY.exec(before)
  if (key) {
    // "pool: 20/20 connections": the key says whose, the word behind the limit says what.
    const counted = BEHIND_LIMIT.exec(after)?.[1]
    return { name: snake(`${key[1] ?? key[2] ?? ''}${counted ? ` ${counted}` : ''}`), keyed: true }
  }
  const words = (/[,;] $/.test(before) && FOLLOWING.test(after) ? '' : (WORDS.exec(before)?.[1] ?? ''))
    .split(/[ ,(:]+/)
    .filter((word) => word !== '' && !STOP.has(word.toLowerCase()))
  const following = FOLLOWING.exec(after)?.[1]
  const firstAfter = following?.split(' ', 1)[0] ?? ''
  if (following && !UNITS[firstAfter] && !STOP.has(firstAfter) && words.length === 0)
    return { name: snake(following), keyed: false }
  if (words.length === 0) return null
  return { name: snake(words.slice(-2).join(' ')), keyed: false }
}

const NUMBER = /^([-+]?\d+(?:\.\d+)?)([A-Za-zµ%]{0,12})$/

/** A figure as it stands between two places, in base units; NaN when it is none. */
function figureAt(text: string, index: number, factor: number, unit: NumericUnit | null): number {
  const start = starts[index] as number
  const end = ends[index] as number
  if (end - start > 24) return Number.NaN
  const word = text.slice(start, end)
  const value = Number.parseFloat(word)
  if (unit === null) return value * factor
  const match = NUMBER.exec(word.replace(/[.-]+$/, ''))
  const found = UNITS[(match?.[2] ?? '').toLowerCase()]
  return found && found[0] === unit ? value * found[1] : Number.NaN
}

export const valueAt = (text: string, { index, factor, isAttached, unit }: NumberReader): number =>
  figureAt(text, index, factor, isAttached ? unit : null)

export const limitAt = (text: string, { limitIndex, limitFactor }: NumberReader): number =>
  limitIndex === null ? Number.NaN : figureAt(text, limitIndex, limitFactor, null)

const JOINS = /\d[a-zA-Z]{0,3}\s?(?:\/|of|out of)\s?$/
const LIMIT_NAME = /^(?:max|maximum|limit|capacity|quota)(?:_size|_connections)?$/
const USED_NAME = /active|used|in_use|current|checked_out|connections|open/

/** The numbers worth following in lines of this shape; call right after `shapeOf`, whose places it reads. */
export function readersIn(
  text: string,
  from: number,
  isRecord: boolean,
  safe: string,
  time: { readonly at: number; readonly end: number } | null,
): NumberReader[] {
  const readers: NumberReader[] = []
  for (let index = 0; index < numberCount() && readers.length < 8; index += 1) {
    const start = starts[index] as number
    const end = ends[index] as number
    if (start < from || (time !== null && start >= time.at && start < time.end)) continue
    const before = text.slice(Math.max(0, start - 80), start)
    // Addresses, paths, versions and dates are not figures.
    const match = NUMBER.exec(text.slice(start, end).replace(/[.-]+$/, ''))
    if (!match || (match[1]?.length ?? 0) > 16) continue
    const previous = readers.at(-1)
    if (previous && previous.index === index - 1 && JOINS.test(before.slice(-16))) {
      previous.limitIndex = index
      previous.limitFactor = UNITS[(match[2] ?? '').toLowerCase()]?.[1] ?? previous.factor
      continue
    }
    if (/[/#@\\]$|\w:$/.test(before) && !isRecord && !/\b[A-Za-z_]{2,}:$/.test(before)) continue
    const after = text.slice(end, end + 48)
    const named = nameOf(before, after)
    if (!named || (isRecord && !named.keyed)) continue
    const unit = unitOf(match[2] ?? '', after, named.name, match[1] ?? '')
    if (unit === null) continue
    if (IDENTIFIER.test(named.name) && !(unit[0] !== 'count' && WITH_UNIT_IS_FINE.test(named.name))) continue
    // What redaction took away, or part of it, is not followed.
    if (!safe.includes(text.slice(Math.max(0, start - 12), end))) continue
    // Without a name or a unit of its own, a number in prose is followed only beside its limit.
    const isFraction = /^\s?(?:\/|of|out of)\s?\d/.test(after)
    const prose =
      !named.keyed &&
      unit[0] === 'count' &&
      !isFraction &&
      !/connections?|clients?|workers?|threads?|queue|active|size|used|pending|latency|depth|lag|backlog|sessions?|waiting|goroutines/.test(
        named.name,
      )
    if (prose) continue
    readers.push({
      index,
      name: named.name.slice(0, 60),
      unit: unit[0],
      factor: unit[1],
      isAttached: (match[2] ?? '') !== '',
      limitIndex: null,
      limitFactor: 1,
    })
  }
  joinLimit(readers)
  return readers
}

/** The time that a request took, where a server's form has a place for it. */
export function requestReader({ tookAt, tookIn }: Request): NumberReader[] {
  if (tookAt < 0) return []
  for (let index = 0; index < numberCount(); index += 1) {
    if (starts[index] !== tookAt) continue
    return [
      {
        index,
        name: 'request_time',
        unit: 'seconds',
        factor: tookIn === 'ms' ? 1e-3 : 1,
        isAttached: tookIn === 'attached',
        limitIndex: null,
        limitFactor: 1,
      },
    ]
  }
  return []
}

/** {"active": 97, "max": 100}: the one is the limit of the other. */
function joinLimit(readers: NumberReader[]): void {
  const limits = readers.filter(({ name }) => LIMIT_NAME.test(name))
  const used = readers.filter(
    ({ name, limitIndex }) => limitIndex === null && !LIMIT_NAME.test(name) && USED_NAME.test(name),
  )
  const [limit] = limits
  const [user] = used
  if (limits.length !== 1 || used.length !== 1 || !limit || !user || limit.unit !== user.unit) return
  user.limitIndex = limit.index
  user.limitFactor = limit.factor
}
