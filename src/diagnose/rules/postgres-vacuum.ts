import { counted, formatBytes, formatRatio, formatSeconds } from '../../model/format.ts'
import type { TableReading } from '../../model/postgres/catalogue.ts'
import { qualified } from '../../model/postgres/identifier.ts'
import type { XminHolder } from '../../model/postgres/sessions.ts'
import { secondsBetween } from '../../model/units.ts'
import { manual, setParameter } from '../fixes.ts'
import { type Context, measured, observed, rule, type Subject, type Verdict } from '../rule.ts'
import { databases, partsOf } from '../subjects.ts'

const NUMBERS = 2 ** 31

export const wraparound = rule({
  id: 'pg-wraparound',
  about: 'postgres',
  looksAt: 'how near its databases are to the end of their transaction numbers',
  subjects: databases,
  check(database, context): Verdict {
    if (!database.wraparound) return { couldNotLook: 'the ages of its databases are not readable' }
    const [oldest] = database.wraparound
      .map(({ databaseName, xidAge, multixactAge }) => ({
        databaseName,
        age: Math.max(xidAge, multixactAge),
        kind: xidAge >= multixactAge ? 'datfrozenxid' : 'datminmxid',
      }))
      .toSorted((left, right) => right.age - left.age)
    const { wraparound: most, wraparoundCritical } = context.thresholds
    if (!oldest || oldest.age / NUMBERS <= most) return 'passed'
    const share = oldest.age / NUMBERS
    return {
      severity: share > wraparoundCritical ? 'critical' : 'high',
      title: `Database ${oldest.databaseName} has used ${formatRatio(share)} of its transaction numbers`,
      impact: 'A little before the end the server refuses every write, to keep old rows visible.',
      rootCause:
        'VACUUM could not freeze old rows: it is switched off, too slow, or something old holds it back.',
      evidence: [
        measured(context)('age', oldest.age, 'count', `pg_database.${oldest.kind}`),
        measured(context)('of all numbers', share, 'ratio', 'age / 2^31'),
      ],
      fixes: [
        manual(
          'Freeze the oldest tables, one after another',
          "SELECT oid::regclass, age(relfrozenxid) FROM pg_class WHERE relkind = 'r' ORDER BY 2 DESC LIMIT 10; then: VACUUM (FREEZE, VERBOSE) <table>;",
        ),
      ],
    }
  },
})

const HOLDERS: Readonly<Record<XminHolder['kind'], readonly [what: string, fix: string]>> = {
  session: ['Session', 'SELECT pg_terminate_backend(<name>);'],
  'prepared-transaction': ['Prepared transaction', "ROLLBACK PREPARED '<name>';"],
  slot: ['Replication slot', "SELECT pg_drop_replication_slot('<name>');"],
  standby: ['Standby', 'end the long query there, or set hot_standby_feedback = off on it'],
}

export const xminHeld = rule({
  id: 'pg-xmin-held',
  about: 'postgres',
  looksAt: 'what keeps VACUUM from removing dead rows',
  subjects: databases,
  check(database, context): Verdict {
    if (!database.xminHolders) return { couldNotLook: 'who holds old snapshots is not readable' }
    const [oldest] = database.xminHolders.toSorted((left, right) => right.xminAge - left.xminAge)
    if (!oldest || oldest.xminAge <= context.thresholds.xminAge) return 'passed'
    const [what, fix] = HOLDERS[oldest.kind]
    return {
      severity: 'medium',
      title: `${what} ${oldest.name} keeps ${database.name} from cleaning up`,
      impact: `What was deleted in the last ${counted(oldest.xminAge, 'transaction')} stays in every table, and each scan reads it.`,
      rootCause: 'It may still look at rows as they were then, so that VACUUM has to keep them.',
      evidence: [
        measured(context)('transactions since', oldest.xminAge, 'count', 'age(xmin)'),
        observed(context)(
          'holder',
          `${what} ${oldest.name}`,
          'pg_stat_activity, pg_prepared_xacts, pg_replication_slots',
        ),
      ],
      fixes: [
        manual(
          'If it is not needed any more, end it',
          // A client chose the name: as a replacement its $ would mean something.
          fix.replace('<name>', () => oldest.name.replaceAll("'", "''")),
        ),
      ],
    }
  },
})

export const vacuumPasses = rule({
  id: 'pg-vacuum-passes',
  about: 'postgres',
  looksAt: 'how often a VACUUM goes through the indexes',
  subjects: databases,
  check({ progress, name }, context): Verdict {
    if (!progress) return { couldNotLook: 'progress is not readable' }
    const vacuum = progress.find(({ kind, indexPasses }) => kind === 'vacuum' && (indexPasses ?? 0) > 1)
    if (!vacuum) return 'passed'
    return {
      severity: 'low',
      title: `VACUUM of ${vacuum.table ?? vacuum.databaseName} on ${name} goes through the indexes again and again`,
      impact: 'It takes several times as long, and reads every index each time.',
      rootCause: 'The list of dead rows does not fit into maintenance_work_mem (autovacuum_work_mem).',
      evidence: [
        measured(context)(
          'passes',
          vacuum.indexPasses ?? 0,
          'count',
          'pg_stat_progress_vacuum.index_vacuum_count',
        ),
      ],
      fixes: [setParameter('maintenance_work_mem', '512MB')],
    }
  },
})

type Table = { readonly table: TableReading; readonly database: string; readonly name: string }

const inSql = ({ table }: Table): string => qualified(table.schema, table.name)

const inShell = (word: string): string =>
  /^[\w.]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** Those that the catalogue lists of each server; where it could not be read, one that stands for all. */
const tables = (context: Context): Subject<Table | null>[] =>
  databases(context).flatMap((subject): Subject<Table | null>[] => {
    const { catalogue } = subject.value
    if (!catalogue?.tables) return [{ target: subject.target, value: null }]
    return partsOf(
      [subject],
      () =>
        (catalogue.tables ?? []).map((table) => ({
          table,
          database: catalogue.database,
          name: `${table.schema}.${table.name}`,
        })),
      ({ name }) => name,
    )
  })

const UNREAD = { couldNotLook: 'its tables were not read' } as const
const HOUR = 3600

const latest = (...times: readonly (string | null)[]): string | null =>
  times.reduce((left, right) => (left === null || (right !== null && right > left) ? right : left), null)

export const deadRows = rule({
  id: 'pg-dead-rows',
  about: 'postgres',
  looksAt: 'dead rows that have not been removed for an hour',
  subjects: tables,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { deadRows: dead, liveRows, lastVacuumAt, lastAutovacuumAt, storageOptions } = subject.table
    const { deadRows: most, deadRowsLeast } = context.thresholds
    const share = dead / Math.max(1, dead + liveRows)
    const last = latest(lastVacuumAt, lastAutovacuumAt) as typeof lastVacuumAt
    const since = last === null ? null : secondsBetween(last, context.snapshot.takenAt)
    // What a round of autovacuum is about to take is no fault.
    if (dead <= deadRowsLeast || share <= most || (since !== null && since < HOUR)) return 'passed'
    const off = storageOptions.includes('autovacuum_enabled=false')
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${formatRatio(share)} of the rows of ${subject.name} are dead`,
      impact: 'Each scan reads them, and the table grows.',
      rootCause: off
        ? 'autovacuum is switched off for this table.'
        : since === null
          ? 'It was never vacuumed since the statistics began: something holds VACUUM back, or it does not get to it.'
          : `It was last vacuumed ${formatSeconds(since)} ago: something holds VACUUM back, or it does not get to it.`,
      evidence: [
        figure('dead rows', dead, 'count', 'pg_stat_user_tables.n_dead_tup'),
        figure('live rows', liveRows, 'count', 'pg_stat_user_tables.n_live_tup'),
        ...(since === null
          ? []
          : [figure('last vacuum before', since, 'seconds', 'pg_stat_user_tables.last_autovacuum')]),
      ],
      fixes: [
        manual(
          'Vacuum it, and read what it says of rows it could not remove',
          `VACUUM (VERBOSE, ANALYZE) ${inSql(subject)};`,
        ),
        ...(off
          ? [manual('Let autovacuum do it', `ALTER TABLE ${inSql(subject)} RESET (autovacuum_enabled);`)]
          : []),
      ],
    }
  },
})

export const neverAnalysed = rule({
  id: 'pg-statistics-stale',
  about: 'postgres',
  looksAt: 'how much of a table changed since it was analysed',
  subjects: tables,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { liveRows, modifiedSinceAnalyze: modified, lastAnalyzeAt, lastAutoanalyzeAt } = subject.table
    const share = modified / Math.max(1, liveRows)
    if (modified < 100_000 || share <= 0.5) return 'passed'
    const never = latest(lastAnalyzeAt, lastAutoanalyzeAt) === null
    return {
      severity: 'low',
      title: `The statistics of ${subject.name} are of another time`,
      impact: 'Plans are chosen for what the table was.',
      rootCause: never
        ? 'It has not been analysed since the statistics began.'
        : 'It changes faster than autovacuum analyses it.',
      evidence: [
        measured(context)('rows changed since', modified, 'count', 'pg_stat_user_tables.n_mod_since_analyze'),
        measured(context)('live rows', liveRows, 'count', 'pg_stat_user_tables.n_live_tup'),
      ],
      fixes: [manual('Analyse it', `ANALYZE ${inSql(subject)};`)],
    }
  },
})

export const bloat = rule({
  id: 'pg-bloat',
  about: 'postgres',
  looksAt: 'empty space within a table, estimated',
  subjects: tables,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { bloatBytes, tableBytes } = subject.table
    if (bloatBytes === null || !tableBytes)
      return { couldNotLook: 'too little is known of its rows to estimate' }
    const share = bloatBytes / tableBytes
    if (share <= context.thresholds.bloat || bloatBytes <= context.thresholds.bloatBytes) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `About ${formatBytes(bloatBytes)} of ${subject.name} are empty space`,
      impact: 'Scans read it, and the cache holds it.',
      rootCause: 'Many rows were deleted or updated at once, or VACUUM came too late. It is an estimate.',
      evidence: [
        figure('empty, estimated', bloatBytes, 'bytes', 'pg_stats, pg_class'),
        figure('table', tableBytes, 'bytes', 'pg_table_size()'),
      ],
      fixes: [
        manual(
          'New rows use it up; to give it back without a long lock',
          `pg_repack --table ${inShell(inSql(subject))} ${inShell(subject.database)}`,
        ),
      ],
    }
  },
})

export const scannedWhole = rule({
  id: 'pg-sequential-scans',
  about: 'postgres',
  looksAt: 'large tables that are read whole again and again',
  subjects: tables,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { sequentialScans: scans, sequentialRowsRead: rows, indexScans, liveRows } = subject.table
    const { sequentialScanRows, sequentialScans } = context.thresholds
    const perScan = rows / Math.max(1, scans)
    if (scans < sequentialScans || perScan <= sequentialScanRows || scans <= indexScans) return 'passed'
    const figure = measured(context)
    return {
      severity: 'low',
      title: `${subject.name}, ${counted(liveRows, 'row')}, is mostly read from end to end`,
      impact: 'Each time costs as much as the table is large; whether an index helps, EXPLAIN tells.',
      rootCause: 'No index serves what is asked of it, or the answers need most of its rows.',
      evidence: [
        figure('sequential scans', scans, 'count', 'pg_stat_user_tables.seq_scan'),
        figure('rows for each', perScan, 'count', 'seq_tup_read / seq_scan'),
        figure('index scans', indexScans, 'count', 'pg_stat_user_tables.idx_scan'),
      ],
      fixes: [
        manual('See the plan of the statements that read it', 'EXPLAIN (ANALYZE, BUFFERS) <statement>'),
      ],
    }
  },
})
