import { readFile } from 'node:fs/promises'
import { endianness } from 'node:os'

/** AT_PAGESZ of the auxiliary vector, getauxval(3). */
const PAGE_SIZE_KEY = 6n
const WORD_BYTES = 8

/** The kernel's page size in bytes: 4096 mostly, 16 or 64 KiB on some ARM machines. */
export async function pageSize(): Promise<number> {
  return pageSizeIn(await readFile('/proc/self/auxv'))
}

/** Pairs of machine words, key and value; Node runs on 64-bit Linux. */
export function pageSizeIn(auxiliaryVector: Buffer): number {
  const word = (offset: number) =>
    endianness() === 'LE' ? auxiliaryVector.readBigUInt64LE(offset) : auxiliaryVector.readBigUInt64BE(offset)
  for (let offset = 0; offset + 2 * WORD_BYTES <= auxiliaryVector.length; offset += 2 * WORD_BYTES) {
    if (word(offset) === PAGE_SIZE_KEY) return Number(word(offset + WORD_BYTES))
  }
  throw new Error('/proc/self/auxv does not state the page size')
}
