import { counted, formatBytes, formatRatio, formatSeconds } from '../../model/format.ts'
import {
  type IdleTransaction,
  type PostgresReading,
  settingInBytes,
  settingNamed,
} from '../../model/postgres-reading.ts'
import { manual, setParameter, terminateSession } from '../fixes.ts'
import { memoryOf } from '../memory-of.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { databases, partsOf } from '../subjects.ts'

const GIBIBYTE = 1024 ** 3
const MEBIBYTE = 1024 ** 2

/** PostgreSQL's wiki and pgtune see little gain from more than this when other software shares the machine. */
const SHARED_BUFFERS_MOST = 8 * GIBIBYTE

/** The stock default: there is no gain in less, but where the memory is smaller still. */
const SHARED_BUFFERS_STOCK = 128 * MEBIBYTE

/** In whole steps of 64 MB, of 16 MB below the stock default. */
function inSteps(value: number): number {
  const step = (value < SHARED_BUFFERS_STOCK ? 16 : 64) * MEBIBYTE
  return Math.max(step, Math.floor(value / step) * step)
}

/** Written as PostgreSQL reads it: its MB are 1024² bytes. */
const asMegabytes = (value: number): string => `${value / MEBIBYTE}MB`

export const sharedBuffers = rule({
  id: 'pg-shared-buffers',
  about: 'postgres',
  looksAt: 'shared_buffers against memory',
  subjects: databases,
  check(database, context) {
    const setting = settingNamed(database, 'shared_buffers')
    const buffers = setting ? settingInBytes(setting) : null
    const memory = memoryOf(database, context.snapshot)
    if (!setting || buffers === null) return { couldNotLook: 'shared_buffers was not readable' }
    if (!memory) return { couldNotLook: 'it runs on another machine, whose memory is not known here' }
    const { sharedBuffersLow, sharedBuffersHigh, sharedBuffersProposed } = context.thresholds
    const share = buffers / memory.bytes
    const tooLittle = share < sharedBuffersLow && buffers < SHARED_BUFFERS_MOST / 2
    if (!tooLittle && share <= sharedBuffersHigh) return 'passed'
    const fitting = inSteps(Math.min(memory.bytes * sharedBuffersProposed, SHARED_BUFFERS_MOST))
    const proposed = tooLittle ? Math.max(fitting, SHARED_BUFFERS_STOCK) : fitting
    const helps = tooLittle ? proposed > buffers : proposed < buffers
    const isStock = setting.source === 'default' || buffers === SHARED_BUFFERS_STOCK
    const figure = measured(context)
    return {
      severity: tooLittle ? 'medium' : 'high',
      title: `shared_buffers of ${database.name} is ${formatBytes(buffers)} with ${formatBytes(memory.bytes)} of memory`,
      impact: tooLittle
        ? 'Data that would fit into memory is read again through the kernel. What that costs here has not been measured.'
        : 'Little is left for connections, for sorting and for the page cache, which PostgreSQL relies on.',
      rootCause: tooLittle
        ? `${isStock ? 'The stock default was never changed' : 'It was set low'}: ${formatRatio(share)} of ${memory.whose}.`
        : `It takes ${formatRatio(share)} of ${memory.whose}.`,
      evidence: [
        figure(
          'shared_buffers',
          buffers,
          'bytes',
          `pg_settings.shared_buffers: ${setting.setting} × ${setting.unit}`,
        ),
        figure(memory.whose, memory.bytes, 'bytes', memory.source),
        figure('shared_buffers / memory', share, 'ratio', 'computed from the two'),
      ],
      fixes: [
        helps
          ? setParameter('shared_buffers', asMegabytes(proposed))
          : manual(
              'Choose shared_buffers and the memory together',
              `shared_buffers at about ${formatRatio(sharedBuffersProposed)} of ${memory.whose}`,
            ),
      ],
    }
  },
})

export const connectionsNearLimit = rule({
  id: 'pg-connections',
  about: 'postgres',
  looksAt: 'connections against max_connections',
  subjects: databases,
  check({ name, connections }, context) {
    const open = connections.maximum - connections.reserved
    const share = connections.used / open
    const { thresholds } = context
    if (share <= thresholds.connections) return 'passed'
    const figure = measured(context)
    const mostlyIdle = connections.idle > connections.used / 2
    return {
      severity: share > thresholds.connectionsCritical ? 'critical' : 'high',
      title: `${connections.used} of ${open} connections of ${name} are taken`,
      impact: 'At the limit, every further connection is refused: "sorry, too many clients already".',
      rootCause: mostlyIdle
        ? `${counted(connections.idle, 'connection')} stand idle: the pools of the clients together are larger than the server.`
        : `${counted(connections.active, 'connection')} are at work at the same time.`,
      evidence: [
        figure('connections', connections.used, 'count', 'pg_stat_activity'),
        figure('max_connections', connections.maximum, 'count', 'pg_settings.max_connections'),
        figure(
          'reserved',
          connections.reserved,
          'count',
          'superuser_reserved_connections + reserved_connections',
        ),
        figure('idle', connections.idle, 'count', 'pg_stat_activity.state'),
        figure('active', connections.active, 'count', 'pg_stat_activity.state'),
      ],
      fixes: [
        manual(
          'Make the pools fit: processes × (pool_size + max_overflow) must stay below the limit',
          'SELECT application_name, usename, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC;',
        ),
      ],
    }
  },
})

/** Whose session it is; a process id would make a new finding of every session. */
const clientOf = ({ userName, databaseName, applicationName }: IdleTransaction): string =>
  `${userName}@${databaseName}${applicationName ? ` (${applicationName})` : ''}`

const idleTransactions = (context: Context) =>
  partsOf(
    databases(context),
    (database) =>
      [...Map.groupBy(database.idleTransactions, clientOf)].map(([client, sessions]) => ({
        client,
        sessions,
        database,
      })),
    ({ client }) => client,
  )

const worstFirst = (left: IdleTransaction, right: IdleTransaction): number =>
  right.blockedSessions - left.blockedSessions || right.idleSeconds - left.idleSeconds

/** One that blocks others, or is idle for very long. A lock held for a moment is how transactions work. */
const isStuck = ({ blockedSessions, idleSeconds }: IdleTransaction, { thresholds }: Context): boolean =>
  idleSeconds >= (blockedSessions > 0 ? 10 : thresholds.idleInTransactionSeconds)

export const idleInTransaction = rule({
  id: 'pg-idle-in-transaction',
  about: 'postgres',
  looksAt: 'sessions idle in a transaction',
  subjects: idleTransactions,
  check({ sessions, database }, context): Verdict {
    const stuck = sessions.filter((session) => isStuck(session, context)).toSorted(worstFirst)
    const [session] = stuck
    if (!session) return 'passed'
    const blocks = session.blockedSessions > 0
    const figure = measured(context)
    return {
      severity: blocks ? 'critical' : 'medium',
      title: `A session of ${session.userName} on ${database.name} has been idle in a transaction for ${formatSeconds(session.idleSeconds)}`,
      impact: blocks
        ? `${counted(session.blockedSessions, 'session')} wait for a lock that it holds.`
        : 'It holds its locks, and VACUUM cannot remove what was deleted since.',
      rootCause: `${session.applicationName || `pid ${session.pid}`} began a transaction and neither committed nor rolled back.`,
      evidence: [
        figure('idle in transaction', session.idleSeconds, 'seconds', 'pg_stat_activity.state_change'),
        figure('transaction open', session.transactionSeconds, 'seconds', 'pg_stat_activity.xact_start'),
        figure('sessions it blocks', session.blockedSessions, 'count', 'pg_blocking_pids()'),
        figure('pid', session.pid, 'count', 'pg_stat_activity.pid'),
        figure('sessions of this kind', stuck.length, 'count', 'pg_stat_activity'),
      ],
      fixes: [terminateSession(session.pid), setParameter('idle_in_transaction_session_timeout', '5min')],
    }
  },
})

const isOff = (database: PostgresReading, name: string): boolean =>
  settingNamed(database, name)?.setting === 'off'

export const idleTimeoutOff = rule({
  id: 'pg-idle-timeout-off',
  about: 'postgres',
  looksAt: 'idle_in_transaction_session_timeout',
  subjects: databases,
  check(database, context) {
    const setting = settingNamed(database, 'idle_in_transaction_session_timeout')
    if (!setting) return { couldNotLook: 'the setting was not readable' }
    if (setting.setting !== '0') return 'passed'
    return {
      severity: 'low',
      title: `${database.name} lets a session stay idle in a transaction for ever`,
      impact:
        'One client that hangs between BEGIN and COMMIT holds its locks and holds back VACUUM without end.',
      rootCause: 'idle_in_transaction_session_timeout is 0: off, the stock default.',
      evidence: [
        measured(context)(
          'idle_in_transaction_session_timeout',
          0,
          'seconds',
          'pg_settings.idle_in_transaction_session_timeout',
        ),
      ],
      fixes: [setParameter('idle_in_transaction_session_timeout', '5min')],
    }
  },
})

export const pendingRestart = rule({
  id: 'pg-pending-restart',
  about: 'postgres',
  looksAt: 'settings that wait for a restart',
  subjects: databases,
  check(database, context) {
    // What the command line says is not changed by a restart: the server calls it pending for what the file says.
    const waiting = database.settings.filter(
      ({ pendingRestart: isPending, source }) => isPending && source !== 'command line',
    )
    if (waiting.length === 0) return 'passed'
    const names = waiting.map((setting) => setting.name).join(', ')
    return {
      severity: 'low',
      title: `${database.name} has to be restarted for ${names} to take effect`,
      impact: 'What was changed is not in force yet.',
      rootCause: `${names} can only be set when the server starts.`,
      evidence: waiting.map((setting) =>
        observed(context)(
          setting.name,
          `still ${setting.setting}${setting.unit ? ` × ${setting.unit}` : ''}`,
          'pg_settings.pending_restart',
        ),
      ),
      fixes: [
        manual('Restart at a quiet time', 'pg_ctl restart -m fast, or: docker restart <its container>'),
      ],
    }
  },
})

export const durabilityOff = rule({
  id: 'pg-durability-off',
  about: 'postgres',
  looksAt: 'fsync and full_page_writes',
  subjects: databases,
  check(database, context) {
    const off = ['fsync', 'full_page_writes'].filter((name) => isOff(database, name))
    if (off.length === 0) return 'passed'
    return {
      severity: 'critical',
      title: `${off.join(' and ')} of ${database.name} ${off.length === 1 ? 'is' : 'are'} off`,
      impact:
        'A power failure or a crash of the machine can destroy the whole database cluster beyond repair.',
      rootCause:
        'Somebody traded durability for speed; synchronous_commit = off gives most of the speed without that danger.',
      evidence: off.map((name) => observed(context)(name, 'off', `pg_settings.${name}`)),
      fixes: off.map((name) => setParameter(name, 'on')),
    }
  },
})

export const autovacuumOff = rule({
  id: 'pg-autovacuum-off',
  about: 'postgres',
  looksAt: 'autovacuum',
  subjects: databases,
  check(database, context) {
    if (!isOff(database, 'autovacuum')) return 'passed'
    return {
      severity: 'high',
      title: `autovacuum of ${database.name} is off`,
      impact:
        'Tables and indexes grow with dead rows, plans go wrong with old statistics, and in the end the server stops to avoid wraparound.',
      rootCause: 'autovacuum = off in the configuration.',
      evidence: [observed(context)('autovacuum', 'off', 'pg_settings.autovacuum')],
      fixes: [setParameter('autovacuum', 'on')],
    }
  },
})
