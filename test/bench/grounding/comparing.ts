import type { Maker, Piece } from './pieces.ts'
import type { Random } from './random.ts'
import { called, numberPiece } from './readings.ts'
import type { Situation } from './situations.ts'
import { wordingOf } from './wording.ts'

export type Measured = { name: string; used: number; limit: number | null }

/** The containers that run, in whatever order. */
export function measuredOf({ snapshot }: Situation, random: Random): Measured[] {
  return snapshot.containers
    .flatMap(({ name, usage, limits }) =>
      usage
        ? [{ name, used: usage.memoryWorkingSetBytes as number, limit: limits.memoryBytes as number | null }]
        : [],
    )
    .toSorted(() => random.next() - 0.5)
}

function pairOf(situation: Situation, random: Random): [Measured, Measured] | null {
  const [left, right] = measuredOf(situation, random)
  return left && right ? [left, right] : null
}

export const name = (random: Random, text: string): Piece => ({ name: called(random, text), of: 'container' })

export const sum: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair) return null
  const total = pair[0].used + pair[1].used
  const said = numberPiece(wordingOf(random, total, 'bytes').text, total, 'bytes')
  const [one, other] = [name(random, pair[0].name), name(random, pair[1].name)]
  return {
    how: 'sum',
    pieces: random.pick<Piece[]>([
      ['Together ', one, ' and ', other, ' use ', said, ' of memory.'],
      [one, ' and ', other, ' use ', said, ' of memory in total.'],
      ['The memory of ', one, ' and ', other, ' adds up to ', said, '.'],
    ]),
  }
}

export const ratioOf: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair) return null
  const [more, less] = pair[0].used > pair[1].used ? pair : [pair[1], pair[0]]
  const times = more.used / less.used
  if (times < 1.3 || times > 90) return null
  const twice = Math.abs(times - 2) < 0.12
  const text =
    twice && random.chance(0.7)
      ? 'about twice'
      : times > 10
        ? `${Math.round(times)} times`
        : `${times.toFixed(1)} times`
  const said: Piece = { number: text, value: times, unit: 'times' }
  return {
    how: 'ratio of two',
    pieces: random.pick<Piece[]>([
      [name(random, more.name), ' uses ', said, ' as much memory as ', name(random, less.name), '.'],
      ['The memory of ', name(random, more.name), ' is ', said, ' that of ', name(random, less.name), '.'],
    ]),
  }
}

export const difference: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair) return null
  const [first] = pair
  if (first.limit !== null && random.chance(0.5)) {
    const left = first.limit - first.used
    if (left < first.limit * 0.02) return null
    const limit = numberPiece(wordingOf(random, first.limit, 'bytes').text, first.limit, 'bytes')
    const said = numberPiece(wordingOf(random, left, 'bytes').text, left, 'bytes')
    return {
      how: 'difference',
      pieces: [name(random, first.name), ' has ', said, ' left of its memory limit of ', limit, '.'],
    }
  }
  const [more, less] = pair[0].used > pair[1].used ? pair : [pair[1], pair[0]]
  const by = more.used - less.used
  if (by < more.used * 0.05) return null
  const said = numberPiece(wordingOf(random, by, 'bytes').text, by, 'bytes')
  return {
    how: 'difference',
    pieces: [name(random, more.name), ' uses ', said, ' more memory than ', name(random, less.name), '.'],
  }
}

export const shareOfMachine: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  const total = situation.snapshot.machine?.memory.totalBytes
  if (!pair || !total) return null
  const share = pair[0].used / total
  const text = share < 0.01 ? `${Number((share * 100).toPrecision(2))} %` : `${(share * 100).toFixed(1)} %`
  const [used, whole] = [wordingOf(random, pair[0].used, 'bytes'), wordingOf(random, total, 'bytes')]
  return {
    how: 'share of two',
    pieces: [
      name(random, pair[0].name),
      ' uses ',
      numberPiece(used.text, pair[0].used, 'bytes'),
      ' of memory, which is ',
      numberPiece(text, share, 'ratio'),
      ' of the ',
      numberPiece(whole.text, total, 'bytes'),
      ' of the host.',
    ],
  }
}

export const partOfLimit: Maker = (situation, random) => {
  const [first] = pairOf(situation, random) ?? []
  if (!first?.limit) return null
  const [used, limit] = [wordingOf(random, first.used, 'bytes'), wordingOf(random, first.limit, 'bytes')]
  return {
    how: 'two readings',
    pieces: [
      name(random, first.name),
      ' uses ',
      numberPiece(used.text, first.used, 'bytes'),
      ' of its limit of ',
      numberPiece(limit.text, first.limit, 'bytes'),
      '.',
    ],
  }
}

export const complement: Maker = ({ snapshot }, random) => {
  const { machine } = snapshot
  if (!machine) return null
  const free = 1 - machine.memory.usedBytes / machine.memory.totalBytes
  const { text } = wordingOf(random, free, 'ratio')
  return {
    how: 'complement',
    pieces: [
      numberPiece(text, free, 'ratio'),
      random.pick([
        ' of the memory is free.',
        ' of the memory of the machine is still available.',
        ' of the memory is not used, and available.',
      ]),
    ],
  }
}

export const compared: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair || Math.abs(pair[0].used - pair[1].used) < pair[0].used * 0.05) return null
  const more = pair[0].used > pair[1].used
  const word: Piece = { word: more ? 'more' : 'less', opposite: more ? 'less' : 'more' }
  return {
    how: 'compared in words',
    pieces: [name(random, pair[0].name), ' uses ', word, ' memory than ', name(random, pair[1].name), '.'],
  }
}

export const most: Maker = ({ snapshot }, random) => {
  const running = snapshot.containers.flatMap(({ name: each, usage }) =>
    usage ? [{ each, used: usage.memoryWorkingSetBytes as number }] : [],
  )
  const [first, second] = running.toSorted((left, right) => right.used - left.used)
  if (!first || !second || first.used < second.used * 1.05) return null
  const said = numberPiece(wordingOf(random, first.used, 'bytes').text, first.used, 'bytes')
  const word: Piece = { word: 'most', opposite: 'least' }
  return {
    how: 'superlative',
    pieces: random.pick<Piece[]>([
      [name(random, first.each), ' uses the ', word, ' memory of all containers: ', said, '.'],
      [name(random, first.each), ' uses the ', word, ' memory.'],
    ]),
  }
}
