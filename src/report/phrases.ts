import type { Check } from '../model/finding.ts'
import { counted, formatValue } from '../model/format.ts'
import type { Answerer } from '../model/question.ts'
import type { Narrative, Report, Score } from '../model/report.ts'

/** Phrases that every renderer says alike. */

/** "at most 85 %". */
export const describeTarget = ({ target }: Score): string =>
  `${target.comparison === 'at-most' ? 'at most' : 'at least'} ${formatValue(target.value, target.unit)}`

export const describeMeasured = ({ measured }: Score): string =>
  measured ? formatValue(measured.value, measured.unit) : 'not read'

/** "41 checks passed, 3 found something, 2 could not look." */
export function describeChecks(checks: readonly Check[]): string {
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length
  const blind = count('could-not-look')
  const parts = [`${count('passed')} checks passed`, `${count('found')} found something`]
  if (blind > 0) parts.push(`${blind} could not look`)
  return `${parts.join(', ')}.`
}

/** "2 findings are snoozed or muted." Empty when none is. */
export const describeSilenced = ({ silenced }: Pick<Report, 'silenced'>): string =>
  silenced.length === 0
    ? ''
    : `${counted(silenced.length, 'finding')} ${silenced.length === 1 ? 'is' : 'are'} snoozed or muted.`

/** Who wrote the summary, and how far it can be trusted. */
export const describeWriter = (narrative: Narrative): string =>
  narrative.writer === 'computed'
    ? `Computed from the findings. ${narrative.reason}`
    : `Written by ${narrative.model}; ${narrative.sentencesVerified} sentences verified against the readings, ${narrative.sentencesRemoved} removed.`

/** Who put an answer into words, and how far it can be trusted. */
export const describeAnswerer = (writer: Answerer): string =>
  writer.kind === 'computed'
    ? `Found by rules, without a model. ${writer.reason}`
    : `Written by ${writer.model}; ${counted(writer.verified, 'sentence')} verified against the readings, ${writer.removed} removed. Chosen: ${writer.why}.`

/** "23 Nov 2026, 22:47 UTC". */
export const describeTime = (time: string): string =>
  `${new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(new Date(time))} UTC`
