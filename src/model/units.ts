import { z } from 'zod'

/**
 * Base units as branded numbers, named as the Prometheus conventions name them: bytes, seconds, ratios
 * from 0 to 1. A wrong unit does not compile; arithmetic gives a plain number that has to be named again.
 */
export const Bytes = z.number().brand<'Bytes'>()
export type Bytes = z.infer<typeof Bytes>
export const bytes = (value: number): Bytes => value as Bytes

export const Seconds = z.number().brand<'Seconds'>()
export type Seconds = z.infer<typeof Seconds>
export const seconds = (value: number): Seconds => value as Seconds

/** A share of a whole: 0.163 is 16.3 %. May exceed 1 where the whole is a limit that can be overrun. */
export const Ratio = z.number().brand<'Ratio'>()
export type Ratio = z.infer<typeof Ratio>
export const ratio = (value: number): Ratio => value as Ratio

/** Processor time per time: 2.5 cores is what `docker stats` shows as 250 %. */
export const Cores = z.number().brand<'Cores'>()
export type Cores = z.infer<typeof Cores>
export const cores = (value: number): Cores => value as Cores

export const PerSecond = z.number().brand<'PerSecond'>()
export type PerSecond = z.infer<typeof PerSecond>
export const perSecond = (value: number): PerSecond => value as PerSecond

export const BytesPerSecond = z.number().brand<'BytesPerSecond'>()
export type BytesPerSecond = z.infer<typeof BytesPerSecond>
export const bytesPerSecond = (value: number): BytesPerSecond => value as BytesPerSecond

export const Celsius = z.number().brand<'Celsius'>()
export type Celsius = z.infer<typeof Celsius>
export const celsius = (value: number): Celsius => value as Celsius

export const Watts = z.number().brand<'Watts'>()
export type Watts = z.infer<typeof Watts>
export const watts = (value: number): Watts => value as Watts

export const Hertz = z.number().brand<'Hertz'>()
export type Hertz = z.infer<typeof Hertz>
export const hertz = (value: number): Hertz => value as Hertz

/** An instant in UTC, ISO 8601 with milliseconds, so that comparing the strings compares the times. */
export const Timestamp = z.iso.datetime().brand<'Timestamp'>()
export type Timestamp = z.infer<typeof Timestamp>
export const timestamp = (date: Date): Timestamp => date.toISOString() as Timestamp

export const earlierBy = (now: Timestamp, span: Seconds): Timestamp =>
  timestamp(new Date(Date.parse(now) - span * 1000))

export const secondsBetween = (earlier: Timestamp, later: Timestamp): Seconds =>
  seconds((Date.parse(later) - Date.parse(earlier)) / 1000)

/** What a measured number counts. */
export const NumericUnit = z.enum([
  'bytes',
  'seconds',
  'ratio',
  'cores',
  'count',
  'per_second',
  'bytes_per_second',
  'celsius',
  'watts',
  'hertz',
])
export type NumericUnit = z.infer<typeof NumericUnit>

/** The unit of any shown value; `text` and `time` mark the ones that are not numbers. */
export const Unit = z.enum([...NumericUnit.options, 'text', 'time'])
export type Unit = z.infer<typeof Unit>
