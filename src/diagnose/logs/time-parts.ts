/** The parts of which written times are made, read at a place of a text without making new ones of it. */
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

export const code = (text: string, at: number): number => text.charCodeAt(at)
export const isDigit = (character: number): boolean => character >= 48 && character <= 57

/** NaN where a digit is missing, which makes the whole sum NaN. */
export const two = (text: string, at: number): number => {
  const tens = code(text, at)
  const ones = code(text, at + 1)
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + ones - 48 : Number.NaN
}

export const month = (text: string, at: number): number => {
  const index = MONTHS.indexOf(text.slice(at, at + 3))
  return index < 0 || index % 3 !== 0 ? Number.NaN : index / 3
}

export function midnight(year: number, monthIndex: number, day: number): number {
  if (!(monthIndex >= 0 && monthIndex < 12 && day >= 1 && day <= 31)) return Number.NaN
  return Date.UTC(year, monthIndex, day)
}

export function timeOfDay(hours: number, minutes: number, seconds: number): number {
  // 60 is a leap second.
  return hours < 24 && minutes < 60 && seconds <= 60
    ? hours * 3_600_000 + minutes * 60_000 + seconds * 1000
    : Number.NaN
}

/** Milliseconds of ".123456" or ",123" at `at`. */
export function fraction(text: string, at: number): number {
  const mark = code(text, at)
  if (mark !== 46 && mark !== 44) return 0
  let value = 0
  let scale = 100
  for (let index = at + 1; isDigit(code(text, index)) && scale >= 1; index += 1, scale /= 10) {
    value += (code(text, index) - 48) * scale
  }
  return value
}

export function afterFraction(text: string, at: number): number {
  const mark = code(text, at)
  if ((mark !== 46 && mark !== 44) || !isDigit(code(text, at + 1))) return at
  let index = at + 1
  while (isDigit(code(text, index))) index += 1
  return index
}

/** "Z", "+02:00", "+0200", "+02", " +0000", each as milliseconds to take away; nothing is UTC. */
export function zone(text: string, at: number): { readonly offset: number; readonly end: number } {
  if (code(text, at) === 90) return { offset: 0, end: at + 1 }
  const start = code(text, at) === 32 ? at + 1 : at
  const sign = code(text, start)
  const hours = two(text, start + 1)
  if ((sign === 43 || sign === 45) && !Number.isNaN(hours)) {
    const colon = code(text, start + 3) === 58 ? 1 : 0
    const minutes = two(text, start + 3 + colon)
    // "2024-01-02 10:00:00 -12345 text" is no zone; neither is "+02" before a space, unless it stands close.
    if (start === at || !Number.isNaN(minutes)) {
      const end = Number.isNaN(minutes) ? start + 3 : start + 5 + colon
      if (!isDigit(code(text, end))) {
        return {
          offset: (sign === 43 ? 1 : -1) * (hours * 3_600_000 + (minutes || 0) * 60_000),
          end,
        }
      }
    }
  }
  if (text.startsWith(' UTC', at) || text.startsWith(' GMT', at)) return { offset: 0, end: at + 4 }
  return { offset: 0, end: at }
}

export const clock = (text: string, at: number): number =>
  code(text, at + 2) === 58 && code(text, at + 5) === 58
    ? timeOfDay(two(text, at), two(text, at + 3), two(text, at + 6))
    : Number.NaN

/** The year that puts a time without one nearest before `reference`. */
export function withYear(monthIndex: number, day: number, rest: number, reference: number): number {
  const year = new Date(reference).getUTCFullYear()
  const guess = midnight(year, monthIndex, day) + rest
  return guess > reference + 2 * 86_400_000 ? midnight(year - 1, monthIndex, day) + rest : guess
}
