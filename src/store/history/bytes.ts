import { StoreFailure } from '../failure.ts'

/** Whole numbers as variable-length bytes, seven bits each, the low ones first (LEB128). */
export function writeVarint(target: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    target.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  target.push(rest)
}

/** Signed numbers so that small ones of either sign are short: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
export const writeSigned = (target: number[], value: number): void =>
  writeVarint(target, value < 0 ? -2 * value - 1 : 2 * value)

/** Where reading stands in a block of bytes. */
export type Cursor = { readonly bytes: Uint8Array; offset: number }

export const cursorOn = (bytes: Uint8Array): Cursor => ({ bytes, offset: 0 })

export function readVarint(cursor: Cursor): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = cursor.bytes[cursor.offset]
    if (byte === undefined) throw cutOff()
    cursor.offset += 1
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 0x80
  }
}

export function readSigned(cursor: Cursor): number {
  const value = readVarint(cursor)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

export const cutOff = (): StoreFailure =>
  new StoreFailure(
    'A block of the history ends before its content does',
    'Nothing else is affected. Check the file: npx perfbot store check',
  )

const FLOAT_BYTES = 8

/**
 * Floats with their bytes sorted by place: first the lowest byte of each, then the next. Neighbours in time share
 * their high bytes, which then stand together and compress.
 */
export function floatPlanes(values: readonly number[]): Uint8Array {
  const plain = new Uint8Array(new Float64Array(values).buffer)
  const planes = new Uint8Array(plain.length)
  for (let index = 0; index < values.length; index += 1) {
    for (let place = 0; place < FLOAT_BYTES; place += 1) {
      planes[place * values.length + index] = plain[index * FLOAT_BYTES + place] as number
    }
  }
  return planes
}

export function readFloatPlanes(cursor: Cursor, count: number): number[] {
  const end = cursor.offset + count * FLOAT_BYTES
  if (end > cursor.bytes.length) throw cutOff()
  const plain = new Uint8Array(count * FLOAT_BYTES)
  for (let index = 0; index < count; index += 1) {
    for (let place = 0; place < FLOAT_BYTES; place += 1) {
      plain[index * FLOAT_BYTES + place] = cursor.bytes[cursor.offset + place * count + index] as number
    }
  }
  cursor.offset = end
  return [...new Float64Array(plain.buffer)]
}
