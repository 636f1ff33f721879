import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Point } from '../../model/series.ts'
import {
  cursorOn,
  floatPlanes,
  readFloatPlanes,
  readSigned,
  readVarint,
  writeSigned,
  writeVarint,
} from './bytes.ts'

/** What a minute of a series was. `at` is its beginning in milliseconds since 1970. */
export type Minute = { at: number; count: number; minimum: number; maximum: number; mean: number }

/** One hour of samples, oldest first: their number, the times as differences of differences, and the values. */
export function encodePoints(points: readonly Point[]): Uint8Array {
  const head: number[] = []
  writeVarint(head, points.length)
  let previous = 0
  let step = 0
  for (const { at } of points) {
    writeSigned(head, at - previous - step)
    step = at - previous
    previous = at
  }
  return deflateRawSync(Buffer.concat([Buffer.from(head), floatPlanes(points.map(({ value }) => value))]))
}

export function decodePoints(block: Uint8Array): Point[] {
  const cursor = cursorOn(inflateRawSync(block))
  const count = readVarint(cursor)
  const times: number[] = []
  let previous = 0
  let step = 0
  for (let index = 0; index < count; index += 1) {
    step += readSigned(cursor)
    previous += step
    times.push(previous)
  }
  const values = readFloatPlanes(cursor, count)
  return times.map((at, index) => ({ at, value: values[index] as number }))
}

const MINUTE = 60_000

/** One hour in minutes: for each its number within the hour's minutes and its count, then the three columns. */
export function encodeMinutes(minutes: readonly Minute[]): Uint8Array {
  const head: number[] = []
  writeVarint(head, minutes.length)
  let previous = 0
  for (const { at, count } of minutes) {
    writeVarint(head, at / MINUTE - previous)
    writeVarint(head, count)
    previous = at / MINUTE
  }
  const columns = (['minimum', 'maximum', 'mean'] as const).map((column) =>
    floatPlanes(minutes.map((minute) => minute[column])),
  )
  return deflateRawSync(Buffer.concat([Buffer.from(head), ...columns]))
}

export function decodeMinutes(block: Uint8Array): Minute[] {
  const cursor = cursorOn(inflateRawSync(block))
  const length = readVarint(cursor)
  const heads: { at: number; count: number }[] = []
  let previous = 0
  for (let index = 0; index < length; index += 1) {
    previous += readVarint(cursor)
    heads.push({ at: previous * MINUTE, count: readVarint(cursor) })
  }
  const [minima, maxima, means] = [0, 1, 2].map(() => readFloatPlanes(cursor, length)) as [
    number[],
    number[],
    number[],
  ]
  return heads.map((head, index) => ({
    ...head,
    minimum: minima[index] as number,
    maximum: maxima[index] as number,
    mean: means[index] as number,
  }))
}
