import type { Finding } from '../../src/model/finding.ts'
import { type Incident, inOrder } from '../../src/model/incident.ts'
import type { Expectation, Scenario } from './scenario.ts'

export type Judged = {
  /** What should have been found, and was not, or not as it should have been. */
  readonly missed: readonly string[]
  /** What was found and is not so. */
  readonly false: readonly string[]
  /** How many expectations were met. */
  readonly found: number
}

/** The worst that is the point; what may be found beside it has no say in the order. */
const pointOf = (findings: readonly Finding[], { first, maybe = [] }: Expectation): Finding[] =>
  findings.filter(({ rule }) => rule === first || !maybe.includes(rule))

const sayOf = ({ rule, severity, title }: Finding): string => `${rule} (${severity}): ${title}`

const textOf = ({ title, rootCause, fixes }: Finding): string =>
  [title, rootCause, ...fixes.map((fix) => `${fix.title} ${JSON.stringify(fix)}`)].join('\n')

function expectedOf(
  expects: Expectation,
  findings: readonly Finding[],
  incidents: readonly Incident[],
): { readonly asked: string; readonly isMet: boolean }[] {
  const { first, severity, says, symptoms = [], also = [] } = expects
  const [top] = inOrder({ findings: pointOf(findings, expects), incidents })
  const ruleOf = (id: string) => findings.find((finding) => finding.id === id)?.rule
  const under = incidents.find(({ root }) => root === top?.id)?.symptoms.map(({ finding }) => ruleOf(finding))
  const saw = top ? sayOf(top) : 'nothing'
  return [
    ...(first === null ? [] : [{ asked: `${first} first; first is ${saw}`, isMet: top?.rule === first }]),
    ...(severity ? [{ asked: `${severity}; first is ${saw}`, isMet: top?.severity === severity }] : []),
    ...(says ? [{ asked: `${says}; first is ${saw}`, isMet: says.test(top ? textOf(top) : '') }] : []),
    ...symptoms.map((rule) => ({ asked: `${rule} under the first`, isMet: under?.includes(rule) === true })),
    ...also.map((rule) => ({ asked: rule, isMet: findings.some((finding) => finding.rule === rule) })),
  ]
}

/** Holds what was found against what was expected. */
export function judge(
  { expects, machine }: Scenario,
  all: readonly Finding[],
  incidents: readonly Incident[],
  /** Rules that find something on this machine by itself: that is not the scenario's. */
  ambient: ReadonlySet<string>,
): Judged {
  const { first, symptoms = [], also = [], maybe = [], never = [] } = expects
  const named = new Set([...(first === null ? [] : [first]), ...symptoms, ...also, ...maybe])
  const isOurs = ({ target, rule }: Finding) =>
    named.has(rule) || target.kind !== 'host' || (machine && !ambient.has(rule))
  const findings = all.filter(isOurs)
  const ids = new Set(findings.map(({ id }) => id))
  const ownIncidents = incidents.filter(({ root }) => ids.has(root))
  const wanted = expectedOf(expects, findings, ownIncidents)
  return {
    missed: wanted.filter(({ isMet }) => !isMet).map(({ asked }) => asked),
    found: wanted.filter(({ isMet }) => isMet).length,
    false: findings
      .filter(({ rule, severity }) => never.includes(rule) || (severity !== 'low' && !named.has(rule)))
      .map(sayOf),
  }
}
