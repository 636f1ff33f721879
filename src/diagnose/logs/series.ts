import type { NumericUnit } from '../../model/units.ts'
import { addTo, type Buckets, createBuckets } from './buckets.ts'
import { limitAt, type NumberReader, valueAt } from './number-readers.ts'

export type Series = {
  readonly name: string
  readonly unit: NumericUnit
  readonly source: string | null
  readonly buckets: Buckets
  count: number
  first: number
  last: number
  minimum: number
  maximum: number
  /** How often it was less than before: never, for what only counts. */
  falls: number
  /** The limit that stood beside it, and when it was first nearly reached. */
  limit: number | null
  nearLimitSince: number
  used: number
  /** How often it was near its limit. */
  nearCount: number
}

/** At this share of a limit one speaks of it. */
export const NEAR_LIMIT = 0.9

export type SeriesKeeper = {
  find(reader: NumberReader, source: string | null): Series | null
  readonly all: ReadonlyMap<string, Series>
}

const MOST_SERIES = 150

export function createSeriesKeeper(): SeriesKeeper {
  const all = new Map<string, Series>()
  let refused = 0
  return {
    all,
    find(reader, source) {
      const key = `${source}\0${reader.name}\0${reader.unit}`
      const known = all.get(key)
      if (known) return known
      if (all.size >= MOST_SERIES) {
        // Looked for now and then only: names that differ from line to line must cost nothing.
        refused += 1
        if (refused % 256 !== 1) return null
        for (const [name, { count }] of all) if (count < 3) all.delete(name)
        if (all.size >= MOST_SERIES) return null
      }
      const made: Series = {
        name: reader.name,
        unit: reader.unit,
        source,
        buckets: createBuckets(true),
        count: 0,
        first: 0,
        last: 0,
        minimum: Number.POSITIVE_INFINITY,
        maximum: Number.NEGATIVE_INFINITY,
        falls: 0,
        limit: null,
        nearLimitSince: Number.NaN,
        used: 0,
        nearCount: 0,
      }
      all.set(key, made)
      return made
    },
  }
}

/** Reads the numbers of a line into their series; call right after `shapeOf`. */
export function readNumbers(
  readers: readonly (readonly [NumberReader, Series])[],
  text: string,
  ms: number,
  widest: number,
): void {
  for (const [reader, series] of readers) {
    const value = valueAt(text, reader)
    if (Number.isNaN(value)) continue
    if (series.count === 0) series.first = value
    else if (value < series.last) series.falls += 1
    series.count += 1
    series.last = value
    if (value < series.minimum) series.minimum = value
    if (value > series.maximum) series.maximum = value
    addTo(series.buckets, ms, value, widest)
    const limit = limitAt(text, reader)
    if (!(limit > 0)) continue
    series.limit = limit
    if (value / limit > series.used) series.used = value / limit
    if (value / limit < NEAR_LIMIT) continue
    series.nearCount += 1
    if (Number.isNaN(series.nearLimitSince)) series.nearLimitSince = ms
  }
}
