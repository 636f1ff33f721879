import type { LogError, LogLevel, LogTie } from '../../model/log-summary.ts'
import { addTo, type Buckets, countSince, createBuckets, surgeIn } from './buckets.ts'
import type { Classified } from './classify.ts'
import { isAtLeast } from './levels.ts'
import { safeLine } from './safe-text.ts'
import { isRootByNature, severityOf } from './severity.ts'
import { PASSING } from './shapes.ts'
import { stamp } from './stamp.ts'

export type ErrorGroup = {
  readonly key: string
  readonly classified: Classified
  readonly cause: string
  readonly source: string | null
  readonly template: string
  readonly sample: string
  readonly level: LogLevel | null
  /** The requests that failed so, by method and path. */
  readonly requests: Map<string, number>
  count: number
  first: number
  last: number
  readonly buckets: Buckets
}

const MOST_GROUPS = 200

function groupKey(classified: Classified, source: string | null, serial: number): string {
  const own = classified.class === 'other' ? String(serial) : ''
  const fields = Object.entries(classified.fields).filter(([name]) => !PASSING.has(name))
  return JSON.stringify([classified.class, source, own, fields])
}

const MOST_REQUESTS = 30
/** Hosts, users or files of one class that are told apart; what comes beyond is counted together. */
const MOST_ALIKE = 24

type New = Pick<ErrorGroup, 'cause' | 'template' | 'sample' | 'level'>

export type ErrorGroups = {
  count(
    classified: Classified,
    source: string | null,
    serial: number,
    create: () => New,
    ms: number,
    widest: number,
    request: string | null,
  ): void
  readonly all: ReadonlyMap<string, ErrorGroup>
}

export function createErrorGroups(): ErrorGroups {
  const all = new Map<string, ErrorGroup>()
  const alike = new Map<string, number>()

  function add(classified: Classified, source: string | null, serial: number, create: () => New): ErrorGroup {
    const kind = `${classified.class}\0${source}`
    const known = alike.get(kind) ?? 0
    const isOneTooMany = known >= MOST_ALIKE && classified.class !== 'other'
    const told = isOneTooMany ? { ...classified, fields: {} } : classified
    const key = groupKey(told, source, serial)
    const found = all.get(key)
    if (found) return found
    if (all.size >= MOST_GROUPS) forgetRarest(all)
    if (alike.size < MOST_GROUPS * 10) alike.set(kind, known + 1)
    const group: ErrorGroup = {
      ...create(),
      key,
      classified: told,
      source,
      requests: new Map(),
      count: 0,
      first: Number.NaN,
      last: Number.NaN,
      buckets: createBuckets(false),
    }
    all.set(key, group)
    return group
  }

  return {
    all,
    count(classified, source, serial, create, ms, widest, request) {
      const group = all.get(groupKey(classified, source, serial)) ?? add(classified, source, serial, create)
      group.count += 1
      if (!Number.isNaN(ms)) {
        if (!(ms >= group.first)) group.first = ms
        if (!(ms <= group.last)) group.last = ms
      }
      addTo(group.buckets, ms, 1, widest)
      if (request === null) return
      const times = group.requests.get(request)
      if (times !== undefined || group.requests.size < MOST_REQUESTS) {
        group.requests.set(request, (times ?? 0) + 1)
      }
    },
  }
}

/** The rarest give way: a flood of causes that differ in a name each must not push out the big ones. */
function forgetRarest(groups: Map<string, ErrorGroup>): void {
  const rarest = [...groups.values()]
    .map((group) => ({
      key: group.key,
      worth: group.count * (isRootByNature(group.classified.class) ? 100 : 1),
    }))
    .sort((left, right) => left.worth - right.worth)
    .slice(0, MOST_GROUPS / 10)
  for (const { key } of rarest) groups.delete(key)
}

/** From when on it happened often; a stray one long before does not move the beginning. */
function beginning(group: ErrorGroup, to: number): number {
  if (group.count < 20) return group.first
  const surge = surgeIn(group.buckets, group.first, to)
  if (surge === null || surge.factor < 20) return group.first
  const before = group.count - countSince(group.buckets, surge.since)
  return before > 0 && before <= 0.01 * group.count ? surge.since : group.first
}

const FLOOD_FOLLOWS_WITHIN_MS = 30 * 60_000

/** A serious error shortly before a flood of others that is ten times its size. */
const isBefore = (group: ErrorGroup, flood: ErrorGroup, floodBegan: number): boolean =>
  group !== flood &&
  flood.count >= 20 &&
  (group.classified.class !== flood.classified.class || group.classified.class === 'other') &&
  (group.classified.class !== 'other' || isAtLeast(group.level, 'error')) &&
  group.count * 10 <= flood.count &&
  group.first <= floodBegan &&
  floodBegan - group.first <= FLOOD_FOLLOWS_WITHIN_MS

/** A start that had to wait: all of it within the first moments of a log that then goes on well. */
const wasOvercome = (group: ErrorGroup, from: number, to: number): boolean =>
  to - from > 600_000 &&
  group.last - from < Math.min(60_000, 0.1 * (to - from)) &&
  !isAtLeast(group.level, 'fatal')

const SAYS_NOTHING =
  /Traceback \(most recent call last\):$|^\{?$|^(?:file:\/\/)?\/\S+:\d+$|^node:internal\S+$/

export type RankedError = { readonly error: LogError; readonly weight: number }

function weightOf(
  group: ErrorGroup,
  flood: ErrorGroup,
  floodBegan: number,
  from: number,
  to: number,
): number {
  const level = isAtLeast(group.level, 'fatal')
    ? 8
    : isAtLeast(group.level, 'error') || group.level === null
      ? 0
      : -10
  return (
    severityOf(group.classified.class) +
    level +
    Math.min(16, 4 * Math.log10(group.count)) +
    (isBefore(group, flood, floodBegan) ? 30 : 0) -
    (wasOvercome(group, from, to) ? 40 : 0)
  )
}

/** Causes before symptoms, what explains much before what explains little. */
export function rankErrors(
  groups: Iterable<ErrorGroup>,
  from: number,
  to: number,
  windowStart: number | null,
): RankedError[] {
  const all = [...groups]
  const [flood] = all.toSorted((left, right) => right.count - left.count)
  if (flood === undefined) return []
  const floodBegan = beginning(flood, to)
  return all
    .map((group) => ({ group, weight: weightOf(group, flood, floodBegan, from, to) }))
    .toSorted(
      (left, right) => right.weight - left.weight || (left.group.first || 0) - (right.group.first || 0),
    )
    .map(({ group, weight }) => ({
      weight,
      error: {
        class: group.classified.class,
        fields: group.classified.fields,
        cause: safeLine(group.cause, 300),
        source: group.source,
        count: group.count,
        recent:
          windowStart === null ? group.count : Math.min(group.count, countSince(group.buckets, windowStart)),
        since: stamp(beginning(group, to)),
        until: stamp(group.last),
        isRoot: isRootByNature(group.classified.class) || isBefore(group, flood, floodBegan),
        mostly: commonest(group),
        template: group.template,
        // The head of a trace says nothing.
        sample: safeLine(SAYS_NOTHING.test(group.sample) ? group.cause : group.sample, 220),
      },
    }))
}

function commonest({ requests }: ErrorGroup): string | null {
  let total = 0
  let most: readonly [string, number] = ['', 0]
  for (const entry of requests) {
    total += entry[1]
    if (entry[1] > most[1]) most = entry
  }
  return most[1] >= 0.6 * total && total > 0 ? most[0] : null
}

/** Who fails because of whom. */
export function tiesOf(errors: readonly LogError[]): LogTie[] {
  const ties = new Map<string, LogTie>()
  for (const { class: kind, fields, source, count, since, until } of errors) {
    const { host } = fields
    if (typeof host !== 'string' || !/[a-z]|\d\.\d|:/i.test(host)) continue
    const port = typeof fields.port === 'number' ? fields.port : null
    const key = `${host}\0${port}\0${source}`
    const known = ties.get(key)
    ties.set(
      key,
      known
        ? {
            ...known,
            count: known.count + count,
            since: earlier(known.since, since),
            until: later(known.until, until),
          }
        : { from: source, to: host, port, class: kind, count, since, until },
    )
  }
  return [...ties.values()].toSorted((left, right) => right.count - left.count)
}

const earlier = <T extends string>(one: T | null, other: T | null): T | null =>
  one === null || (other !== null && other < one) ? other : one
const later = <T extends string>(one: T | null, other: T | null): T | null =>
  one === null || (other !== null && other > one) ? other : one
