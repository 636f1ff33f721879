import { problemsOf, severityWithSymptoms } from '../model/incident.ts'
import type { Report } from '../model/report.ts'

/** How many of something the report has: by the noun that names it, and the words that narrow it down. */
export type CountedThing = {
  noun: RegExp
  /** A word that has to stand by the noun; null where none of the others does. */
  modifier: RegExp | null
  count: number
}

const STATES = ['restarting', 'exited', 'dead', 'paused', 'unhealthy', 'healthy'] as const

const inState = ({ tables }: Pick<Report, 'tables'>, state: string): number =>
  tables.flatMap(({ columns, rows }) => {
    const column = columns.findIndex((name) => /^state$/i.test(name))
    return column < 0
      ? []
      : rows.filter((row) => new RegExp(`\\b${state}\\b`).test(String(row[column]?.value)))
  }).length

/** What can be counted in a report, the narrower first: "2 critical findings" are not "2 findings". */
export function countsOf(report: Omit<Report, 'narrative'>): CountedThing[] {
  const { counts, collectors } = report.snapshot
  const finding = /^(?:findings?|small|things?)$/
  // A cause with all that follows from it.
  const problem = /^(?:problems?|issues?)$/
  const problems = problemsOf(report).map((each) => severityWithSymptoms(each, report.incidents))
  const check = /^checks?$/
  const container = /^containers?$/
  const target = /^(?:targets?|kpis?)$/
  const severity = (name: string) => report.findings.filter((each) => each.severity === name).length
  const ofProblems = (name: string) => problems.filter((each) => each === name).length
  const verdict = (name: string) => report.checks.filter((each) => each.verdict === name).length
  const score = (name: string) => report.scoreboard.filter((each) => each.verdict === name).length
  const thing = (noun: RegExp, count: number, modifier: RegExp | null = null) => ({ noun, modifier, count })
  const affected = report.findings.filter((each) => each.target.kind === 'container')
  return [
    ...['critical', 'high', 'medium', 'low'].flatMap((name) => [
      thing(finding, severity(name), new RegExp(`^${name}`)),
      thing(problem, ofProblems(name), new RegExp(`^${name}`)),
      thing(new RegExp(`^${name}$`), ofProblems(name)),
    ]),
    ...[finding, problem].flatMap((noun) => [
      thing(noun, report.changes?.appeared.length ?? 0, /^(?:new|appeared)$/),
      thing(noun, report.changes?.ongoing.length ?? 0, /^(?:ongoing|old)$/),
      thing(noun, report.changes?.resolved.length ?? 0, /^(?:resolved|gone)$/),
    ]),
    thing(finding, report.findings.length),
    thing(problem, problems.length),
    thing(check, verdict('passed'), /^pass(?:ed)?$/),
    thing(check, verdict('found'), /^(?:found|failed)$/),
    thing(check, verdict('could-not-look'), /^could$/),
    thing(check, report.checks.length),
    thing(/^(?:passed)$/, verdict('passed')),
    ...STATES.map((state) => thing(container, inState(report, state), new RegExp(`^${state}$`))),
    thing(container, counts.containersRunning, /^(?:runs?|running|up|not-(?:stopped|down|exited))$/),
    thing(
      container,
      counts.containers - counts.containersRunning,
      /^(?:stopped|down|exited|not-(?:runs?|running|up))$/,
    ),
    thing(container, new Set(affected.map((each) => each.target.name)).size, /^(?:affected|with)$/),
    thing(container, counts.containers),
    thing(/^gpus?$/, counts.gpus),
    thing(/^(?:databases?|servers?)$/, counts.databases),
    thing(/^models?$/, counts.models),
    thing(target, score('met'), /^(?:met|not-missed)$/),
    thing(target, score('missed'), /^(?:missed|not-met)$/),
    thing(target, score('unknown'), /^unknown$/),
    thing(target, report.scoreboard.length),
    thing(/^gaps?$/, report.gaps.length),
    thing(/^collectors?$/, collectors.length),
  ]
}

/**
 * How many there are of what the words after a number name: "containers run", "of the critical findings". Null
 * where they name nothing counted here. A number said as the whole has nothing to do with what narrows a part.
 */
export function countOf(
  said: readonly string[],
  isWhole: boolean,
  counts: readonly CountedThing[],
): number | null {
  const words = withNot(said)
  const reach = words.slice(0, 2).includes('of') ? 4 : 2
  const named = counts.filter(({ noun }) => words.slice(0, reach).some((word) => noun.test(word)))
  const narrow = named.find(({ modifier }) => modifier !== null && words.some((word) => modifier.test(word)))
  const whole = named.find(({ modifier }) => modifier === null)
  return (isWhole ? whole : (narrow ?? whole))?.count ?? null
}

/** "Not running" is one word here: it narrows down to the others. */
const withNot = (words: readonly string[]): string[] =>
  words.flatMap((word, index) => {
    const before = words[index - 1] ?? ''
    return /^(?:not|never)$/.test(word) ? [] : /^(?:not|never)$/.test(before) ? `not-${word}` : word
  })
