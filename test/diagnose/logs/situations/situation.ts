import type { LogHeadline } from '../../../../src/model/log-summary.ts'

/** A log as its program writes it, and what somebody on call should read first. */
export type Situation = {
  readonly name: string
  readonly lines: readonly string[]
  /** What the first headline holds; null where nothing stands out. */
  readonly first:
    | (Partial<Omit<LogHeadline, 'fields'>> & { readonly fields?: Record<string, string | number> })
    | null
  /** Words that the first headline says. */
  readonly says?: RegExp
  /** Kinds or classes of headlines further down. */
  readonly also?: readonly string[]
}

export const START = Date.parse('2026-01-15T14:00:00Z')
export const date = (second: number): Date => new Date(START + second * 1000)
/** 2026-01-15T14:00:00.000Z */
export const at = (second: number): string => date(second).toISOString()
/** 2026-01-15 14:00:00 */
export const plain = (second: number): string => at(second).slice(0, 19).replace('T', ' ')
/** 14:00:00 */
export const clock = (second: number): string => at(second).slice(11, 19)
/** 15/Jan/2026:14:00:00 +0000 */
export const access = (second: number): string => `15/Jan/2026:${clock(second)} +0000`
/** Jan 15 14:00:00 */
export const syslog = (second: number): string => `Jan 15 ${clock(second)}`

/** One or more lines for each `step` seconds. */
export function each(from: number, to: number, step: number, make: (second: number) => string): string[] {
  const lines: string[] = []
  for (let second = from; second < to; second += step) lines.push(...make(second).split('\n'))
  return lines
}

/** Lines whose seconds are known by their place, in the order of time. */
export function merged(...parts: readonly (readonly [second: number, text: string])[][]): string[] {
  return parts
    .flat()
    .toSorted(([left], [right]) => left - right)
    .flatMap(([, text]) => text.split('\n'))
}

export function timed(
  from: number,
  to: number,
  step: number,
  make: (second: number) => string,
): [number, string][] {
  const lines: [number, string][] = []
  for (let second = from; second < to; second += step) lines.push([second, make(second)])
  return lines
}

/** Of text that stands here without its first line feed. */
export const linesOf = (text: string): string[] => text.replace(/^\n/, '').split('\n')
