import { z } from 'zod'
import { counted, formatSeconds, formatValue } from '../../../model/format.ts'
import { oneLine, shortened } from '../../../model/plain-text.ts'
import { costliest, statementEvidence } from '../statements.ts'
import { nothing, type Tool, tool } from './tool.ts'

const database = z.string().max(120).optional().describe('name of the PostgreSQL server, as config names it')

const STATEMENTS = 6
const TEXT_CHARACTERS = 200

export const statements: Tool = tool({
  name: 'postgres_statements',
  description: 'The SQL statements that cost most, from pg_stat_statements, with the ids that explain needs.',
  parameters: z.object({ database, by: z.enum(['time', 'calls', 'mean']).default('time') }),
  look({ database: name, by }, { sources: { snapshot } }) {
    const servers = snapshot.databases.filter((each) => name === undefined || each.name === name)
    const known = servers.filter((each) => each.statements !== null)
    if (known.length === 0) return nothing('pg_stat_statements is not there, so no statement is known.')
    const found = known.flatMap((server) =>
      costliest(server, by)
        .slice(0, STATEMENTS)
        .map((statement) => ({ server, statement })),
    )
    return {
      said: found.map(
        ({ server, statement: { queryId, counters, meanSeconds } }) =>
          `Statement ${queryId} of ${server.name}: ${formatSeconds(counters.seconds)} in ${counted(counters.calls, 'call')}, mean ${formatSeconds(meanSeconds)}, ${formatValue(counters.rows, 'count')} rows.`,
      ),
      quoted: found.map(
        ({ statement }) => `${statement.queryId}: ${shortened(oneLine(statement.text), TEXT_CHARACTERS)}`,
      ),
      evidence: found.flatMap(({ server, statement }) => statementEvidence(server, statement)),
    }
  },
})

const PLAN_LINES = 30

export const explainStatement: Tool = tool({
  name: 'postgres_explain',
  description: 'How PostgreSQL would run a statement (EXPLAIN without ANALYZE: it is not run).',
  parameters: z.object({
    database: z.string().max(120),
    statement: z.string().regex(/^-?\d{1,20}$/, 'the id of a statement, as postgres_statements gives it'),
  }),
  async look({ database: name, statement }, { sources: { snapshot, explain } }) {
    const server = snapshot.databases.find((each) => each.name === name)
    if (!server) return nothing(`There is no PostgreSQL ${name}.`)
    const known = server.statements?.top.find(({ queryId }) => queryId === statement)
    if (!known) return nothing(`Statement ${statement} is not among those that cost most.`)
    const plan = await explain(name, known)
    if (plan.kind === 'not-possible') return nothing(`It cannot be explained: ${plan.reason}`)
    return {
      said: [`The plan of statement ${statement} of ${name}, estimated and not run, follows.`],
      quoted: plan.lines.slice(0, PLAN_LINES),
      evidence: [
        {
          label: `plan of statement ${statement}`,
          source: `EXPLAIN on ${name}`,
          at: snapshot.takenAt,
          value: shortened(plan.lines[0] ?? '', TEXT_CHARACTERS),
          unit: 'text',
        },
      ],
    }
  },
})
