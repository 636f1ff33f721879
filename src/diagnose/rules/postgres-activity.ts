import { counted, formatBytes, formatSeconds, formatValue } from '../../model/format.ts'
import type { DatabaseReading } from '../../model/postgres/database.ts'
import type { BlockingTree } from '../../model/postgres/sessions.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { type Seconds, secondsBetween } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { growth, isTooShort, minutes, NO_EARLIER_READING, unlessHeld } from '../history.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { databaseIn, databases, partsOf } from '../subjects.ts'

const WINDOW = minutes(30)

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

type One = { readonly server: PostgresReading; readonly database: DatabaseReading }

const each = (context: Context) =>
  partsOf(
    databases(context),
    (server): One[] => server.databases.map((database) => ({ server, database })),
    ({ database }) => database.name,
  )

const oneIn = (snapshot: Snapshot, { server, database }: One): DatabaseReading | undefined =>
  databaseIn(snapshot, server.name)?.databases.find(({ name }) => name === database.name)

const grownBy = (one: One, context: Context, counter: 'deadlocks' | 'tempBytes' | 'sessions' | 'conflicts') =>
  growth(context, WINDOW, (past) => oneIn(past, one)?.counters[counter])

export const deadlocks = rule({
  id: 'pg-deadlocks',
  about: 'postgres',
  looksAt: 'deadlocks in the last 30 minutes',
  subjects: each,
  check(one, context): Verdict {
    const grown = grownBy(one, context, 'deadlocks')
    if (!grown) return NO_EARLIER_READING
    if (grown.by < context.thresholds.deadlocks) return 'passed'
    return {
      severity: 'medium',
      title: `${counted(grown.by, 'deadlock')} in database ${one.database.name}`,
      impact: 'Each ended a transaction with an error, after a second of standing still.',
      rootCause: 'Transactions take the same locks in different order.',
      evidence: [measured(context)('deadlocks', grown.by, 'count', 'pg_stat_database.deadlocks')],
      fixes: [
        manual(
          'Its log names both statements; lock rows in one order',
          "grep -A8 'deadlock detected' <its log>",
        ),
      ],
    }
  },
})

export const temporaryFiles = rule({
  id: 'pg-temp-files',
  about: 'postgres',
  looksAt: 'temporary files in the last 30 minutes',
  subjects: each,
  check(one, context): Verdict {
    const grown = grownBy(one, context, 'tempBytes')
    if (!grown) return NO_EARLIER_READING
    if (grown.by < context.thresholds.tempFileBytes) return 'passed'
    return {
      severity: 'medium',
      title: `Database ${one.database.name} wrote ${formatBytes(grown.by)} of temporary files`,
      impact: 'What is sorted on disk takes many times longer, and the disk is missing to others.',
      rootCause: 'Statements sort or join more than work_mem holds.',
      evidence: [
        measured(context)('temporary files', grown.by, 'bytes', 'pg_stat_database.temp_bytes'),
        measured(context)('within', grown.over, 'seconds', 'pg_stat_database.temp_bytes'),
      ],
      fixes: [
        manual(
          'Find the statements, then give them an index or their role more work_mem',
          'SELECT query, temp_blks_written FROM pg_stat_statements ORDER BY 2 DESC LIMIT 5;',
        ),
      ],
    }
  },
})

export const noPool = rule({
  id: 'pg-new-connections',
  about: 'postgres',
  looksAt: 'connections made anew, in the last 30 minutes',
  subjects: each,
  check(one, context): Verdict {
    if (one.database.counters.sessions === null) return { couldNotLook: 'this version does not count them' }
    const grown = grownBy(one, context, 'sessions')
    if (!grown || isTooShort(grown.over, minutes(10))) return NO_EARLIER_READING
    const rate = grown.by / grown.over
    if (rate <= context.thresholds.newSessions) return 'passed'
    return {
      severity: 'low',
      title: `Database ${one.database.name} gets ${formatValue(rate, 'per_second')} new connections`,
      impact: 'Each starts a process and signs in, for milliseconds before any work.',
      rootCause: 'A client connects for each request, without a pool.',
      evidence: [measured(context)('new sessions', rate, 'per_second', 'pg_stat_database.sessions')],
      fixes: [
        manual('Keep connections open in the client, or put PgBouncer in front', 'pool_mode = transaction'),
      ],
    }
  },
})

export const standbyConflicts = rule({
  id: 'pg-standby-conflicts',
  about: 'postgres',
  looksAt: 'queries that recovery cancelled, in the last 30 minutes',
  subjects: each,
  check(one, context): Verdict {
    const grown = grownBy(one, context, 'conflicts')
    if (!grown) return NO_EARLIER_READING
    if (grown.by < context.thresholds.deadlocks) return 'passed'
    return {
      severity: 'low',
      title: `Recovery cancelled ${counted(grown.by, 'query', 'queries')} on the standby, database ${one.database.name}`,
      impact: 'Their clients got "canceling statement due to conflict with recovery".',
      rootCause: 'They read for longer than max_standby_streaming_delay what the primary had removed.',
      evidence: [measured(context)('cancelled', grown.by, 'count', 'pg_stat_database.conflicts')],
      fixes: [
        manual(
          'Let the primary know what is read',
          'on the standby: ALTER SYSTEM SET hot_standby_feedback = on;',
        ),
      ],
    }
  },
})

export const databaseConnections = rule({
  id: 'pg-database-connections',
  about: 'postgres',
  looksAt: 'connections of a database against its own limit',
  subjects: (context) => each(context).filter(({ value }) => (value.database.connectionLimit ?? 0) > 0),
  check({ database }, context): Verdict {
    const limit = database.connectionLimit ?? 0
    if (database.connections / limit <= context.thresholds.connections) return 'passed'
    const figure = measured(context)
    return {
      severity: 'high',
      title: `${database.connections} of ${limit} connections of database ${database.name} are taken`,
      impact: 'At the limit further ones are refused: "too many connections for database".',
      rootCause: 'The database has a limit of its own, and its pools together are as large.',
      evidence: [
        figure('connections', database.connections, 'count', 'pg_stat_database.numbackends'),
        figure('limit', limit, 'count', 'pg_database.datconnlimit'),
      ],
      fixes: [
        manual(
          'Raise it, or make the pools smaller',
          `ALTER DATABASE "${database.name}" CONNECTION LIMIT ${limit * 2};`,
        ),
      ],
    }
  },
})

export const checksumFailures = rule({
  id: 'pg-checksum-failures',
  about: 'postgres',
  looksAt: 'pages that were not what was written',
  subjects: each,
  check({ database }, context): Verdict {
    const { checksumFailures: failures } = database.counters
    if (failures === null) return { couldNotLook: 'data checksums are off' }
    if (failures === 0) return 'passed'
    const last: Seconds | null =
      database.lastChecksumFailureAt &&
      secondsBetween(database.lastChecksumFailureAt, context.snapshot.takenAt)
    return {
      severity: 'critical',
      title: `${counted(failures, 'page')} of database ${database.name} ${failures === 1 ? 'is' : 'are'} damaged`,
      impact: 'What stood in them is lost, or wrong; reading them ends with an error.',
      rootCause: 'The disk, its controller or the memory gave back something else than was written.',
      evidence: [
        measured(context)('failed checksums', failures, 'count', 'pg_stat_database.checksum_failures'),
        ...(last === null
          ? []
          : [measured(context)('last one before', last, 'seconds', 'checksum_last_failure')]),
      ],
      fixes: [
        manual(
          'Save what can be read, restore the rest from a backup',
          'pg_amcheck; its log names the file of each page',
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
    const many = Math.max(4, context.snapshot.machine?.cpu.count ?? 0)
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
