import type { Evidence } from '../model/evidence.ts'
import type { Score } from '../model/report.ts'
import { type CauseSource, causeSourceOf, causeSourceOfGap } from './causes.ts'
import { wordsIn } from './common-words.ts'
import { type CountedThing, countsOf } from './counts.ts'
import { type Figure, figuresIn, figuresOf, figuresSaidIn, saysMoreThanNumbers, spansIn } from './figures.ts'
import { type KnownState, statesOf } from './states.ts'
import { type Subject, subjectsOf, type Unnarrated } from './subjects.ts'

/** Everything that a text about a report may state. */
export type Facts = {
  figures: readonly Figure[]
  counts: readonly CountedThing[]
  /** When something was read or happened; the report's own time is `now`. */
  instants: readonly Date[]
  /** When something happened, by what was read. */
  events: readonly Date[]
  now: Date
  causes: readonly CauseSource[]
  states: readonly KnownState[]
  scores: readonly Score[]
  /** There was a report before, to which this one was compared. */
  hasEarlier: boolean
  /** Names and quotations with numbers in them that state nothing: "GPU 0", "load 5". */
  phrases: readonly string[]
  /** Every text of the report, to look names up in. */
  corpus: string
  /** Every word of it, in the forms that it may have. */
  words: ReadonlySet<string>
  subjects: readonly Subject[]
  /** Nothing was found, and everything could be looked at. */
  isWell: boolean
}

export function factsOf(report: Unnarrated): Facts {
  const subjects = subjectsOf(report)
  const texts = textsIn({ ...report, narrative: undefined })
  const corpus = [...texts, ...subjects.map(({ called }) => called)].join('\n')
  const quotations = quotationsOf(report)
  return {
    figures: [
      ...figuresOf(report, subjects),
      ...quotations.flatMap((text) => figuresIn(text, null)),
      ...labelsOf(report).flatMap(spansIn),
    ],
    counts: countsOf(report),
    instants: instantsIn(texts),
    events: instantsIn(quotations),
    now: new Date(report.createdAt),
    causes: [...report.findings.map(causeSourceOf), ...report.gaps.map(causeSourceOfGap)],
    states: statesOf(report),
    scores: report.scoreboard,
    hasEarlier: report.changes !== null || report.scoreboard.some(({ trend }) => trend !== null),
    phrases: [
      ...subjects.map(({ called }) => called),
      ...quotations.filter(saysMoreThanNumbers),
      ...labelsOf(report).filter(saysMoreThanNumbers),
    ]
      .map((phrase) => phrase.trim().replace(/[.:;,]+$/, ''))
      .filter((phrase) => /\p{N}/u.test(phrase))
      .toSorted((left, right) => right.length - left.length),
    corpus,
    words: wordsIn(corpus),
    subjects,
    isWell: report.verdict === 'healthy' && report.findings.length === 0,
  }
}

/** The same, with what was said besides: the readings that were looked up for a question. */
export const withTexts = (facts: Facts, texts: readonly string[]): Facts => ({
  ...facts,
  figures: [...facts.figures, ...texts.flatMap((text) => figuresSaidIn(text, null))],
  corpus: [facts.corpus, ...texts].join('\n'),
  words: new Set([...facts.words, ...wordsIn(texts.join('\n'))]),
})

const instantsIn = (texts: readonly string[]): Date[] =>
  [...new Set(texts.filter((text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)))]
    .map((text) => new Date(text))
    .filter((instant) => !Number.isNaN(instant.getTime()))

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(textsIn)
}

const evidenceOf = (report: Unnarrated): Evidence[] => [
  ...report.findings.flatMap(({ evidence }) => evidence),
  ...report.scoreboard.flatMap(({ measured }) => measured ?? []),
]

/** Texts that came from the system, word for word: settings, versions, log lines, errors. */
const quotationsOf = (report: Unnarrated): string[] => [
  ...evidenceOf(report).flatMap(({ value }) => (typeof value === 'string' ? value : [])),
  ...report.gaps.flatMap(({ missing, reason }) => [missing, reason.split('\n', 1)[0] ?? '']),
  ...report.tables.flatMap(({ rows }) =>
    rows.flat().flatMap(({ value, unit }) => (typeof value === 'string' && unit === 'text' ? value : [])),
  ),
]

const labelsOf = (report: Unnarrated): string[] => [
  ...evidenceOf(report).map(({ label }) => label),
  ...report.scoreboard.map(({ title }) => title),
  ...report.tables.flatMap(({ title, columns, rows }) => [
    title,
    ...columns,
    ...rows.flatMap((row) => (typeof row[0]?.value === 'string' ? row[0].value : [])),
  ]),
]
