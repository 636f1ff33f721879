import type { Narrative, Report } from '../model/report.ts'
import { computedSummary } from './computed-summary.ts'
import { factsOf } from './facts.ts'
import { promptInput } from './prompt-input.ts'
import type { Unnarrated } from './subjects.ts'
import { type WriterOptions, write } from './write.ts'

const LEAST_SENTENCES = 2

/**
 * The summary of a report in a model's words, as far as they can be traced to the report, or the computed one
 * with the reason. Never rejects: a report without prose is still a report.
 */
export async function narrate(
  report: Unnarrated | Report,
  options: WriterOptions,
  signal?: AbortSignal,
): Promise<Narrative> {
  const written = await write(
    {
      values: (characters) => ({ report: promptInput(report, characters) }),
      facts: factsOf(report),
      leastSentences: LEAST_SENTENCES,
    },
    options,
    signal,
  )
  if ('failed' in written) {
    return { writer: 'computed', text: computedSummary(report), reason: written.failed }
  }
  return {
    writer: 'model',
    text: written.kept.join(' '),
    model: written.model,
    sentencesVerified: written.kept.length,
    sentencesRemoved: written.removed.length,
    citations: written.citations,
  }
}
