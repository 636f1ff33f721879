import type { Evidence } from '../../model/evidence.ts'
import { counted, formatRatio, formatSeconds } from '../../model/format.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Statement } from '../../model/postgres/statements.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import type { Topic } from './sources.ts'

const ORDER = {
  time: ({ counters }) => counters.seconds,
  calls: ({ counters }) => counters.calls,
  mean: ({ meanSeconds }) => meanSeconds,
} satisfies Record<string, (statement: Statement) => number>

/** The most costly first, since the statistics of the server were reset. */
export const costliest = ({ statements }: PostgresReading, by: keyof typeof ORDER): Statement[] =>
  (statements?.top ?? []).toSorted((left, right) => ORDER[by](right) - ORDER[by](left))

export const statementEvidence = (
  { name, statements }: PostgresReading,
  { queryId, counters, meanSeconds }: Statement,
): Evidence[] => {
  if (!statements) return []
  const origin = (label: string) => ({
    label: `${label} of statement ${queryId}`,
    source: `pg_stat_statements of ${name}`,
    at: statements.readAt,
  })
  return [
    { ...origin('execution time'), value: counters.seconds, unit: 'seconds' },
    { ...origin('calls'), value: counters.calls, unit: 'count' },
    { ...origin('mean time'), value: meanSeconds, unit: 'seconds' },
  ]
}

const SHOWN = 5
const TEXT_CHARACTERS = 160

/** "Which statements cost most?" */
export const statementCost: Topic = ({ text, subjects }, { snapshot }) => {
  if (!/\b(?:statements?|quer(?:y|ies)|sql)\b/.test(text) || /\bexplain\b/.test(text)) return null
  const own = snapshot.databases.filter(({ name }) => subjects.includes(name))
  const servers = own.length > 0 ? own : snapshot.databases
  if (servers.length === 0) return null
  const known = servers.filter(({ statements }) => statements !== null)
  if (known.length === 0) {
    return {
      kind: 'unknown',
      sentences: [
        `I don't know: the statements of PostgreSQL ${servers.map(({ name }) => name).join(', ')} are not collected.`,
        "Set shared_preload_libraries = 'pg_stat_statements', restart the server, and run CREATE EXTENSION pg_stat_statements in its database.",
      ],
      evidence: [],
    }
  }
  const by = /\b(?:often|frequent\w*|calls?|called)\b/.test(text)
    ? 'calls'
    : /\b(?:slow(?:est)?|longest|mean|average)\b/.test(text)
      ? 'mean'
      : 'time'
  const all = known.flatMap((server) => {
    const top = costliest(server, by)
    const total = top.reduce((sum, { counters }) => sum + counters.seconds, 0)
    return top.slice(0, SHOWN).map((statement) => ({ server, statement, total }))
  })
  if (all.length === 0) return null
  return {
    kind: 'answered',
    sentences: [
      `The statements that ${{ time: 'take most time', calls: 'are called most', mean: 'take longest each time' }[by]}, since the statistics were reset:`,
      ...all.map(
        ({ server, statement: { queryId, counters, meanSeconds, text: sql }, total }) =>
          `${server.name} ${queryId}: ${formatSeconds(counters.seconds)} in ${counted(counters.calls, 'call')}, mean ${formatSeconds(meanSeconds)}${total > 0 ? `, ${formatRatio(counters.seconds / total)} of what the costliest take together` : ''}: ${shortened(oneLine(sql), TEXT_CHARACTERS)}`,
      ),
    ],
    evidence: all.flatMap(({ server, statement }) => statementEvidence(server, statement).slice(0, 2)),
  }
}
