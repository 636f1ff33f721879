import type { Evidence } from '../model/evidence.ts'
import type { Finding, Fix } from '../model/finding.ts'
import type { Cell, Report, Score, Table } from '../model/report.ts'
import { describeTarget, type Target } from '../model/target.ts'
import { type CauseSource, causeSourceOf, causeSourceOfGap } from './causes.ts'
import { wordsIn } from './common-words.ts'
import { type CountedThing, countsOf } from './counts.ts'
import type { FigureUnit } from './figure-units.ts'
import { statementsOf } from './mentions.ts'
import { type KnownState, statesOf } from './states.ts'

/** A report before somebody put it into words. */
export type Unnarrated = Omit<Report, 'narrative'>

/** A number that may be said. */
export type Figure = {
  value: number
  unit: FigureUnit
  /** What it was called, or the text it stood in. */
  label: string
  /** What it stood under: the title of its table, its row; empty where there is none. */
  topic: string
  /** The name of the container, server … it is about; null for the machine and the report. */
  about: string | null
  /** What has to be named beside it: the process, the disk that its row is of. */
  row: string | null
  /** Where it was read; null for what is computed or said. */
  source: string | null
}

/** The topic of a figure that is part of what another is called: the 5 minutes of "Load, 5 min". */
export const LABEL = 'label'

/** The topic of what a fix would set: it is not so yet. */
export const FIX = 'fix'

/** The topic of what was so at the last report, and is no more. */
export const RESOLVED = 'resolved'

/** What a sentence can be about. */
export type Subject = {
  kind: 'host' | 'container' | 'gpu' | 'database' | 'cache' | 'service' | 'model'
  name: string
  /** How it is called: "PostgreSQL main". */
  called: string
  /** Known from a table alone. */
  isRow: boolean
}

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

const KINDS: Record<Target['kind'], Subject['kind']> = {
  host: 'host',
  container: 'container',
  gpu: 'gpu',
  postgres: 'database',
  redis: 'cache',
  service: 'service',
  ollama: 'model',
}

const instantsIn = (texts: readonly string[]): Date[] =>
  [...new Set(texts.filter((text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)))]
    .map((text) => new Date(text))
    .filter((instant) => !Number.isNaN(instant.getTime()))

/** What findings and checks are about, and the containers, databases and models that tables name. */
function subjectsOf(report: Unnarrated): Subject[] {
  const targets = [...report.findings, ...report.checks].map(
    ({ target }): Subject => ({
      kind: KINDS[target.kind],
      name: nameOf(target),
      called: describeTarget(target),
      isRow: false,
    }),
  )
  const rows = report.tables.flatMap(({ columns, rows }) => {
    const kind = (['container', 'gpu', 'database', 'cache', 'service', 'model'] as const).find(
      (each) => each === columns[0]?.toLowerCase(),
    )
    return rows.flatMap((row): Subject[] => {
      const name = kind ? rowName(row[0]?.value, columns[0]) : null
      if (!kind || name === null) return []
      return [{ kind, name, called: kind === 'gpu' ? name : `${kind} ${name}`, isRow: true }]
    })
  })
  return [...new Map([...rows, ...targets].map((each) => [`${each.kind} ${each.name}`, each])).values()]
}

/** A GPU is called by its number, which alone is no name. */
const nameOf = (target: Target): string => (target.kind === 'gpu' ? describeTarget(target) : target.name)

/** "0 NVIDIA GeForce RTX 3060" in the table of GPUs is GPU 0. */
function rowName(cell: Cell['value'] | undefined, column: string | undefined): string | null {
  if (typeof cell !== 'string') return null
  const index = /^gpu$/i.test(column ?? '') ? /^\d+/.exec(cell)?.[0] : undefined
  return index === undefined ? cell : `GPU ${index}`
}

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

/** "128 MB" is a figure; "exited (137) 3 days ago" is a quotation, and has to be quoted whole. */
function saysMoreThanNumbers(text: string): boolean {
  const { mentions } = statementsOf(text)
  const rest = mentions.reduce((left, mention) => left.replace(mention.text, ' '), text)
  return /[\p{L}_]{2}/u.test(rest)
}

/** The numbers of a text that is nothing but numbers; what a log line says is not for us to repeat as ours. */
const figuresIn = (text: string, about: string | null): Figure[] =>
  saysMoreThanNumbers(text) ? [] : figuresSaidIn(text, about)

const figuresSaidIn = (text: string, about: string | null): Figure[] =>
  statementsOf(text).mentions.flatMap((mention) =>
    mention.readings.map(({ value }) => ({
      value,
      unit: mention.unit,
      label: text.toLowerCase(),
      topic: '',
      about,
      row: null,
      source: null,
    })),
  )

const spansIn = (label: string): Figure[] =>
  figuresSaidIn(label, null).flatMap((figure) =>
    figure.unit === 'seconds' ? { ...figure, topic: LABEL } : [],
  )

const figureOf = (evidence: Evidence, about: string | null, topic = ''): Figure[] =>
  evidence.unit === 'text'
    ? []
    : [
        {
          value: evidence.value,
          unit: evidence.unit,
          label: evidence.label.toLowerCase(),
          topic,
          about,
          row: null,
          source: evidence.source,
        },
      ]

function figuresOf(report: Unnarrated, subjects: readonly Subject[]): Figure[] {
  const { snapshot } = report
  const durations = [snapshot.durationSeconds, ...snapshot.collectors.map((run) => run.durationSeconds)]
  return [
    ...report.findings.flatMap(figuresOfFinding),
    ...report.scoreboard.flatMap(({ measured, target, title }) => [
      ...(measured ? figureOf(measured, null, title) : []),
      {
        value: target.value,
        unit: target.unit,
        label: `target ${title.toLowerCase()}`,
        topic: '',
        about: null,
        row: null,
        source: null,
      },
    ]),
    ...report.tables.flatMap((table) => figuresOfTable(table, subjects)),
    ...durations.map((value) => ({
      value,
      unit: 'seconds' as const,
      label: 'duration',
      topic: '',
      about: null,
      row: null,
      source: null,
    })),
    ...(report.changes?.resolved ?? []).flatMap(({ title }) =>
      figuresSaidIn(title, null).map((figure) => ({ ...figure, topic: RESOLVED })),
    ),
  ]
}

/** "memory of the host" is no reading of the database it was weighed against. */
const isOfHost = ({ label }: Evidence): boolean => /\b(?:host|machine)\b/i.test(label)

/** Its evidence, and what its rule says in words: a threshold, the size that a fix sets. */
function figuresOfFinding(finding: Finding): Figure[] {
  const about = finding.target.kind === 'host' ? null : nameOf(finding.target)
  const said = [finding.title, finding.impact, finding.rootCause]
  const ofFix = (figure: Figure): Figure => ({ ...figure, topic: FIX })
  return [
    ...finding.evidence.flatMap((evidence) => figureOf(evidence, isOfHost(evidence) ? null : about)),
    ...said.flatMap((text) => figuresSaidIn(text, about)),
    ...finding.fixes.flatMap(({ title }) => figuresSaidIn(title, about)).map(ofFix),
    ...finding.fixes.flatMap((fix) => figuresOfFix(fix, about)).map(ofFix),
  ]
}

/** What a fix would set: a parameter is named by its unit, or the change is in words. */
function figuresOfFix(fix: Fix, about: string | null): Figure[] {
  if (fix.kind === 'manual') return figuresSaidIn(fix.change, about)
  const label = `${fix.title} ${Object.values(fix.parameters)
    .filter((value) => typeof value === 'string')
    .join(' ')}`.toLowerCase()
  return Object.entries(fix.parameters).flatMap(([name, value]) => {
    if (typeof value !== 'number') return figuresIn(value, about)
    const unit = /bytes$/i.test(name) ? 'bytes' : /seconds$/i.test(name) ? 'seconds' : 'count'
    return [{ value, unit, label, topic: FIX, about, row: null, source: null }]
  })
}

/** A row is about the subject that its first cell names. */
function figuresOfTable({ title, rows, columns }: Table, subjects: readonly Subject[]): Figure[] {
  return rows.flatMap((row) => {
    const name = rowName(row[0]?.value, columns[0])
    const about = subjects.find((subject) => subject.kind !== 'host' && subject.name === name)?.name ?? null
    const topic = `${title} ${name ?? ''}`
    const isOne =
      about !== null ||
      /^reading$/i.test(columns[0] ?? '') ||
      (/^mount/i.test(columns[0] ?? '') && rows.length === 1)
    const named = isOne ? null : name
    return row.flatMap(({ value, unit }, column) =>
      typeof value === 'number' && unit !== 'text' && unit !== 'time'
        ? [
            {
              value,
              unit,
              label: (columns[column] ?? '').toLowerCase(),
              topic,
              about,
              row: named,
              source: title,
            },
          ]
        : [],
    )
  })
}
