import type { Evidence } from '../model/evidence.ts'
import type { Finding, Fix } from '../model/finding.ts'
import type { Table } from '../model/report.ts'
import type { FigureUnit } from './figure-units.ts'
import { statementsOf } from './mentions.ts'
import { nameOf, rowName, type Subject, type Unnarrated } from './subjects.ts'

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

/** "128 MB" is a figure; "exited (137) 3 days ago" is a quotation, and has to be quoted whole. */
export function saysMoreThanNumbers(text: string): boolean {
  const { mentions } = statementsOf(text)
  const rest = mentions.reduce((left, mention) => left.replace(mention.text, ' '), text)
  return /[\p{L}_]{2}/u.test(rest)
}

/** The numbers of a text that is nothing but numbers; what a log line says is not for us to repeat as ours. */
export const figuresIn = (text: string, about: string | null): Figure[] =>
  saysMoreThanNumbers(text) ? [] : figuresSaidIn(text, about)

export const figuresSaidIn = (text: string, about: string | null): Figure[] =>
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

export const spansIn = (label: string): Figure[] =>
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

export function figuresOf(report: Unnarrated, subjects: readonly Subject[]): Figure[] {
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
