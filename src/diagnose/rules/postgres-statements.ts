import { formatBytes, formatRatio, formatSeconds } from '../../model/format.ts'
import { identifier } from '../../model/postgres/identifier.ts'
import type { Statement, StatementCounters } from '../../model/postgres/statements.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING, within } from '../history.ts'
import { type Context, measured, observed, rule, type Subject, type Verdict } from '../rule.ts'
import { databaseIn, databases, partsOf } from '../subjects.ts'

type One = {
  readonly server: PostgresReading
  readonly statement: Statement
  /** Of the last half hour; null before the second reading. */
  readonly sum: Summed | null
}

const UNREAD = { couldNotLook: 'its statements are not tracked' } as const
const WINDOW = minutes(30)
const LONGEST_SHOWN = 300
/** The same in every release and unit that PostgreSQL is built with in practice. */
const BLOCK = 8192

/** One user may have it in several databases, and within functions. */
const keyOf = ({ queryId, userName, databaseName, topLevel }: Statement): string =>
  `${queryId} ${userName}@${databaseName}${topLevel === false ? ' within a function' : ''}`

type Summed = Pick<StatementCounters, 'calls' | 'seconds' | 'tempBlocks' | 'readSeconds'> & { all: number }

/**
 * Each reading knows what was added since the one before, of statements that were new in it too: together they are
 * the last half hour. Null before the second reading.
 */
function lately(server: PostgresReading, context: Context): ((statement: Statement) => Summed) | null {
  const readings = within(context, WINDOW).flatMap((past) => databaseIn(past, server.name)?.statements ?? [])
  const windows = [...new Map(readings.map((read) => [read.readAt, read])).values()].filter(
    ({ windowSeconds }) => windowSeconds !== null,
  )
  if (windows.length === 0) return null
  const all = windows.reduce((sum, { windowExecutionSeconds }) => sum + (windowExecutionSeconds ?? 0), 0)
  const nothing: Summed = { calls: 0, seconds: 0, tempBlocks: 0, readSeconds: 0, all }
  const sums = new Map<string, Summed>()
  for (const { top } of windows) {
    // Of one that a reading has twice, the first counts.
    for (const [key, [first]] of Map.groupBy(top, keyOf)) {
      const counters = first?.window?.counters
      if (!counters) continue
      const sum = sums.get(key) ?? nothing
      sums.set(key, {
        calls: sum.calls + counters.calls,
        seconds: sum.seconds + counters.seconds,
        tempBlocks: sum.tempBlocks + counters.tempBlocks,
        readSeconds: sum.readSeconds + counters.readSeconds,
        all,
      })
    }
  }
  return (statement) => sums.get(keyOf(statement)) ?? nothing
}

const statements = (context: Context): Subject<One | null>[] =>
  databases(context).flatMap((subject): Subject<One | null>[] => {
    const list = subject.value.statements?.top
    if (!list) return [{ target: subject.target, value: null }]
    const sumOf = lately(subject.value, context)
    return partsOf(
      [subject],
      (server): One[] =>
        list.map((statement) => ({ server, statement, sum: sumOf === null ? null : sumOf(statement) })),
      ({ statement }) => keyOf(statement),
    )
  })

const shortened = ({ text }: Statement): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text

const begins = ({ text }: Statement): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** What a person would start with: the plan of the statement with its true numbers. */
const explain = (statement: Statement) =>
  manual(
    'See its plan, with values in place of $1, $2 …',
    `EXPLAIN (ANALYZE, BUFFERS) ${shortened(statement)}`,
  )

export const statementDominates = rule({
  id: 'pg-statement-dominates',
  about: 'postgres',
  looksAt: 'share of all execution time that one statement took in the last 30 minutes',
  subjects: statements,
  check(one, context): Verdict {
    if (!one) return UNREAD
    const { statement, server, sum } = one
    if (!sum) return NO_EARLIER_READING
    const { statementSeconds, statementShare } = context.thresholds
    const share = sum.seconds / Math.max(sum.all, sum.seconds, 1e-9)
    if (sum.calls < 2 || sum.seconds < statementSeconds || share <= statementShare) return 'passed'
    const each = sum.seconds / sum.calls
    const figure = measured(context)
    return {
      severity: 'low',
      title: `One statement takes ${formatRatio(share)} of the time that ${server.name} works: ${begins(statement)}`,
      impact: 'What makes it faster makes the server faster; nothing else would do as much.',
      rootCause: `It was called ${sum.calls} times and took ${formatSeconds(each)} each time.`,
      evidence: [
        figure('its time', sum.seconds, 'seconds', 'pg_stat_statements.total_exec_time'),
        figure('of all', share, 'ratio', 'pg_stat_statements.total_exec_time'),
        figure('calls', sum.calls, 'count', 'pg_stat_statements.calls'),
        figure('each call', each, 'seconds', 'total_exec_time / calls'),
        observed(context)('statement', shortened(statement), 'pg_stat_statements.query'),
      ],
      fixes: [explain(statement)],
    }
  },
})

export const statementSpills = rule({
  id: 'pg-statement-spills',
  about: 'postgres',
  looksAt: 'what one statement wrote to temporary files and read back in the last 30 minutes',
  subjects: statements,
  check(one, context): Verdict {
    if (!one) return UNREAD
    const { statement, server, sum } = one
    if (!sum) return NO_EARLIER_READING
    const moved = sum.tempBlocks * BLOCK
    if (sum.calls === 0 || moved < context.thresholds.tempFileBytes) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `A statement of ${server.name} works in temporary files, ${formatBytes(moved / sum.calls)} written and read back at each call: ${begins(statement)}`,
      impact: 'It takes many times as long as in memory, and the disk is missing to others.',
      rootCause: `Its sort or hash does not fit into work_mem.`,
      evidence: [
        figure(
          'temporary blocks written and read',
          moved,
          'bytes',
          'pg_stat_statements.temp_blks_read + written, × 8 kB',
        ),
        figure('calls', sum.calls, 'count', 'pg_stat_statements.calls'),
        observed(context)('statement', shortened(statement), 'pg_stat_statements.query'),
      ],
      fixes: [
        manual(
          'Give an index for its order, or its role more memory',
          `ALTER ROLE ${identifier(statement.userName)} SET work_mem = '…';`,
        ),
        explain(statement),
      ],
    }
  },
})

export const statementWaitsForDisk = rule({
  id: 'pg-statement-reads',
  about: 'postgres',
  looksAt: 'share of its time that a statement waits for the disk, in the last 30 minutes',
  subjects: statements,
  check(one, context): Verdict {
    if (!one) return UNREAD
    const { statement, server, sum } = one
    if (!sum) return NO_EARLIER_READING
    const { statementSeconds, statementShare } = context.thresholds
    const share = sum.readSeconds / Math.max(sum.seconds, 1e-9)
    if (sum.seconds < statementSeconds || share <= statementShare) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `A statement of ${server.name} waits ${formatRatio(share)} of its time for the disk: ${begins(statement)}`,
      impact: 'It is as slow as the disk, and takes it from others.',
      rootCause:
        'What it reads is in no cache: too much is read for lack of an index, or memory is too small.',
      evidence: [
        figure('reading', sum.readSeconds, 'seconds', 'pg_stat_statements.shared_blk_read_time'),
        figure('its time', sum.seconds, 'seconds', 'pg_stat_statements.total_exec_time'),
        observed(context)('statement', shortened(statement), 'pg_stat_statements.query'),
      ],
      fixes: [explain(statement)],
    }
  },
})

export const statementsEvicted = rule({
  id: 'pg-statements-evicted',
  about: 'postgres',
  looksAt: 'statements that were forgotten for new ones in the last 30 minutes',
  subjects: databases,
  check({ name, statements: read }, context): Verdict {
    if (!read) return UNREAD
    if (read.deallocations === null) return { couldNotLook: 'this version does not count them' }
    const more = growth(context, WINDOW, (past) => databaseIn(past, name)?.statements?.deallocations)
    if (!more) return NO_EARLIER_READING
    if (more.by < context.thresholds.statementEvictions) return 'passed'
    return {
      severity: 'low',
      title: `${name} forgets statements as fast as it counts them`,
      impact: 'What takes the time may be what was just forgotten.',
      rootCause:
        'More kinds of statements come than pg_stat_statements.max holds: names or lists that are written into the text.',
      evidence: [measured(context)('evictions', more.by, 'count', 'pg_stat_statements_info.dealloc')],
      fixes: [
        manual('Hold more of them; it needs a restart', "ALTER SYSTEM SET pg_stat_statements.max = '20000';"),
      ],
    }
  },
})
