import type { Evidence } from '../../model/evidence.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'
import type { Topic } from './sources.ts'

const TELLING = /error|fatal|panic|exception|traceback|fail|denied|refused|killed|warn|oom|cannot|timeout/i

/** "What does the log of api say?": its last lines, or those that tell of errors, redacted once more. */
export const logs: Topic = ({ text, subjects }, { snapshot }) => {
  if (!/\blogs?\b|\blogged\b|\berrors? in\b|\bstack ?trace\b/.test(text)) return null
  const tails = snapshot.logs.filter(
    ({ containerName }) => subjects.length === 0 || subjects.includes(containerName),
  )
  const wantsErrors = /\berrors?|fail|warn|wrong|problem/.test(text)
  const lines = tails.flatMap(({ containerName, lines: all }) => {
    const telling = wantsErrors || subjects.length === 0 ? all.filter((line) => TELLING.test(line)) : all
    return telling.slice(-3).map(
      (line): Evidence => ({
        label: `log of ${containerName}`,
        source: `docker logs ${containerName}`,
        at: snapshot.takenAt,
        value: shortened(oneLine(redact(line)), 240),
        unit: 'text',
      }),
    )
  })
  if (lines.length === 0) {
    if (tails.length === 0) {
      return {
        kind: 'unknown',
        sentences: [
          "I don't know: no log was read there. The last lines are read of containers that are not well.",
          `Those of a healthy one are at: docker logs --tail 100 ${subjects[0] ?? '<container>'}`,
        ],
        evidence: [],
      }
    }
    return {
      kind: 'answered',
      sentences: ['The lines that were read tell of no error.'],
      evidence: tails.map(({ containerName, lines: all }) => ({
        label: `lines that were read of ${containerName}`,
        source: `docker logs ${containerName}`,
        at: snapshot.takenAt,
        value: all.length,
        unit: 'count' as const,
      })),
    }
  }
  return {
    kind: 'answered',
    sentences: [
      'The logs say, word for word:',
      ...lines.slice(0, 8).map(({ label, value }) => `${label}: ${JSON.stringify(value)}`),
    ],
    evidence: lines.slice(0, 8),
  }
}
