import type { Fix } from '../../model/finding.ts'
import { counted, formatBytes, formatValue } from '../../model/format.ts'
import type { DatabaseReading } from '../../model/postgres/database.ts'
import { identifier } from '../../model/postgres/identifier.ts'
import { type PostgresReading, settingInBytes, settingNamed } from '../../model/postgres-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { type Seconds, secondsBetween } from '../../model/units.ts'
import { manual, setParameter } from '../fixes.ts'
import { growth, isTooShort, minutes, NO_EARLIER_READING } from '../history.ts'
import { memoryOf } from '../memory-of.ts'
import { type Context, measured, rule, type Verdict } from '../rule.ts'
import { databaseIn, databases, partsOf } from '../subjects.ts'

const WINDOW = minutes(30)

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

const MEBIBYTE = 1024 ** 2
/** What all sorts together may take, and what one may: beyond it a role should be given more by itself. */
const FOR_SORTING = 0.25
const MOST = 256 * MEBIBYTE

/** As much as the memory allows for every connection that is open now, and twice what it is at least. */
function largerWorkMemory(server: PostgresReading, { snapshot }: Context): Fix[] {
  const setting = settingNamed(server, 'work_mem')
  const now = setting ? settingInBytes(setting) : null
  const memory = memoryOf(server, snapshot)
  if (now === null || !memory) return []
  const factor = Number(settingNamed(server, 'hash_mem_multiplier')?.setting ?? 1)
  const each = (memory.bytes * FOR_SORTING) / (Math.max(20, server.connections.used) * factor)
  const proposed = Math.floor(Math.min(each, MOST) / MEBIBYTE)
  return proposed * MEBIBYTE >= now * 2 ? [setParameter('work_mem', `${proposed}MB`)] : []
}

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
        ...largerWorkMemory(one.server, context),
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
    if (grown.by < context.thresholds.standbyConflicts) return 'passed'
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
          `ALTER DATABASE ${identifier(database.name)} CONNECTION LIMIT ${limit * 2};`,
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
