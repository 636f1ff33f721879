import type { Evidence } from '../../model/evidence.ts'
import type { AuditEntry } from '../../model/execution.ts'
import { counted, formatMinute } from '../../model/format.ts'
import type { Topic } from './sources.ts'

const ofEntry = ({ at, actor, action, sequence, subject }: AuditEntry): Evidence => ({
  label: `${action} by ${actor}`,
  source: `audit entry ${sequence}`,
  at,
  value: subject,
  unit: 'text',
})

/** "Why was this fix undone?", "Who approved what?" */
export const deeds: Topic = async ({ text, subjects }, { audit, plan, executionOf, snapshot }) => {
  if (/\bwho\b/.test(text) && !/\b(?:approv|appl|und|refus|ran\b|run|chang|click|press|fix|did)/.test(text))
    return null
  if (
    !/\b(?:undone|undo|undid|rolled? back|rollback|reverted?|approv\w+|refus\w+|who|applied|executed|audit|fix(?:es)? (?:was|were|ran|failed|did)|was (?:this|the|that) fix|which fix(?:es)?|last fix)\b/.test(
      text,
    )
  )
    return null
  const wantsUndone = /\b(?:undone|undo|undid|roll\w* back|rollback|revert\w*)\b/.test(text)
  const entries = await audit(200)
  const ids = [...new Set(entries.filter(({ action }) => action !== 'refused').map(({ subject }) => subject))]
  const deedsKnown = (
    await Promise.all(
      ids.slice(0, 40).map(async (id) => ({ plan: await plan(id), execution: await executionOf(id) })),
    )
  ).flatMap(({ plan: known, execution }) =>
    known?.host === snapshot.host ? [{ plan: known, execution }] : [],
  )
  const about = deedsKnown.filter(
    ({ plan: known }) =>
      subjects.length === 0 ||
      subjects.includes(known.target.name) ||
      subjects.some((name) => known.title.includes(name)),
  )
  const fitting = about.filter(({ execution }) => !wantsUndone || execution?.outcome === 'undone')
  const refusals = entries.filter(({ action }) => action === 'refused')
  if (fitting.length === 0) {
    const asked = /\brefus/.test(text) && refusals[0]
    if (asked)
      return {
        kind: 'answered',
        sentences: [
          `The last refusal: ${formatMinute(asked.at)}, asked by ${asked.actor}: ${String(asked.detail.reason ?? '')}`,
        ],
        evidence: [ofEntry(asked)],
      }
    return {
      kind: 'answered',
      sentences: [
        wantsUndone
          ? 'The audit log has no fix that was undone.'
          : entries.length === 0
            ? 'Nothing has been approved, refused or applied yet.'
            : `The audit log has ${counted(entries.length, 'entry', 'entries')}, but no fix of that kind.`,
      ],
      evidence: [
        {
          label: 'entries that were looked at',
          source: 'the audit log',
          at: snapshot.takenAt,
          value: entries.length,
          unit: 'count',
        },
      ],
    }
  }
  return {
    kind: 'answered',
    sentences: fitting
      .slice(0, 3)
      .flatMap(({ plan: known, execution }) => [
        `${known.title}${execution ? `: ${execution.outcome}, approved by ${execution.person} (${formatMinute(execution.startedAt)}).` : ': approved; it has no recorded end.'}`,
        ...(execution ? [execution.message] : []),
        `Expected: ${known.expectation.statement}`,
      ]),
    evidence: fitting.slice(0, 3).flatMap(({ plan: known, execution }) =>
      execution
        ? [
            {
              label: `outcome of ${known.title}`,
              source: `execution ${execution.id}`,
              at: execution.finishedAt,
              value: execution.outcome,
              unit: 'text' as const,
            },
            ...execution.before.map((each) => ({ ...each, label: `${each.label} before` })),
            ...execution.after.map((each) => ({ ...each, label: `${each.label} after` })),
          ]
        : [],
    ),
  }
}
