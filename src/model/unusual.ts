import { z } from 'zod'
import { formatValue } from './format.ts'
import type { Series } from './series.ts'
import type { NumericUnit } from './units.ts'

/** What "usual" was learnt from: this hour of the week, this hour of the day, or all of the recent past. */
const UsualOf = z.enum(['hour-of-week', 'hour-of-day', 'mean'])
export type UsualOf = z.infer<typeof UsualOf>

/** A value of a series that its past does not explain. Times in milliseconds since 1970. */
export const Unusual = z.object({
  at: z.number(),
  /** Since when the series has been away from what is usual. */
  since: z.number(),
  /** What is there now: the value, or the level of the last values where that is what moved. */
  observed: z.number(),
  usual: z.number(),
  usualOf: UsualOf,
  /** From 0 for usual towards 1. */
  score: z.number(),
})
export type Unusual = Readonly<z.infer<typeof Unusual>>

export type SeriesUnusual = { readonly series: Series; readonly unusual: Unusual }

/** Between these, a difference says more than a factor. */
const FACTOR_LEAST = 1.5
const FACTOR_MOST = 1 / FACTOR_LEAST
const DAY_MS = 86_400_000

/** "4.1 times the usual Tuesday 14:00 level since 13:52", in the reader's time zone. */
export function describeUnusual(unusual: Unusual, unit: NumericUnit, timezone: string): string {
  const { observed, usual } = unusual
  const level = `the usual ${usualHour(unusual, timezone)}level`
  const since = `since ${clockTime(unusual, timezone)}`
  const factor = observed / usual
  if (usual > 0 && observed >= 0 && (factor >= FACTOR_LEAST || factor <= FACTOR_MOST)) {
    return `${Number(factor.toPrecision(2))} times ${level} ${since}`
  }
  const difference = formatValue(Math.abs(observed - usual), unit)
  return `${difference} ${observed > usual ? 'above' : 'below'} ${level} ${since}`
}

function usualHour({ at, usualOf }: Unusual, timeZone: string): string {
  if (usualOf === 'mean') return ''
  const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(at)
  if (usualOf === 'hour-of-day') return `${hour}:00 `
  return `${new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone }).format(at)} ${hour}:00 `
}

function clockTime({ at, since }: Unusual, timeZone: string): string {
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const
  const day = at - since >= DAY_MS ? ({ day: 'numeric', month: 'long' } as const) : {}
  const zone = timeZone === 'UTC' ? ' UTC' : ''
  return `${new Intl.DateTimeFormat('en-GB', { ...day, ...clock }).format(since)}${zone}`
}
