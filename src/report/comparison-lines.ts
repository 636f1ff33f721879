import { counted, formatValue } from '../model/format.ts'
import type { NumericUnit } from '../model/units.ts'

type Changed = {
  readonly before: number
  readonly after: number
  /** From −1 to 1: how much more often a value after is above one before than below it. */
  readonly delta: number
}

/** "was 20 %, is 34 % (+70 %; in 97 of 100 pairs of values the later one is higher)". */
export function describeChange({ before, after, delta }: Changed, unit: NumericUnit): string {
  const percent =
    before > 0 ? `${after >= before ? '+' : '−'}${Math.round(Math.abs(after / before - 1) * 100)} %; ` : ''
  const pairs = Math.round((100 * (1 + Math.abs(delta))) / 2)
  const side = delta >= 0 ? 'higher' : 'lower'
  return `was ${formatValue(before, unit)}, is ${formatValue(after, unit)} (${percent}in ${pairs} of 100 pairs of values the later one is ${side})`
}

/** What the silence about all others rests on. */
export function describeCompared(changes: number, compared: number, tooShort: number): string {
  const short = tooShort > 0 ? ` ${counted(tooShort, 'series', 'series')} have too few values for it.` : ''
  if (compared === 0) return `Nothing could be compared.${short}`
  const changed = changes === 0 ? 'Nothing' : counted(changes, 'number')
  return `${changed} of ${compared} changed beyond chance.${short}`
}
