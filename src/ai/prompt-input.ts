import type { Finding } from '../model/finding.ts'
import { counted, formatValue } from '../model/format.ts'
import { becauseOf } from '../model/incident.ts'
import type { Score } from '../model/report.ts'
import { describeTarget } from '../model/target.ts'
import type { Unnarrated } from './subjects.ts'

/** For logs and tables; prose has more characters a token, so this errs to the safe side. */
export const CHARACTERS_PER_TOKEN = 3.5

/** A quotation is there to be recognised, not read in full. */
const QUOTED_CHARACTERS = 200

/** Kept free for the line that says what was left out. */
const LEFT_OUT_CHARACTERS = 160

/**
 * A report as a model is to see it, in no more than `characters`: the verdict, the findings from the worst on,
 * missed targets, what changed, what could not be read. It says itself what had to be left out.
 */
export function promptInput(report: Unnarrated, characters: number): string {
  const symptoms = becauseOf(report.incidents)
  const parts = [
    { kind: 'verdict', text: verdictOf(report) },
    ...report.findings.map((finding, index) => ({
      kind: 'finding',
      text: findingPart(finding, index + 1, symptoms.has(finding.id)),
    })),
    ...report.scoreboard
      .filter(({ verdict }) => verdict === 'missed')
      .map((score) => ({ kind: 'missed target', text: scorePart(score) })),
    ...(report.changes?.resolved ?? []).map(({ title }) => ({
      kind: 'resolved finding',
      text: `Resolved since the last report: ${oneLine(title)}`,
    })),
    ...report.gaps.map(({ missing, reason }) => ({
      kind: 'gap',
      text: `Could not be read: ${oneLine(missing)}. Reason, quoted: ${quoted(reason)}`,
    })),
  ]
  let room = characters - LEFT_OUT_CHARACTERS
  const taken: string[] = []
  const leftOut = new Map<string, number>()
  for (const { kind, text } of parts) {
    // The first finding has to be there, if only its beginning.
    const fitting = taken.length < 2 ? text.slice(0, Math.max(0, room)) : text
    // Once a kind did not fit, no less important one of it gets in.
    if (fitting.length > room || leftOut.has(kind)) leftOut.set(kind, (leftOut.get(kind) ?? 0) + 1)
    else {
      taken.push(fitting)
      room -= fitting.length + 2
    }
  }
  const missing = [...leftOut].map(([kind, count]) => counted(count, kind))
  const note = missing.length > 0 ? [`Left out here for want of room: ${missing.join(', ')}.`] : []
  return [...taken, ...note].join('\n\n').slice(0, Math.max(0, characters))
}

function verdictOf({ host, verdict, headline, snapshot, findings }: Unnarrated): string {
  const { counts } = snapshot
  return [
    `Host: ${oneLine(host)}`,
    `Verdict: ${verdict}`,
    `Headline: ${oneLine(headline)}`,
    `Read: ${counted(counts.containers, 'container')} (${counts.containersRunning} running), ` +
      `${counted(counts.gpus, 'GPU')}, ${counted(counts.databases, 'database')}`,
    findings.length > 0 ? `Findings: ${findings.length}, the worst first` : 'Findings: none',
  ].join('\n')
}

function findingPart(finding: Finding, position: number, isSymptom: boolean): string {
  const [fix] = finding.fixes
  const figures = finding.evidence.filter(({ unit }) => unit !== 'text')
  const quotations = [
    ...finding.evidence.flatMap(({ label, value }) =>
      typeof value === 'string' ? `${oneLine(label)}: ${quoted(value)}` : [],
    ),
    ...finding.symptoms.map(quoted),
  ]
  return [
    `Finding ${position} (${finding.severity}, ${describeTarget(finding.target)}${isSymptom ? ', only follows from the one above it' : ''}): ${oneLine(finding.title)}`,
    `Impact: ${oneLine(finding.impact)}`,
    `Root cause: ${oneLine(finding.rootCause)}`,
    ...figures.map(({ label, value, unit }) => `Measured: ${oneLine(label)} = ${formatValue(value, unit)}`),
    ...quotations.map((quotation) => `Quoted: ${quotation}`),
    ...(fix ? [`First fix: ${oneLine(fix.title)}`] : []),
  ].join('\n')
}

function scorePart({ title, target, measured }: Score): string {
  const bound = `${target.comparison === 'at-most' ? 'at most' : 'at least'} ${formatValue(target.value, target.unit)}`
  const value = measured ? formatValue(measured.value, measured.unit) : 'unknown'
  return `Missed target: ${oneLine(title)} is ${value}, should be ${bound}`
}

/** The fence round the report is ours alone, and a line of it is one statement. */
const oneLine = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/<(?=\/?report>)/gi, '‹')
    .trim()

/** Foreign text, in JSON's quotation marks, so that its end is where ours is. */
function quoted(text: string): string {
  const line = oneLine(text)
  return JSON.stringify(line.length > QUOTED_CHARACTERS ? `${line.slice(0, QUOTED_CHARACTERS)}…` : line)
}
