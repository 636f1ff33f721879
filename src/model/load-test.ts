import { z } from 'zod'
import { PerSecond, Ratio, Seconds, Timestamp } from './units.ts'

/** What config lets a load test do to a service, at most. */
export type LoadTarget = {
  readonly service: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Requests a second, over all connections. */
  readonly rate: number
  readonly seconds: Seconds
  readonly connections: number
}

/** How a service answered under a load that people had asked for. Times are those of all answers that came. */
export const LoadTest = z.object({
  service: z.string(),
  /** Without credentials and without the values of its query. */
  url: z.string(),
  at: Timestamp,
  /** As asked for. */
  rate: z.number(),
  seconds: Seconds,
  connections: z.number(),
  /** As it came: fewer than asked for where the service could not keep up. */
  answered: PerSecond,
  requests: z.number(),
  /** No answer, a late one, or one that is no success. */
  failed: Ratio,
  p50: Seconds,
  p97: Seconds,
  p99: Seconds,
  maximum: Seconds,
  /** It was ended early, since too much failed. */
  endedEarly: z.boolean(),
})
export type LoadTest = z.infer<typeof LoadTest>
