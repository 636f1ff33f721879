import type { Facts } from './facts.ts'
import { statementsOf } from './mentions.ts'
import { momentsIn } from './moments.ts'
import { occurrences, type Span } from './places.ts'

const BLOT = '¤'
export const ALL_BLOT = /^[¤\s]+$/

export const blot = (text: string, { start, end }: Span): string =>
  text.slice(0, start) + BLOT.repeat(end - start) + text.slice(end)

/** Blots out what is quoted from the report word for word, and the dates and times that stand in it. */
export function maskQuotations(text: string, facts: Facts): string {
  let masked = text
  for (const phrase of facts.phrases) {
    for (const span of occurrences(phrase, masked)) masked = blot(masked, span)
  }
  for (const moment of momentsIn(masked, facts.now)) {
    if (facts.instants.some(moment.agrees)) masked = blot(masked, moment)
  }
  return masked
}

export const codeSpans = (text: string): (Span & { content: string })[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(({ index, 0: span, 1: content = '' }) => ({
    start: index,
    end: index + span.length,
    content: content.trim(),
  }))

export const isAmount = (content: string): boolean => {
  const { mentions } = statementsOf(content)
  return mentions.some(({ text }) => text === content)
}
