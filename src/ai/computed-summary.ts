import type { Finding } from '../model/finding.ts'
import type { Gap } from '../model/gap.ts'
import { problemsOf, symptomsOf } from '../model/incident.ts'
import { asSentence } from '../model/plain-text.ts'
import type { Unnarrated } from './subjects.ts'

/**
 * The summary under the headline, without a model: what matters most and why, what to do first, what could not be
 * read. It puts together what the rules have said, and states no figure of its own but counts.
 */
export function computedSummary(report: Unnarrated): string {
  const [worst, second] = problemsOf(report)
  const failed = report.gaps.filter(({ kind }) => kind === 'failed')
  const sentences = [
    ...(worst ? aboutWorst(worst) : aboutNone(report)),
    ...(worst ? aboutSymptoms(symptomsOf(worst, report.incidents)) : []),
    ...(second && isPressing(second) ? [`Then look at this: ${second.title}`] : []),
    ...aboutResolved(report),
    ...(failed.length > 0 ? [aboutGaps(failed)] : []),
  ]
  return sentences.map(asSentence).join(' ')
}

const isPressing = ({ severity }: Finding): boolean => severity === 'critical' || severity === 'high'

function aboutWorst(finding: Finding): string[] {
  const [fix] = finding.fixes
  const first = fix ? [`${isPressing(finding) ? 'Do this first' : 'What would help'}: ${fix.title}`] : []
  return [finding.title, finding.impact, ...first]
}

/** What follows from the worst, so that nobody looks for its cause elsewhere. */
function aboutSymptoms([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return []
  const rest = others.length > 0 ? `, and ${others.length} more` : ''
  return [`From it follows: ${withoutStop(first)}${rest}`]
}

const aboutNone = ({ verdict, checks }: Unnarrated): string[] => {
  if (verdict === 'unknown') return ['Nothing can be said about it until something can be read']
  const blind = checks.some((check) => check.verdict === 'could-not-look')
  return [blind ? 'Nothing was found in what could be looked at' : 'Nothing needs to be done']
}

function aboutResolved({ changes }: Unnarrated): string[] {
  const [first, ...others] = changes?.resolved ?? []
  if (!first) return []
  const rest = others.length > 0 ? `, and ${others.length} more` : ''
  return [`Gone since the last report: ${withoutStop(first.title)}${rest}`]
}

/** As many as fit in one breath; the report lists them all. */
const GAPS_NAMED = 2

function aboutGaps(gaps: readonly Gap[]): string {
  const named = gaps.slice(0, GAPS_NAMED).map(({ missing, reason }) => `${missing} (${withoutStop(reason)})`)
  const more = gaps.length - named.length
  return `Could not be read: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

const withoutStop = (text: string): string =>
  text
    .split('\n', 1)[0]
    ?.trim()
    .replace(/[.:;,]+$/, '') ?? ''
