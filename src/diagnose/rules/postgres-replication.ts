import { formatBytes, formatSeconds } from '../../model/format.ts'
import { settingInBytes, settingNamed } from '../../model/postgres-reading.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING, unlessHeld } from '../history.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { databaseIn, databases, partsOf } from '../subjects.ts'

const UNREAD = { couldNotLook: 'replication is not readable' } as const

export const replicaLag = rule({
  id: 'pg-replica-lag',
  about: 'postgres',
  looksAt: 'how far standbys are behind, for five minutes',
  subjects: databases,
  check(database, context): Verdict {
    if (!database.standbys) return UNREAD
    const most = context.thresholds.replayLagSeconds
    const lag = ({ replayLagSeconds }: { replayLagSeconds: number | null }) => replayLagSeconds ?? 0
    const [worst] = database.standbys.toSorted((left, right) => lag(right) - lag(left))
    if (!worst || lag(worst) <= most) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const before = databaseIn(past, database.name)?.standbys
      return before
        ? before.some((each) => each.applicationName === worst.applicationName && lag(each) > most)
        : null
    })
    if (verdict) return verdict
    const figure = measured(context)
    return {
      severity: 'high',
      title: `Standby ${worst.applicationName} of ${database.name} is ${formatSeconds(lag(worst))} behind`,
      impact: 'Who reads there gets old data, and a failover would lose or wait for so much.',
      rootCause:
        (worst.sentLagBytes ?? 0) > (worst.replayLagBytes ?? 0) / 2
          ? 'The WAL does not get there: the network is too slow.'
          : 'The WAL gets there and is not replayed: its disk is too slow, or a query there holds it up.',
      evidence: [
        figure('replay lag', lag(worst), 'seconds', 'pg_stat_replication.replay_lag'),
        ...(worst.replayLagBytes === null
          ? []
          : [figure('not replayed', worst.replayLagBytes, 'bytes', 'pg_stat_replication.replay_lsn')]),
        ...(worst.sentLagBytes === null
          ? []
          : [figure('not sent', worst.sentLagBytes, 'bytes', 'pg_stat_replication.sent_lsn')]),
      ],
      fixes: [
        manual(
          'See what holds it up on the standby',
          "SELECT pid, now() - xact_start, query FROM pg_stat_activity WHERE state <> 'idle' ORDER BY 2 DESC;",
        ),
      ],
    }
  },
})

export const standbyGone = rule({
  id: 'pg-standby-gone',
  about: 'postgres',
  looksAt: 'standbys that were connected half an hour ago',
  subjects: databases,
  check({ name, standbys }, context): Verdict {
    if (!standbys) return UNREAD
    const before = context.history.recent.flatMap((past) => databaseIn(past, name)?.standbys ?? [])
    const here = new Set(standbys.map(({ applicationName }) => applicationName))
    // One that took a backup is gone when it is done.
    const gone = new Set(
      before
        .filter(({ state, applicationName }) => state === 'streaming' && !here.has(applicationName))
        .map(({ applicationName }) => applicationName),
    )
    if (gone.size === 0) return 'passed'
    const names = [...gone].join(', ')
    return {
      severity: 'high',
      title: `${name} has lost its standby ${names}`,
      impact: 'What is written from now on exists here only; its slot, if it has one, keeps WAL for it.',
      rootCause: 'The standby stopped, or the network between the two did.',
      evidence: [observed(context)('no longer connected', names, 'pg_stat_replication')],
      fixes: [manual('Read the log of the standby', 'pg_ctl status -D <its data>; tail <its log>')],
    }
  },
})

const slots = (context: Context) =>
  partsOf(
    databases(context),
    (database) => database.slots ?? [],
    ({ name }) => name,
  )

export const slotRetains = rule({
  id: 'pg-slot-retains',
  about: 'postgres',
  looksAt: 'WAL that a replication slot keeps',
  subjects: slots,
  check({ name, active, retainedBytes, walStatus, invalidationReason }, context): Verdict {
    const { slotBytes, slotBytesHigh } = context.thresholds
    const lost = walStatus === 'lost' || (invalidationReason ?? '') !== ''
    const retained = retainedBytes ?? 0
    const much = !active && retained > slotBytes
    if (!lost && !much && walStatus !== 'unreserved') return 'passed'
    return {
      severity: lost || retained > slotBytesHigh || walStatus === 'unreserved' ? 'high' : 'medium',
      title: lost
        ? `Replication slot ${name} has lost its place`
        : `Replication slot ${name} keeps ${formatBytes(retained)} of WAL${active ? '' : ' for nobody'}`,
      impact: lost
        ? 'Whoever uses it has to be set up anew.'
        : 'pg_wal grows until the disk is full, and then the server stops.',
      rootCause: active
        ? 'Its reader cannot keep up.'
        : 'Its reader is gone, and the slot waits for it to return.',
      evidence: [
        measured(context)('WAL kept', retained, 'bytes', 'pg_replication_slots.restart_lsn'),
        observed(context)(
          'state',
          `${active ? 'active' : 'inactive'}${walStatus === null ? '' : `, ${walStatus}`}`,
          'pg_replication_slots',
        ),
      ],
      fixes: [
        manual(
          'If its reader does not return, drop it',
          `SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}');`,
        ),
        manual(
          'Bound what any slot may keep',
          "ALTER SYSTEM SET max_slot_wal_keep_size = '10GB'; SELECT pg_reload_conf();",
        ),
      ],
    }
  },
})

export const archiverFailing = rule({
  id: 'pg-archiver',
  about: 'postgres',
  looksAt: 'whether WAL is archived',
  subjects: databases,
  check({ name, archiver }, context): Verdict {
    if (!archiver) return { couldNotLook: 'the archiver is not readable' }
    const grown = growth(context, minutes(30), (past) => databaseIn(past, name)?.archiver?.counters.failed)
    if (!grown) return NO_EARLIER_READING
    const { lastFailedAt, lastArchivedAt } = archiver
    if (
      grown.by === 0 ||
      lastFailedAt === null ||
      (lastArchivedAt !== null && lastArchivedAt >= lastFailedAt)
    )
      return 'passed'
    return {
      severity: 'high',
      title: `${name} cannot archive its WAL`,
      impact:
        'Backups cannot be restored to a time after the last one, and pg_wal grows until the disk is full.',
      rootCause: 'archive_command ends with an error: its log says which.',
      evidence: [
        measured(context)('failures', grown.by, 'count', 'pg_stat_archiver.failed_count'),
        ...(archiver.lastFailedFile === null
          ? []
          : [observed(context)('file', archiver.lastFailedFile, 'pg_stat_archiver.last_failed_wal')]),
      ],
      fixes: [
        manual(
          'Run the command by hand for this file',
          'SHOW archive_command; and its log: grep "archive command failed"',
        ),
      ],
    }
  },
})

export const walGrown = rule({
  id: 'pg-wal-size',
  about: 'postgres',
  looksAt: 'size of pg_wal against max_wal_size',
  subjects: databases,
  check(database, context): Verdict {
    const setting = settingNamed(database, 'max_wal_size')
    const limit = setting ? settingInBytes(setting) : null
    if (!database.walDirectory || limit === null)
      return { couldNotLook: 'pg_wal or max_wal_size is not readable' }
    const { sizeBytes } = database.walDirectory
    if (sizeBytes <= limit * context.thresholds.walDirectory) return 'passed'
    return {
      severity: 'medium',
      title: `pg_wal of ${database.name} holds ${formatBytes(sizeBytes)}`,
      impact: 'It takes the disk, and when that is full the server stops.',
      rootCause:
        'Something keeps it: a replication slot, a failing archive_command, wal_keep_size, or a checkpoint that cannot keep up.',
      evidence: [
        measured(context)('pg_wal', sizeBytes, 'bytes', 'pg_ls_waldir()'),
        measured(context)('max_wal_size', limit, 'bytes', 'pg_settings.max_wal_size'),
      ],
      fixes: [
        manual(
          'See what keeps it; never delete files of it by hand',
          'SELECT slot_name, active, restart_lsn FROM pg_replication_slots; SELECT * FROM pg_stat_archiver;',
        ),
      ],
    }
  },
})

export const replayPaused = rule({
  id: 'pg-replay-paused',
  about: 'postgres',
  looksAt: 'whether a standby replays',
  subjects: (context) => databases(context).filter(({ value }) => value.recovery !== null),
  check({ name, recovery }, context): Verdict {
    if (!recovery?.replayPaused) return 'passed'
    return {
      severity: 'medium',
      title: `${name} has stopped to replay`,
      impact: 'It answers with older data all the time.',
      rootCause: 'Somebody called pg_wal_replay_pause(), or a setting of the primary is above its own.',
      evidence: [observed(context)('replay', 'paused', 'pg_is_wal_replay_paused()')],
      fixes: [manual('Let it go on', 'SELECT pg_wal_replay_resume();')],
    }
  },
})
