import { formatBytes, formatRatio } from '../../model/format.ts'
import { type PostgresReading, settingInBytes, settingNamed } from '../../model/postgres-reading.ts'
import { manual, setParameter } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING } from '../history.ts'
import { memoryOf } from '../memory-of.ts'
import { measured, observed, rule, type Verdict } from '../rule.ts'
import { databaseIn, databases } from '../subjects.ts'

const MEBIBYTE = 1024 ** 2
const GIBIBYTE = 1024 ** 3

const bytesOf = (database: PostgresReading, name: string): number | null => {
  const setting = settingNamed(database, name)
  return setting ? settingInBytes(setting) : null
}

const UNREADABLE = { couldNotLook: 'the setting was not readable' } as const
const REMOTE = { couldNotLook: 'it runs on another machine, whose memory is not known here' } as const

export const workMemory = rule({
  id: 'pg-work-mem',
  about: 'postgres',
  looksAt: 'work_mem times the connections that are in use, against memory',
  subjects: databases,
  check(database, context): Verdict {
    const work = bytesOf(database, 'work_mem')
    const memory = memoryOf(database, context.snapshot)
    if (work === null) return UNREADABLE
    if (!memory) return REMOTE
    const factor = Number(settingNamed(database, 'hash_mem_multiplier')?.setting ?? 1)
    // What max_connections would allow never comes to pass: what is open now can.
    const possible = work * factor * database.connections.used
    if (possible <= memory.bytes) return 'passed'
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${database.connections.used} connections of ${database.name} may each sort in ${formatBytes(work)}`,
      impact: 'If they did at once, the machine would run out of memory.',
      rootCause: `Together that is more than ${memory.whose}; a statement may even use it several times.`,
      evidence: [
        figure('work_mem', work, 'bytes', 'pg_settings.work_mem'),
        figure('hash_mem_multiplier', factor, 'count', 'pg_settings.hash_mem_multiplier'),
        figure('connections', database.connections.used, 'count', 'pg_stat_activity'),
        figure(memory.whose, memory.bytes, 'bytes', memory.source),
      ],
      fixes: [
        setParameter('work_mem', `${Math.max(4, Math.floor(work / 4 / MEBIBYTE))}MB`),
        manual('More only where it is needed', "ALTER ROLE <reporting role> SET work_mem = '…';"),
      ],
    }
  },
})

export const cacheSize = rule({
  id: 'pg-effective-cache-size',
  about: 'postgres',
  looksAt: 'effective_cache_size against memory',
  subjects: databases,
  check(database, context): Verdict {
    const size = bytesOf(database, 'effective_cache_size')
    const memory = memoryOf(database, context.snapshot)
    if (size === null) return UNREADABLE
    if (!memory) return REMOTE
    const share = size / memory.bytes
    // The documentation calls for what the kernel and the server can cache: half to three quarters.
    if (share >= 0.25 && share <= 1) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `${database.name} plans as if ${formatBytes(size)} were cached`,
      impact:
        share > 1
          ? 'Index scans look cheaper to it than they are.'
          : 'Index scans look dearer to it than they are.',
      rootCause: `effective_cache_size is ${formatRatio(share)} of ${memory.whose}.`,
      evidence: [
        figure('effective_cache_size', size, 'bytes', 'pg_settings.effective_cache_size'),
        figure(memory.whose, memory.bytes, 'bytes', memory.source),
      ],
      fixes: [setParameter('effective_cache_size', `${Math.floor((memory.bytes * 0.6) / MEBIBYTE)}MB`)],
    }
  },
})

/** What VACUUM and CREATE INDEX may take: a sixteenth of the memory, and more than 2 GiB helps few. */
const MAINTENANCE_SHARE = 1 / 16
const MAINTENANCE_MOST = 2 * GIBIBYTE

export const maintenanceMemory = rule({
  id: 'pg-maintenance-memory',
  about: 'postgres',
  looksAt: 'maintenance_work_mem against memory and the largest tables',
  subjects: databases,
  check(database, context): Verdict {
    const now = bytesOf(database, 'maintenance_work_mem')
    const memory = memoryOf(database, context.snapshot)
    if (now === null) return UNREADABLE
    if (!memory) return REMOTE
    const tables = database.catalogue?.tables ?? []
    const indexes = Math.max(0, ...tables.map(({ indexBytes }) => indexBytes ?? 0))
    const proposed =
      Math.floor(Math.min(memory.bytes * MAINTENANCE_SHARE, MAINTENANCE_MOST) / (64 * MEBIBYTE)) *
      64 *
      MEBIBYTE
    // Where the largest index is no larger, more memory would stand unused.
    if (indexes <= now * 4 || proposed < now * 2) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `${database.name} builds and cleans large indexes in ${formatBytes(now)}`,
      impact: 'VACUUM goes through them several times, and building one sorts on disk.',
      rootCause: `maintenance_work_mem is ${formatBytes(now)}, the stock default or near it.`,
      evidence: [
        figure('maintenance_work_mem', now, 'bytes', 'pg_settings.maintenance_work_mem'),
        figure('indexes of the largest table', indexes, 'bytes', 'pg_indexes_size()'),
        figure(memory.whose, memory.bytes, 'bytes', memory.source),
      ],
      fixes: [setParameter('maintenance_work_mem', `${proposed / MEBIBYTE}MB`)],
    }
  },
})

export const manyConnections = rule({
  id: 'pg-max-connections',
  about: 'postgres',
  looksAt: 'max_connections',
  subjects: databases,
  check({ name, connections }, context): Verdict {
    if (connections.maximum <= context.thresholds.maximumConnections) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `${name} allows ${connections.maximum} connections`,
      impact: 'So many at work at once are slower than fewer that take turns.',
      rootCause: 'Each is a process; max_connections was raised where a pooler would have helped.',
      evidence: [
        figure('max_connections', connections.maximum, 'count', 'pg_settings.max_connections'),
        figure('connections', connections.used, 'count', 'pg_stat_activity'),
      ],
      fixes: [manual('Put a pooler in front', 'PgBouncer, pool_mode = transaction')],
    }
  },
})

export const randomPageCost = rule({
  id: 'pg-random-page-cost',
  about: 'postgres',
  looksAt: 'random_page_cost against the disks of this host',
  subjects: databases,
  check(database, context): Verdict {
    const setting = settingNamed(database, 'random_page_cost')
    if (!setting) return UNREADABLE
    const disks = context.snapshot.machine?.disks ?? []
    if (!database.onThisHost || disks.length === 0 || disks.some(({ rotational }) => rotational === null))
      return { couldNotLook: 'what its disks are is not known' }
    if (disks.some(({ rotational }) => rotational) || Number(setting.setting) < 4) return 'passed'
    return {
      severity: 'low',
      title: `${database.name} plans as if its solid-state disks turned`,
      impact: 'It reads whole tables where an index would be faster.',
      rootCause: 'random_page_cost is 4, the stock default for turning disks.',
      evidence: [
        observed(context)('random_page_cost', setting.setting, 'pg_settings.random_page_cost'),
        observed(context)(
          'disks',
          disks.map(({ device }) => device).join(', '),
          '/sys/block/*/queue/rotational',
        ),
      ],
      fixes: [setParameter('random_page_cost', '1.1')],
    }
  },
})

/** Checkpoints that were asked for in half an hour, so that a bulk load alone makes no finding. */
const MANY_CHECKPOINTS = 6

export const checkpointsRequested = rule({
  id: 'pg-checkpoints',
  about: 'postgres',
  looksAt: 'checkpoints that did not wait for their time, in the last 30 minutes',
  subjects: databases,
  check(database, context): Verdict {
    const grown = (counter: 'requestedCheckpoints' | 'timedCheckpoints') =>
      growth(context, minutes(30), (past) => databaseIn(past, database.name)?.checkpoints?.counters[counter])
    const [requested, timed] = [grown('requestedCheckpoints'), grown('timedCheckpoints')]
    if (!database.checkpoints) return { couldNotLook: 'checkpoints are not readable' }
    if (!requested || !timed) return NO_EARLIER_READING
    if (requested.by < MANY_CHECKPOINTS || requested.by <= timed.by) return 'passed'
    const size = bytesOf(database, 'max_wal_size')
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${database.name} makes a checkpoint before its time again and again`,
      impact: 'Each writes all that changed, and pages are written to the WAL in full again after it.',
      rootCause: 'More WAL is written within checkpoint_timeout than max_wal_size holds.',
      evidence: [
        figure('requested checkpoints', requested.by, 'count', 'pg_stat_checkpointer.num_requested'),
        figure('timed checkpoints', timed.by, 'count', 'pg_stat_checkpointer.num_timed'),
        ...(size === null ? [] : [figure('max_wal_size', size, 'bytes', 'pg_settings.max_wal_size')]),
      ],
      fixes: [setParameter('max_wal_size', `${Math.max(4, Math.ceil(((size ?? 0) * 4) / GIBIBYTE))}GB`)],
    }
  },
})

export const blindSettings = rule({
  id: 'pg-blind',
  about: 'postgres',
  looksAt: 'settings without which its troubles leave no trace',
  subjects: databases,
  check(database, context): Verdict {
    const wanted = ['track_io_timing', 'log_lock_waits', 'track_activities']
    const read = wanted.flatMap((name) => settingNamed(database, name) ?? [])
    if (read.length === 0) return UNREADABLE
    const off = read.filter(({ setting }) => setting === 'off')
    if (off.length === 0) return 'passed'
    const names = off.map(({ name }) => name).join(' and ')
    return {
      severity: 'low',
      title: `${database.name} does not record what would explain its slowness`,
      impact: 'How long it waited for disks and for locks is not known afterwards.',
      rootCause: `${names} ${off.length === 1 ? 'is' : 'are'} off.`,
      evidence: off.map(({ name }) => observed(context)(name, 'off', `pg_settings.${name}`)),
      fixes: off.map(({ name }) =>
        manual(`Set ${name}`, `ALTER SYSTEM SET ${name} = on; SELECT pg_reload_conf();`),
      ),
    }
  },
})

export const statementsUntracked = rule({
  id: 'pg-statements-untracked',
  about: 'postgres',
  looksAt: 'whether pg_stat_statements is there',
  subjects: databases,
  check(database, context): Verdict {
    if (database.statements) return 'passed'
    const extensions = database.catalogue?.extensions ?? null
    if (extensions === null) return { couldNotLook: 'its extensions are not readable' }
    // It is there and could not be read: a gap says why.
    if (extensions.some(({ name }) => name === 'pg_stat_statements')) return 'passed'
    return {
      severity: 'low',
      title: `Which statements of ${database.name} take the time is not known`,
      impact: 'A slow statement can only be found while it runs.',
      rootCause: `pg_stat_statements is not installed in database ${database.catalogue?.database}.`,
      evidence: [
        observed(context)(
          'extensions',
          extensions.map(({ name }) => name).join(', ') || 'none',
          'pg_extension',
        ),
      ],
      fixes: [
        manual(
          'Install it; the first needs a restart',
          "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; then: CREATE EXTENSION pg_stat_statements;",
        ),
      ],
    }
  },
})

export const oldPasswords = rule({
  id: 'pg-password-md5',
  about: 'postgres',
  looksAt: 'password_encryption',
  subjects: databases,
  check(database, context): Verdict {
    const setting = settingNamed(database, 'password_encryption')
    if (!setting) return UNREADABLE
    if (setting.setting === 'scram-sha-256') return 'passed'
    return {
      severity: 'low',
      title: `${database.name} keeps new passwords as MD5`,
      impact: 'Who sees a hash can sign in with it; PostgreSQL is going to drop it.',
      rootCause: `password_encryption is ${setting.setting}.`,
      evidence: [
        observed(context)('password_encryption', setting.setting, 'pg_settings.password_encryption'),
      ],
      fixes: [
        manual('Set it', "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf();"),
        manual('Then set each password anew', '\\password <role>'),
      ],
    }
  },
})

export const trackCountsOff = rule({
  id: 'pg-track-counts-off',
  about: 'postgres',
  looksAt: 'track_counts, without which autovacuum is blind',
  subjects: databases,
  check(database, context): Verdict {
    const setting = settingNamed(database, 'track_counts')
    if (!setting) return UNREADABLE
    if (setting.setting !== 'off') return 'passed'
    return {
      severity: 'high',
      title: `autovacuum of ${database.name} does not know what to do`,
      impact: 'Tables grow with dead rows, and plans go wrong with old statistics.',
      rootCause: 'track_counts is off: nobody counts the rows that change.',
      evidence: [observed(context)('track_counts', 'off', 'pg_settings.track_counts')],
      fixes: [manual('Set it', 'ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf();')],
    }
  },
})
