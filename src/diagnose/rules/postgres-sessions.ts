import { counted, formatSeconds } from '../../model/format.ts'
import type { BlockingTree } from '../../model/postgres/sessions.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import { manual } from '../fixes.ts'
import { minutes, unlessHeld } from '../history.ts'
import { measured, observed, rule, type Verdict } from '../rule.ts'
import { databaseIn, databases, partsOf } from '../subjects.ts'

/** What idle-in-transaction finds already. */
const isIdle = ({ root }: BlockingTree): boolean => root?.state?.startsWith('idle in transaction') ?? false

export const blocking = rule({
  id: 'pg-blocking',
  about: 'postgres',
  looksAt: 'sessions that wait for a lock',
  subjects: databases,
  check(database, context): Verdict {
    if (!database.blocking) return { couldNotLook: 'who blocks whom is not readable' }
    const { blockedSeconds, blockedSecondsCritical } = context.thresholds
    const [worst] = database.blocking
      .filter((tree) => !isIdle(tree) && tree.longestWaitSeconds > blockedSeconds)
      .toSorted((left, right) => right.victims - left.victims)
    if (!worst) return 'passed'
    const { root, victims, longestWaitSeconds } = worst
    const who = root ? `pid ${root.pid} (${root.userName}@${root.databaseName})` : 'A prepared transaction'
    const figure = measured(context)
    return {
      severity: longestWaitSeconds > blockedSecondsCritical ? 'critical' : 'high',
      title: `${counted(victims, 'session')} of ${database.name} ${victims === 1 ? 'waits' : 'wait'} for a lock, for up to ${formatSeconds(longestWaitSeconds)}`,
      impact: 'They answer nobody and hold their own locks and connections meanwhile.',
      rootCause: root
        ? `${who} holds it and runs for ${formatSeconds(root.querySeconds ?? root.transactionSeconds ?? 0)}.`
        : `${who} holds it: nobody has committed or rolled it back.`,
      evidence: [
        figure('waiting sessions', victims, 'count', 'pg_blocking_pids()'),
        figure('longest wait', longestWaitSeconds, 'seconds', 'pg_locks.waitstart'),
        ...(root
          ? [observed(context)(`statement of pid ${root.pid}`, root.query, 'pg_stat_activity.query')]
          : []),
      ],
      fixes: root
        ? [
            manual('Cancel its statement', `SELECT pg_cancel_backend(${root.pid});`),
            manual('If that does not help, end it', `SELECT pg_terminate_backend(${root.pid});`),
          ]
        : [
            manual(
              'Find it',
              'SELECT gid, prepared, owner, database FROM pg_prepared_xacts ORDER BY prepared;',
            ),
          ],
    }
  },
})

export const longTransaction = rule({
  id: 'pg-long-transaction',
  about: 'postgres',
  looksAt: 'how long transactions are at work',
  subjects: databases,
  check(database, context): Verdict {
    if (!database.longestTransactions) return { couldNotLook: 'sessions are not readable' }
    const most = context.thresholds.transactionSeconds
    const session = database.longestTransactions.find(
      ({ backendType, state, transactionSeconds }) =>
        backendType === 'client backend' && state === 'active' && (transactionSeconds ?? 0) > most,
    )
    if (!session) return 'passed'
    const { pid, transactionSeconds, xminAge, applicationName } = session
    const isBackup = applicationName === 'pg_dump'
    return {
      severity: isBackup ? 'low' : 'medium',
      title: `A transaction of ${session.userName} on ${database.name} has run for ${formatSeconds(transactionSeconds ?? 0)}`,
      impact: 'VACUUM cannot remove anywhere what was deleted since it began.',
      rootCause: isBackup
        ? 'A dump of a large database.'
        : `${applicationName || `pid ${pid}`} does much in one transaction.`,
      evidence: [
        measured(context)('transaction', transactionSeconds ?? 0, 'seconds', 'pg_stat_activity.xact_start'),
        ...(xminAge === null
          ? []
          : [measured(context)('age of its snapshot', xminAge, 'count', 'age(backend_xmin)')]),
        observed(context)('statement', session.query, 'pg_stat_activity.query'),
      ],
      fixes: [manual('If it is not wanted, cancel it', `SELECT pg_cancel_backend(${pid});`)],
    }
  },
})

export const preparedOrphaned = rule({
  id: 'pg-prepared-transaction',
  about: 'postgres',
  looksAt: 'prepared transactions that nobody ends',
  subjects: databases,
  check(database, context): Verdict {
    if (!database.preparedTransactions) return { couldNotLook: 'prepared transactions are not readable' }
    const old = database.preparedTransactions.filter(
      ({ ageSeconds }) => ageSeconds > context.thresholds.preparedSeconds,
    )
    const [oldest] = old.toSorted((left, right) => right.ageSeconds - left.ageSeconds)
    if (!oldest) return 'passed'
    return {
      severity: 'high',
      title: `A prepared transaction of ${database.name} has been open for ${formatSeconds(oldest.ageSeconds)}`,
      impact: 'It holds its locks over restarts, and VACUUM cannot remove what was deleted since.',
      rootCause: 'The transaction manager that prepared it never committed or rolled it back.',
      evidence: [
        observed(context)('name', oldest.name, 'pg_prepared_xacts.gid'),
        measured(context)('age', oldest.ageSeconds, 'seconds', 'pg_prepared_xacts.prepared'),
      ],
      fixes: [
        manual(
          'Ask whoever prepared it, then end it',
          `ROLLBACK PREPARED '${oldest.name.replaceAll("'", "''")}';`,
        ),
      ],
    }
  },
})

const waitingOn = (reading: PostgresReading | undefined, type: string): number | null =>
  reading?.waitEvents
    ? reading.waitEvents.filter((wait) => wait.type === type).reduce((sum, { sessions }) => sum + sessions, 0)
    : null

const WAITS: Readonly<Record<string, string>> = {
  LWLock:
    'They contend for the same structure in memory: a hot page, the WAL, or too many connections at once.',
  IO: 'The disk is slower than what they ask of it.',
  BufferPin: 'Another session holds the page that they need.',
}

export const waits = rule({
  id: 'pg-waits',
  about: 'postgres',
  looksAt: 'how many sessions wait for the same kind of thing, for five minutes',
  subjects: (context) =>
    partsOf(
      databases(context),
      (database) => Object.keys(WAITS).map((type) => ({ type, database })),
      ({ type }) => type,
    ),
  check({ type, database }, context): Verdict {
    const waiting = waitingOn(database, type)
    if (waiting === null) return { couldNotLook: 'what sessions wait for is not readable' }
    const many = Math.max(8, 2 * (context.snapshot.machine?.cpu.count ?? 0))
    if (waiting < many) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const then = waitingOn(databaseIn(past, database.name), type)
      return then === null ? null : then >= many
    })
    if (verdict) return verdict
    return {
      severity: 'medium',
      title: `${waiting} sessions of ${database.name} wait for ${type}`,
      impact: 'They do not work meanwhile.',
      rootCause: WAITS[type] ?? '',
      evidence: [measured(context)('sessions', waiting, 'count', 'pg_stat_activity.wait_event_type')],
      fixes: [
        manual(
          'See for what',
          `SELECT wait_event, count(*) FROM pg_stat_activity WHERE wait_event_type = '${type}' GROUP BY 1;`,
        ),
      ],
    }
  },
})
