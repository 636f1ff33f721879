import {
  compared,
  complement,
  difference,
  most,
  partOfLimit,
  ratioOf,
  shareOfMachine,
  sum,
} from './comparing.ts'
import type { Maker, Sentence } from './pieces.ts'
import type { Random } from './random.ts'
import { filled, isContainer, numberPiece, readingsOf } from './readings.ts'
import {
  bounded,
  connectionsLeft,
  fractionOfCount,
  gpusCompared,
  quoted,
  respectively,
  settingInBlocks,
  sumOfAll,
} from './rewording.ts'
import type { Situation } from './situations.ts'
import { cause, counting, date, running, target, trend } from './telling.ts'
import { roughly, shareInWords, wordingOf } from './wording.ts'

const plainReading: Maker = (situation, random) => {
  const readings = readingsOf(situation)
  const { value, unit, subject, ways } = random.pick(readings)
  const inShare = unit === 'ratio' && random.chance(0.5) ? shareInWords(random, value) : null
  const rough =
    (unit === 'ratio' || unit === 'bytes') && random.chance(0.25) ? roughly(random, value, unit) : null
  const { text, how } = inShare ?? rough ?? wordingOf(random, value, unit)
  return {
    how,
    pieces: filled(
      random,
      random.pick(ways),
      numberPiece(text, value, unit),
      subject,
      isContainer(situation, subject),
    ),
  }
}

const twoReadings: Maker = (situation, random) => {
  const [one, other] = [plainReading(situation, random), plainReading(situation, random)]
  if (!one || !other) return null
  const [first, second] = [one.pieces, other.pieces]
  const head = [...first.slice(0, -1), String(first.at(-1)).replace(/\.$/, '')]
  const start = second[0]
  const tail =
    typeof start === 'string'
      ? [
          start.replace(/^(The|There|Of|With|On|Its|Used|Memory|A)\b/, (word) => word.toLowerCase()),
          ...second.slice(1),
        ]
      : second
  return {
    how: 'two readings',
    pieces: [...head, random.pick([', and ', ', while ', '; ', ', but ']), ...tail],
  }
}

/** How often each shape is written. */
export const MAKERS: readonly (readonly [Maker, number])[] = [
  [plainReading, 30],
  [twoReadings, 12],
  [sum, 5],
  [ratioOf, 5],
  [difference, 6],
  [shareOfMachine, 5],
  [partOfLimit, 5],
  [complement, 3],
  [counting, 8],
  [target, 8],
  [trend, 3],
  [compared, 4],
  [most, 3],
  [date, 4],
  [cause, 8],
  [running, 4],
  [respectively, 3],
  [bounded, 3],
  [sumOfAll, 2],
  [fractionOfCount, 3],
  [connectionsLeft, 3],
  [settingInBlocks, 2],
  [quoted, 4],
  [gpusCompared, 2],
]

export function faithfulSentence(situation: Situation, random: Random): Sentence {
  const total = MAKERS.reduce((all, [, weight]) => all + weight, 0)
  for (;;) {
    let at = random.next() * total
    const found = MAKERS.find(([, weight]) => {
      at -= weight
      return at <= 0
    })
    const sentence = found?.[0](situation, random)
    if (sentence?.pieces) return sentence
  }
}
