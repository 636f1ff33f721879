import { formatValue } from '../model/format.ts'
import type { Figure } from './figures.ts'
import type { Mention } from './mentions.ts'

/** The most that rounding may change a figure: "3 GB" for 2.6 GB is right to the digit and misleads. */
const ROUNDING = 0.05
/** Zeros at the end may be rounding as well, as long as they change next to nothing. */
const ZEROS = 0.012
/** How far "more than" and "nearly" may be from what they are said of. */
const NEAR = 0.1

export function agrees(mention: Mention, figure: Figure): boolean {
  if (mention.unit === 'untraceable' || figure.unit === 'untraceable') return false
  const exactly = comparison(mention, figure)
  if (exactly === 'never') return false
  if (mention.bound === null && isShownAs(mention.text, figure)) return true
  return mention.readings.some((reading) => isNear(reading, mention, figure, exactly === 'rounded'))
}

const isShownAs = (text: string, { value, unit }: Figure): boolean =>
  unit !== 'plain' &&
  unit !== 'times' &&
  unit !== 'points' &&
  unit !== 'untraceable' &&
  text === formatValue(value, unit)

function isNear(
  { value, tolerance, loose }: Mention['readings'][number],
  { bound, isShare }: Mention,
  figure: Figure,
  mayRound: boolean,
): boolean {
  const size = Math.abs(figure.value)
  const slack = size * 1e-9
  const difference = Math.abs(value - figure.value)
  if (difference <= slack) return true
  if (!mayRound) return false
  const onSide = bound === 'above' ? figure.value > value : bound === 'below' ? figure.value < value : true
  // A figure that was rounded before it was said to be more than that may be a hair on the other side.
  if (!onSide && difference > size * 0.002) return false
  if (isShare) return difference <= tolerance * (bound === null ? 1 : 1.2)
  if (bound === 'above' || bound === 'below') {
    if (difference <= Math.min(NEAR * size, Math.max(loose * 2, tolerance * 2))) return true
  }
  if (bound === 'about') return difference <= loose + slack && difference <= ROUNDING * size
  if (difference <= tolerance + slack && difference <= ROUNDING * size) return true
  return figure.unit !== 'count' && difference <= loose + slack && difference <= ZEROS * size
}

/** How a number may stand for a figure. One without a unit may for a ratio when it looks like one: 0.16. */
function comparison(mention: Mention, figure: Figure): 'rounded' | 'exactly' | 'never' {
  if (mention.unit === figure.unit) return mention.isShare && mention.unit !== 'ratio' ? 'never' : 'rounded'
  if (mention.unit === 'cores' && figure.unit === 'count') {
    return /core|processor|cpu/i.test(`${figure.topic} ${figure.label}`) ? 'exactly' : 'never'
  }
  if (mention.unit !== 'plain') return 'never'
  switch (figure.unit) {
    case 'count':
    case 'cores':
    case 'per_second':
      return 'rounded'
    case 'ratio':
      return mention.decimals >= 2 ? 'rounded' : 'never'
    default:
      return 'exactly'
  }
}
