import type { Narrative, Report } from '../model/report.ts'
import { computedSummary } from './computed-summary.ts'
import { factsOf } from './facts.ts'
import type { GroundedParts, Part } from './parts.ts'
import { promptInput } from './prompt-input.ts'
import type { Unnarrated } from './subjects.ts'
import { type WriterOptions, write } from './write.ts'

const LEAST_SENTENCES = 2

/**
 * A report in a model's words, as far as they can be traced to the report, or the computed summary with the reason.
 * Never rejects: a report without prose is still a report. `verified` gets the narrative as it grows.
 */
export async function narrate(
  report: Unnarrated | Report,
  options: WriterOptions,
  signal?: AbortSignal,
  verified?: (narrative: Narrative) => void,
): Promise<Narrative> {
  const computed = (reason: string): Narrative => ({
    writer: 'computed',
    text: computedSummary(report),
    reason,
  })
  const written = await write(
    {
      values: (characters) => ({ report: promptInput(report, characters) }),
      facts: factsOf(report),
      leastSentences: LEAST_SENTENCES,
      ...(verified
        ? {
            verified: (so: GroundedParts, model: string) => {
              const narrative = narrativeOf(so, model, report)
              if (narrative) verified(narrative)
            },
          }
        : {}),
    },
    options,
    signal,
  )
  if ('failed' in written) return computed(written.failed)
  const narrative = narrativeOf(written, written.model, report)
  return narrative ?? computed(`Of the summary by ${written.model}, no sentence could be traced.`)
}

/** Null without a summary: sections alone are no text. */
function narrativeOf(
  { parts, removed, citations }: GroundedParts,
  model: string,
  report: Unnarrated,
): Narrative | null {
  const summary = parts.find(({ kind }) => kind === 'summary')
  if (!summary) return null
  const sections = parts.flatMap((part) => {
    const title = titleOf(part, report)
    return title === null ? [] : [{ title, sentences: [...part.sentences] }]
  })
  return {
    writer: 'model',
    text: summary.sentences.join(' '),
    model,
    sentencesVerified:
      summary.sentences.length + sections.reduce((sum, { sentences }) => sum + sentences.length, 0),
    sentencesRemoved: removed.length,
    citations: [...citations],
    ...(sections.length > 0 ? { sections } : {}),
  }
}

function titleOf({ kind, finding }: Part, { findings }: Unnarrated): string | null {
  switch (kind) {
    case 'matters':
      return 'What matters most'
    case 'order':
      return 'Order of work'
    case 'incident':
      return findings[(finding ?? 0) - 1]?.title ?? null
    default:
      return null
  }
}
