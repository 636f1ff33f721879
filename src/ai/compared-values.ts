import type { Directed } from './directed.ts'
import { DOWN, sideIn, UP, wrong } from './direction-words.ts'

/** "Rose from 2 to 5". */
export function fromTo({ text, traced }: Directed): string | null {
  for (const [index, { mention: first }] of traced.entries()) {
    const second = traced[index + 1]?.mention
    if (!second || first.unit !== second.unit) continue
    if (!/\bfrom\s+\S{0,3}$/i.test(text.slice(Math.max(0, first.start - 8), first.start))) continue
    if (!/\bto\b/i.test(text.slice(first.end, second.start))) continue
    const [from, to] = [first.readings[0]?.value ?? 0, second.readings[0]?.value ?? 0]
    const verb = text.slice(0, first.start)
    const said = UP.test(verb) && !DOWN.test(verb) ? 1 : DOWN.test(verb) && !UP.test(verb) ? -1 : 0
    if (said !== 0 && Math.sign(to - from) !== said) return wrong(text.slice(first.start, second.end))
  }
  return null
}

/** "62 MiB, which is 0.2 % of the 31.2 GiB": the three have to go together. */
export function share({ text, traced }: Directed): string | null {
  for (const [index, { mention: part }] of traced.entries()) {
    const [percent, whole] = [traced[index + 1]?.mention, traced[index + 2]?.mention]
    if (percent?.unit !== 'ratio' || !whole || part.unit !== whole.unit || part.unit === 'ratio') continue
    if (!/^\W*of\b[^,;]{0,20}$/i.test(text.slice(percent.end, whole.start))) continue
    const fits = part.readings.some((one) =>
      whole.readings.some((all) =>
        percent.readings.some((said) => {
          const share = one.value / all.value
          // Each of the three may have been rounded.
          const slack = one.loose / one.value + all.loose / all.value + 0.01
          return Math.abs(said.value - share) <= said.loose + share * slack
        }),
      ),
    )
    if (!fits) return `"${percent.text}" is not what ${part.text} is of ${whole.text}`
  }
  return null
}

/** What stands between two values of one unit says which is the greater. */
export function comparedValues({ text, traced }: Directed): string | null {
  for (const [index, { mention: first }] of traced.entries()) {
    const second = traced[index + 1]?.mention
    if (!second || first.unit !== second.unit || first.unit === 'times') continue
    const between = text.slice(first.end, second.start)
    if (/[;.]|\band\b|\bbut\b|\bwhile\b/i.test(between)) continue
    const said = sideIn(between)
    if (said === 0) continue
    const [left, right] = [first.readings[0]?.value ?? 0, second.readings[0]?.value ?? 0]
    // "12 MiB less than its limit of 512 MiB" says how far apart they are.
    if (isDistance(between)) continue
    if (Math.sign(left - right) !== said && left !== right) return wrong(between)
    if (left === right && !/within|under|below|at most/i.test(between)) return wrong(between)
  }
  return null
}

const isDistance = (between: string): boolean =>
  /^\s*(?:more|less|fewer|higher|lower|larger|smaller|bigger|above|below|over|under|short|beyond)\b/i.test(
    between,
  )
