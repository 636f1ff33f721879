import type { LogErrorClass, LogHeadline } from '../../model/log-summary.ts'
import { addTo, type Buckets, createBuckets, surgeIn } from './buckets.ts'
import { safeLine, safeText } from './safe-text.ts'
import { stamp } from './stamp.ts'

/** What clients are refused: answers 4xx, counted by client and by status. */
type Refused = {
  readonly status: number
  readonly client: string
  count: number
  first: number
  last: number
  readonly sample: string
}
type Answered = {
  count: number
  readonly buckets: Buckets
  readonly first: number
  last: number
  readonly sample: string
}

export type Clients = {
  readonly refused: Map<string, Refused>
  readonly answered: Map<number, Answered>
}

export const createClients = (): Clients => ({ refused: new Map(), answered: new Map() })

const MOST_CLIENTS = 500

export function countRefused(
  clients: Clients,
  status: number,
  client: string,
  ms: number,
  widest: number,
  sample: string,
): void {
  let answered = clients.answered.get(status)
  if (!answered) {
    answered = { count: 0, buckets: createBuckets(false), first: ms, last: ms, sample }
    clients.answered.set(status, answered)
  }
  answered.count += 1
  answered.last = ms
  addTo(answered.buckets, ms, 1, widest)
  if (client === '') return
  const key = `${status} ${client}`
  let refused = clients.refused.get(key)
  if (!refused) {
    if (clients.refused.size >= MOST_CLIENTS) {
      const rarest = [...clients.refused].reduce((least, other) =>
        other[1].count < least[1].count ? other : least,
      )
      clients.refused.delete(rarest[0])
    }
    refused = { status, client, count: 0, first: ms, last: ms, sample }
    clients.refused.set(key, refused)
  }
  refused.count += 1
  if (Number.isNaN(refused.first)) refused.first = ms
  if (!Number.isNaN(ms)) refused.last = ms
}

const CLASS_OF: Readonly<Record<number, LogErrorClass>> = {
  401: 'authentication-failed',
  403: 'authentication-failed',
  429: 'rate-limited',
  408: 'timeout',
  499: 'timeout',
}
const WORDS: Readonly<Record<number, string>> = {
  401: 'not logged in',
  403: 'forbidden',
  404: 'not found',
  429: 'too many requests',
  499: 'the client gave up waiting',
}
const named = (status: number): string => (WORDS[status] ? `${status} (${WORDS[status]})` : String(status))

/** From how many on a client's refusals are no mere mishap. */
const MANY = 50
/** This share of a log's lines is many at any rate. */
const MANY_OF_ALL = 0.2

/** One client with most of the refusals of a kind; else a status that became far more frequent for all. */
export function clientHeadlines(
  { refused, answered }: Clients,
  from: number,
  to: number,
  lines: number,
): LogHeadline[] {
  const headlines: LogHeadline[] = []
  for (const [status, all] of answered) {
    const kind = CLASS_OF[status] ?? null
    const most = [...refused.values()]
      .filter((one) => one.status === status)
      .toSorted((left, right) => right.count - left.count)
    const [first] = most
    if (first && first.count >= MANY && first.count >= 0.5 * all.count) {
      headlines.push({
        kind: 'client',
        class: kind,
        fields: { client: safeText(first.client), status },
        says: `${safeText(first.client)} was answered ${named(status)} ${first.count} times, of ${all.count} such answers in all`,
        source: null,
        count: first.count,
        since: stamp(first.first),
        until: stamp(first.last),
        cause: null,
        sample: safeLine(first.sample, 220),
      })
      continue
    }
    if (kind === null || kind === 'rate-limited' || all.count < MANY) continue
    const surge = surgeIn(all.buckets, from, to)
    const isFrequent = surge !== null && surge.factor >= 5
    if (!isFrequent && all.count < MANY_OF_ALL * lines) continue
    headlines.push({
      kind: 'surge',
      class: kind,
      fields: { status },
      says: isFrequent
        ? `Answers ${named(status)} come ${surge.factor >= 10 ? Math.round(surge.factor) : surge.factor.toPrecision(2)} times as often, to many clients`
        : `Many requests are answered ${named(status)}: ${all.count} of ${lines} lines`,
      source: null,
      count: all.count,
      since: stamp(isFrequent ? surge.since : all.first),
      until: stamp(all.last),
      cause: null,
      sample: safeLine(all.sample, 220),
    })
  }
  return headlines
}
