import type { Question } from '../../model/question.ts'
import { keywordOf } from '../../model/samples/metric.ts'
import { METRICS, samplesOf } from '../../model/samples/samples.ts'
import { changes } from './changes.ts'
import { deeds } from './deeds.ts'
import { gpuUse, inventory } from './hardware.ts'
import { listing } from './listing.ts'
import { logs } from './log-lines.ts'
import { forecast, trendOf } from './past.ts'
import { metricsFor, ranking, readings } from './readings.ts'
import { settings, whatIf } from './settings.ts'
import type { AnswerSources, Found, Topic } from './sources.ts'
import { statementCost } from './statements.ts'
import { diskUse, greeting, named, processes } from './things.ts'
import { fixesFor, overview, wellbeing, why } from './troubles.ts'

/** In this order: the first that knows an answer gives it. */
const TOPICS: readonly Topic[] = [
  greeting,
  deeds,
  forecast,
  whatIf,
  logs,
  changes,
  why,
  fixesFor,
  processes,
  statementCost,
  ranking,
  gpuUse,
  inventory,
  trendOf,
  diskUse,
  settings,
  listing,
  wellbeing,
  readings,
  overview,
  named,
]

/** What the readings, findings, history and audit say to a question: rules and names alone, no model. */
export async function findAnswer(question: Question, sources: AnswerSources): Promise<Found> {
  for (const topic of TOPICS) {
    const found = await topic(question, sources)
    if (found) return found
  }
  return unknown(question, sources)
}

const isPlural = (missing: string): boolean => /[a-z](?<!i|s|u)s$/.test(missing)

/** "I don't know: Redis is not collected", with how to have it; else what can be asked. */
function unknown(question: Question, { report, snapshot }: AnswerSources): Found {
  const { words, text, kinds } = question
  const spoken = (name: string): boolean =>
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .some((word) => word.length > 2 && (words.has(word) || words.has(word.replace(/s$/, ''))))
  const gap = report.gaps.find(
    ({ missing, source }) =>
      spoken(missing) ||
      spoken(source) ||
      (kinds.has('gpu') && /gpu/i.test(source)) ||
      (kinds.has('cache') && /redis/i.test(source)) ||
      (kinds.has('container') && /docker/i.test(source)) ||
      (kinds.has('database') && /postgres/i.test(source)) ||
      (kinds.has('model') && /ollama/i.test(source)),
  )
  if (gap) {
    return {
      kind: 'unknown',
      sentences: [
        `I don't know: ${gap.missing} ${gap.kind === 'absent' ? `${isPlural(gap.missing) ? 'are' : 'is'} not collected` : 'could not be read'} (${gap.reason.split('\n', 1)[0]?.replace(/\.$/, '')}).`,
        gap.remedy,
      ],
      evidence: [],
    }
  }
  const [unread] = metricsFor(question)
  if (unread) {
    return {
      kind: 'unknown',
      sentences: [`I don't know: "${unread.title}" was not read here. It is this: ${unread.help}`],
      evidence: [],
    }
  }
  const known = new Set(samplesOf(snapshot).map(({ metric }) => metric))
  const keywords = METRICS.filter(({ name }) => known.has(name)).map(keywordOf)
  const what = kinds.has('cache') ? 'Redis' : `what "${text.slice(0, 60)}" asks for`
  return {
    kind: 'unknown',
    isNotUnderstood: true,
    sentences: [
      `I don't know: ${what} is not collected, or I did not understand.`,
      `Ask for a reading (${keywords.slice(0, 12).join(', ')} …), why something is down, what changed, or what to fix first.`,
    ],
    evidence: [],
  }
}
