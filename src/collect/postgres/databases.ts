import { z } from 'zod'
import { DatabaseCounters, DatabaseReading, Progress, Wraparound } from '../../model/postgres/database.ts'
import { Bytes } from '../../model/units.ts'
import { type Query, secondsSince, utc } from './query.ts'

/** Its counters stand beside what it is, as the server has them. */
const Row = DatabaseReading.omit({ counters: true, rates: true, sizeBytes: true }).extend(
  DatabaseCounters.shape,
)

/** Sessions are counted from 14 on; pg_database_collation_actual_version came with 15. */
export const databases: Query<z.infer<typeof Row>> = {
  missing: 'databases',
  sql: ({ versionNumber }) => `
    SELECT datname AS name,
           CASE WHEN blks_hit + blks_read > 0 THEN blks_hit::float8 / (blks_hit + blks_read) END AS "cacheHitRatio",
           numbackends AS connections,
           nullif(datconnlimit, -1) AS "connectionLimit",
           ${utc('stats_reset')} AS "statisticsResetAt",
           xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks,
           blks_read::float8 AS "blocksRead", blks_hit::float8 AS "blocksHit",
           tup_returned::float8 AS "rowsReturned", tup_fetched::float8 AS "rowsFetched",
           tup_inserted::float8 AS "rowsInserted", tup_updated::float8 AS "rowsUpdated",
           tup_deleted::float8 AS "rowsDeleted",
           conflicts::float8 AS conflicts, deadlocks::float8 AS deadlocks,
           temp_files::float8 AS "tempFiles", temp_bytes::float8 AS "tempBytes",
           checksum_failures::float8 AS "checksumFailures",
           ${utc('checksum_last_failure')} AS "lastChecksumFailureAt",
           blk_read_time / 1000 AS "readSeconds", blk_write_time / 1000 AS "writeSeconds",
           ${versionNumber >= 140_000 ? SESSIONS : NO_SESSIONS},
           ${versionNumber >= 150_000 ? COLLATION : 'NULL::json'} AS "collationMismatch"
      FROM pg_database AS database
      JOIN pg_stat_database USING (datname)
     WHERE NOT datistemplate
     ORDER BY datname`,
  rows: z.array(Row),
}

const SESSIONS = `
  sessions::float8 AS sessions, sessions_abandoned::float8 AS "sessionsAbandoned",
  sessions_fatal::float8 AS "sessionsFatal", sessions_killed::float8 AS "sessionsKilled",
  session_time / 1000 AS "sessionSeconds", active_time / 1000 AS "activeSeconds",
  idle_in_transaction_time / 1000 AS "idleInTransactionSeconds"`

const NO_SESSIONS = `
  NULL AS sessions, NULL AS "sessionsAbandoned", NULL AS "sessionsFatal", NULL AS "sessionsKilled",
  NULL AS "sessionSeconds", NULL AS "activeSeconds", NULL AS "idleInTransactionSeconds"`

const COLLATION = `
  (SELECT json_build_object('recorded', datcollversion, 'actual', actual)
     FROM pg_database_collation_actual_version(database.oid) AS actual
    WHERE actual IS DISTINCT FROM datcollversion AND datcollversion IS NOT NULL AND actual IS NOT NULL)`

/** Templates as well: a server stops for any of its databases. */
export const wraparound: Query<Wraparound> = {
  missing: 'the age of the databases',
  sql: () => `
    SELECT datname AS "databaseName", age(datfrozenxid)::float8 AS "xidAge",
           mxid_age(datminmxid)::float8 AS "multixactAge"
      FROM pg_database
     ORDER BY 2 DESC, 1
     LIMIT 50`,
  rows: z.array(Wraparound),
}

const Size = z.object({ name: z.string(), sizeBytes: Bytes })

/** Looks at every file of every database. Needs CONNECT on the database, or pg_read_all_stats. */
export const databaseSizes: Query<z.infer<typeof Size>> = {
  missing: 'sizes of the databases',
  sql: () => `
    SELECT datname AS name, pg_database_size(oid)::float8 AS "sizeBytes"
      FROM pg_database
     WHERE NOT datistemplate
       AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'))`,
  rows: z.array(Size),
}

/** The name of a table is only known to the database that it is in. */
const TABLE = `
  (SELECT relnamespace::regnamespace || '.' || relname FROM pg_class
    WHERE oid = progress.relid AND progress.datname = current_database())`

/** The columns that are read are the same from 13 to 18; the autovacuum launcher's statement says what it is for. */
export const progress: Query<Progress> = {
  missing: 'the progress of VACUUM',
  sql: () => `
    SELECT 'vacuum' AS kind, progress.pid, progress.datname AS "databaseName", ${TABLE} AS table, progress.phase,
           heap_blks_total::float8 AS "blocksTotal",
           CASE progress.phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END::float8
             AS "blocksDone",
           index_vacuum_count::int AS "indexPasses",
           ${secondsSince('xact_start')} AS "runningSeconds",
           coalesce(backend_type = 'autovacuum worker', false) AS autovacuum,
           coalesce(query LIKE '%(to prevent wraparound)%' AND backend_type = 'autovacuum worker', false)
             AS "againstWraparound"
      FROM pg_stat_progress_vacuum AS progress LEFT JOIN pg_stat_activity USING (pid)
     UNION ALL
    SELECT 'create index', progress.pid, progress.datname, ${TABLE}, progress.phase,
           blocks_total::float8, blocks_done::float8, NULL, ${secondsSince('query_start')}, false, false
      FROM pg_stat_progress_create_index AS progress LEFT JOIN pg_stat_activity USING (pid)`,
  // Null for a role that may only see that it is there.
  rows: z.array(
    Progress.extend({
      phase: z
        .string()
        .nullable()
        .transform((phase) => phase ?? ''),
      blocksTotal: z
        .number()
        .nullable()
        .transform((blocks) => blocks ?? 0),
      blocksDone: z
        .number()
        .nullable()
        .transform((blocks) => blocks ?? 0),
    }),
  ),
}
