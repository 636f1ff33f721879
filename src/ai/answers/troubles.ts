import type { Evidence } from '../../model/evidence.ts'
import type { Finding } from '../../model/finding.ts'
import { counted } from '../../model/format.ts'
import { asSentence } from '../../model/plain-text.ts'
import { ASKED_KIND, type Question } from '../../model/question.ts'
import { describeTarget } from '../../model/target.ts'
import type { AnswerSources, Found, Topic } from './sources.ts'

const WHY =
  /\b(?:why|what(?:'s| is) wrong|what happened|cause[ds]?|reason|broken|fail(?:s|ed|ing)?|down|not work(?:ing)?|problem|slow|unhealthy|restart|die[ds]?|dead|stopped|error)\b/

/** What a finding says, in the order in which a person asks: what, why, what it means, what to do. */
function explain({ title, rootCause, impact, fixes }: Finding): string[] {
  const [fix] = fixes
  const todo = fix
    ? [
        `To do: ${fix.title}${fix.kind === 'manual' && fix.change.length < 120 ? ` (${fix.change.split('\n', 1)[0]})` : ''}`,
      ]
    : []
  return [title, `Why: ${rootCause}`, `What it means: ${impact}`, ...todo].map(asSentence)
}

const isAbout = (finding: Finding, { subjects, kinds, words }: Question): boolean => {
  if (subjects.length > 0) {
    const texts = [finding.target.name, finding.title, finding.impact].join(' ').toLowerCase()
    return subjects.some(
      (name) =>
        finding.target.name === name ||
        new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').toLowerCase()}(?![\\w-])`).test(
          texts,
        ),
    )
  }
  if (kinds.size > 0 && !kinds.has(ASKED_KIND[finding.target.kind])) return false
  if (kinds.size > 0) return true
  const about = `${finding.title} ${finding.rule}`.toLowerCase()
  return [...words].some(
    (word) =>
      word.length > 3 &&
      !/^(?:what|which|there|this|that|with|wrong|problem|does|have|down|slow|the)$/.test(word) &&
      about.includes(word),
  )
}

const evidenceOf = (findings: readonly Finding[]): Evidence[] =>
  findings.flatMap(({ evidence }) => evidence).slice(0, 10)

/** "Why is the API down?" */
export const why: Topic = (question, sources) => {
  if (!WHY.test(question.text) || /\b(?:undone|undo|fix|approv\w+|refus\w+)\b/.test(question.text))
    return null
  if (/^(?:which|list|show|how many|how slow|how fast|what kind)\b/.test(question.text)) return null
  const { findings } = sources.report
  const own = findings.filter((finding) => isAbout(finding, question))
  const [first, ...others] = own
  if (first) {
    return {
      kind: 'answered',
      sentences: [...explain(first), ...others.slice(0, 2).map(({ title }) => asSentence(`Also: ${title}`))],
      evidence: evidenceOf([first, ...others.slice(0, 2)]),
    }
  }
  if (question.subjects.length + question.kinds.size === 0) return null
  return state(question, sources)
}

/** How the container, database … stands by its readings, where no rule found anything wrong with it. */
function state(question: Question, { snapshot, report }: AnswerSources): Found | null {
  const containers = snapshot.containers.filter(
    ({ name, compose }) =>
      question.subjects.includes(name) || (compose !== null && question.subjects.includes(compose.service)),
  )
  const [container] = containers
  const checks = report.checks.filter(({ target }) =>
    container ? target.name === container.name : question.kinds.has(ASKED_KIND[target.kind]),
  )
  const passed = checks.filter(({ verdict }) => verdict === 'passed')
  const blind = checks.filter(({ verdict }) => verdict === 'could-not-look')
  if (!container && passed.length === 0) return null
  const sentences = [
    ...(container
      ? [
          `${container.name} is ${container.state}${container.health ? `, ${container.health.status}` : ''}, and no rule finds anything wrong with it.`,
        ]
      : ['No rule finds anything wrong there.']),
    ...(passed.length > 0
      ? [
          `${counted(passed.length, 'check')} passed: ${[...new Set(passed.map(({ lookedAt }) => lookedAt))].slice(0, 5).join('; ')}.`,
        ]
      : []),
    ...(blind.length > 0
      ? [
          `${counted(blind.length, 'check')} could not look: ${blind
            .slice(0, 2)
            .map(({ lookedAt }) => lookedAt)
            .join('; ')}.`,
        ]
      : []),
  ]
  const evidence: Evidence[] = container
    ? [
        {
          label: `state of ${container.name}`,
          source: 'docker inspect State',
          at: snapshot.takenAt,
          value: container.state,
          unit: 'text',
        },
        {
          label: `restarts of ${container.name}`,
          source: 'docker inspect RestartCount',
          at: snapshot.takenAt,
          value: container.restartCount,
          unit: 'count',
        },
      ]
    : passedOf({ ...report, checks })
  return { kind: 'answered', sentences, evidence }
}

/** That nothing is wrong rests on what was looked at. */
const passedOf = ({
  checks,
  createdAt,
}: Pick<AnswerSources['report'], 'checks' | 'createdAt'>): Evidence[] => [
  {
    label: 'checks that passed',
    source: 'the rules of perfbot',
    at: createdAt,
    value: checks.filter(({ verdict }) => verdict === 'passed').length,
    unit: 'count',
  },
]

const HEALTH =
  /\b(?:ok(?:ay)?|fine|healthy|well|up|running|alive|working|available|reachable|status|state|doing)\b/

/** "Is the database ok?", "Is api running?" */
export const wellbeing: Topic = (question, sources) => {
  const { text, subjects, kinds } = question
  if (!HEALTH.test(text) || subjects.length + kinds.size === 0 || /\bhow (?:much|many)\b/.test(text))
    return null
  if (kinds.size > 0 && subjects.length === 0 && kinds.has('host')) return null
  const own = sources.report.findings.filter((finding) => isAbout(finding, question))
  const [first] = own
  if (!first) return state(question, sources)
  return {
    kind: 'answered',
    sentences: [`Not quite: ${asSentence(first.title)}`, ...explain(first).slice(1)],
    evidence: evidenceOf(own.slice(0, 2)),
  }
}

const OVERVIEW =
  /\b(?:how (?:is|are|does) (?:it|things|everything|the host|we|host|all)|what(?:'s| is) (?:up|wrong|the matter|going on|the state|the worst|most (?:important|urgent))|problems?|issues?|findings?|incidents?|worst|urgent|overview|summary|summari[sz]e|status|report|healthy|first|priorit\w+|should (?:i|we) (?:do|fix|look)|attention|ok\b|fine)\b/

/** "How is it?", "What should I fix first?" */
export const overview: Topic = ({ text, subjects, kinds }, { report }) => {
  if (!OVERVIEW.test(text) || subjects.length > 0 || [...kinds].some((kind) => kind !== 'host')) return null
  const { findings, headline } = report
  const [first] = findings
  return {
    kind: 'answered',
    sentences: [
      asSentence(headline),
      ...findings
        .slice(0, 4)
        .map(({ severity, title }, index) => asSentence(`${index + 1}. ${severity}: ${title}`)),
      ...(findings.length > 4 ? [`And ${findings.length - 4} more.`] : []),
      ...(first?.fixes[0] ? [asSentence(`First to do: ${first.fixes[0].title}`)] : []),
    ],
    evidence: first ? first.evidence.slice(0, 6) : passedOf(report),
  }
}

/** "Can perfbot do it?": what a button of the report would do; nothing is started by asking. */
export const fixesFor: Topic = (question, { report }) => {
  if (
    !/\b(?:how (?:do|can|should) (?:i|we)|fix(?:es)?|repair|solve|remedy|what can (?:i|we)|improve|optimi[sz]e|tune)\b/.test(
      question.text,
    )
  )
    return null
  if (/\b(?:undone|undo|why|who|approved)\b/.test(question.text)) return null
  const about =
    question.subjects.length + question.kinds.size > 0
      ? report.findings.filter((finding) => isAbout(finding, question))
      : report.findings
  const offered = about.flatMap(({ target, fixes }) => fixes.map((fix) => ({ target, fix })))
  if (offered.length === 0) {
    return {
      kind: 'answered',
      sentences: ['There is nothing to fix there that a rule knows of.'],
      evidence: passedOf(report),
    }
  }
  return {
    kind: 'answered',
    sentences: [
      ...offered
        .slice(0, 5)
        .map(({ target, fix }) =>
          asSentence(
            `${describeTarget(target)}: ${fix.title}${fix.kind === 'manual' ? ` (${fix.change.split('\n', 1)[0]?.slice(0, 120)})` : ''}`,
          ),
        ),
      'Those with a button in /perf report are applied when somebody approves them there; an answer starts nothing.',
    ],
    evidence: evidenceOf(about.slice(0, 2)),
  }
}
