import { cursorOn, cutOff, readVarint, writeVarint } from './bytes.ts'

/** The value of every series at one collection, by series id. */
export type Batch = ReadonlyMap<number, number>

/**
 * One collection as one block: how many, the ids in rising order as differences, then the values as 64-bit floats,
 * little-endian. It is written once and is whole or not there at all.
 */
export function encodeBatch(values: Batch): Uint8Array {
  const sorted = [...values].toSorted(([left], [right]) => left - right)
  const head: number[] = []
  writeVarint(head, sorted.length)
  let previous = 0
  for (const [id] of sorted) {
    writeVarint(head, id - previous)
    previous = id
  }
  const block = new Uint8Array(head.length + sorted.length * 8)
  block.set(head)
  const view = new DataView(block.buffer, head.length)
  sorted.forEach(([, value], index) => {
    view.setFloat64(index * 8, value, true)
  })
  return block
}

/** Every pair of the block, or only that of the wanted series. */
export function* decodeBatch(block: Uint8Array, wanted?: number): Generator<[id: number, value: number]> {
  const cursor = cursorOn(block)
  const count = readVarint(cursor)
  const ids: number[] = []
  let id = 0
  for (let index = 0; index < count; index += 1) {
    id += readVarint(cursor)
    ids.push(id)
  }
  if (block.length - cursor.offset !== count * 8) throw cutOff()
  const view = new DataView(block.buffer, block.byteOffset + cursor.offset)
  for (const [index, each] of ids.entries()) {
    if (wanted === undefined || wanted === each) yield [each, view.getFloat64(index * 8, true)]
  }
}
