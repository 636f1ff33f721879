import { z } from 'zod'
import { TableReading } from '../../model/postgres/catalogue.ts'
import { type Query, utc } from './query.ts'

/** Of each order: a table is listed when it is among the first of any. */
const FIRST = { size: 25, deadRows: 10, sequentialRowsRead: 10, age: 5, modified: 5, bloat: 5 }

/** Schemas of the system, and of other sessions' temporary tables. */
export const OF_USERS = `
  pg_namespace.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND pg_namespace.nspname NOT LIKE 'pg\\_temp\\_%' AND pg_namespace.nspname NOT LIKE 'pg\\_toast\\_temp\\_%'`

/**
 * Who asks for the size of a relation waits for whoever has it, or its table, locked exclusively: those are not asked
 * about. Also while such a lock is only being waited for, as everybody then queues up behind.
 */
export const LOCKED = `
  locked AS MATERIALIZED (
    SELECT DISTINCT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  )`

/**
 * Bytes that the rows of a table should not need, by the estimate that check_postgres and most others share
 * (github.com/ioguix/pgsql-bloat-estimation, table/table_bloat.sql): the width of a row from pg_stats, headers and
 * alignment (8 bytes) added, as many to a page as its fillfactor lets in. pg_stats shows only columns that the role
 * may select, so one that was never analysed or may not be read has no estimate.
 */
const BLOAT = `
  widths AS MATERIALIZED (
    SELECT pg_attribute.attrelid AS relid,
           23 + CASE WHEN bool_or(coalesce(null_frac, 0) > 0) THEN (7 + count(*)) / 8 ELSE 0 END AS header,
           sum((1 - coalesce(null_frac, 0)) * coalesce(avg_width, 1024)) AS width,
           count(*) = count(avg_width) AND bool_and(atttypid <> 'name'::regtype) AS known
      FROM pg_attribute
      JOIN pg_class ON pg_class.oid = attrelid AND relkind IN ('r', 'm')
      JOIN pg_namespace ON pg_namespace.oid = relnamespace
      LEFT JOIN pg_stats ON schemaname = nspname AND tablename = relname AND pg_stats.attname = pg_attribute.attname
                        AND NOT inherited
     WHERE attnum > 0 AND NOT attisdropped AND ${OF_USERS}
     GROUP BY 1
  ), expected AS MATERIALIZED (
    SELECT pg_class.oid AS relid,
           CASE WHEN known AND reltuples >= 0 AND relpages > 0 THEN
             greatest(0, relpages - ceil(reltuples / greatest(1, floor(
               (current_setting('block_size')::int - 24) * fillfactor / 100.0
                 / (4 + ceil(header / 8.0) * 8 + ceil(width / 8.0) * 8)))))
               * current_setting('block_size')::int
           END::float8 AS bloat
      FROM widths JOIN pg_class ON pg_class.oid = relid
      CROSS JOIN LATERAL (
        SELECT coalesce(substring(array_to_string(reloptions, ' ') FROM 'fillfactor=(\\d+)')::int, 100) AS fillfactor
      ) AS options
  )`

const Row = TableReading.extend({ total: z.number() })

/** Counts of rows are of the table's own row versions. Partitioned tables have none: their partitions do. */
export const tables: Query<z.infer<typeof Row>> = {
  missing: 'tables',
  sql: () => `
    WITH ${LOCKED}, ${BLOAT}, statistics AS MATERIALIZED (
      SELECT pg_class.oid, nspname, relname, reltoastrelid, relpages, reloptions, bloat,
             greatest(age(relfrozenxid), (SELECT age(toast.relfrozenxid) FROM pg_class AS toast
                                           WHERE toast.oid = pg_class.reltoastrelid)) AS "xidAge",
             mxid_age(relminmxid) AS "multixactAge",
             pg_stat_get_live_tuples(pg_class.oid) AS live,
             pg_stat_get_dead_tuples(pg_class.oid) AS dead,
             pg_stat_get_mod_since_analyze(pg_class.oid) AS modified,
             pg_stat_get_tuples_returned(pg_class.oid) AS read
        FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        LEFT JOIN expected ON expected.relid = pg_class.oid
       WHERE relkind IN ('r', 'm') AND ${OF_USERS}
    ), ranked AS (
      SELECT *, (count(*) OVER ())::int AS total,
             row_number() OVER (ORDER BY relpages DESC, oid) AS "bySize",
             CASE WHEN dead > 0 THEN row_number() OVER (ORDER BY dead DESC, oid) END AS "byDead",
             CASE WHEN read > 0 THEN row_number() OVER (ORDER BY read DESC, oid) END AS "byRead",
             CASE WHEN modified > 0 THEN row_number() OVER (ORDER BY modified DESC, oid) END AS "byModified",
             CASE WHEN bloat > 0 THEN row_number() OVER (ORDER BY bloat DESC NULLS LAST, oid) END AS "byBloat",
             row_number() OVER (ORDER BY "xidAge" DESC, oid) AS "byAge"
        FROM statistics
    ), chosen AS MATERIALIZED (
      SELECT *, oid NOT IN (SELECT relation FROM locked) AND reltoastrelid NOT IN (SELECT relation FROM locked)
               AS free
        FROM ranked
       WHERE "bySize" <= ${FIRST.size} OR "byDead" <= ${FIRST.deadRows} OR "byRead" <= ${FIRST.sequentialRowsRead}
          OR "byModified" <= ${FIRST.modified} OR "byBloat" <= ${FIRST.bloat} OR "byAge" <= ${FIRST.age}
    )
    SELECT total, nspname AS schema, chosen.relname AS name,
           CASE WHEN free THEN pg_total_relation_size(oid)::float8 END AS "totalBytes",
           CASE WHEN free THEN pg_relation_size(oid)::float8 END AS "tableBytes",
           CASE WHEN free THEN pg_indexes_size(oid)::float8 END AS "indexBytes",
           CASE WHEN free THEN coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0)::float8 END
             AS "toastBytes",
           live::float8 AS "liveRows", dead::float8 AS "deadRows", modified::float8 AS "modifiedSinceAnalyze",
           pg_stat_get_ins_since_vacuum(oid)::float8 AS "insertedSinceVacuum",
           ${utc('pg_stat_get_last_vacuum_time(oid)')} AS "lastVacuumAt",
           ${utc('pg_stat_get_last_autovacuum_time(oid)')} AS "lastAutovacuumAt",
           ${utc('pg_stat_get_last_analyze_time(oid)')} AS "lastAnalyzeAt",
           ${utc('pg_stat_get_last_autoanalyze_time(oid)')} AS "lastAutoanalyzeAt",
           pg_stat_get_vacuum_count(oid)::float8 AS vacuums, pg_stat_get_autovacuum_count(oid)::float8 AS autovacuums,
           pg_stat_get_numscans(oid)::float8 AS "sequentialScans", read::float8 AS "sequentialRowsRead",
           (SELECT coalesce(sum(pg_stat_get_numscans(indexrelid)), 0)::float8 FROM pg_index WHERE indrelid = oid)
             AS "indexScans",
           pg_stat_get_tuples_inserted(oid)::float8 AS "rowsInserted",
           pg_stat_get_tuples_updated(oid)::float8 AS "rowsUpdated",
           pg_stat_get_tuples_hot_updated(oid)::float8 AS "rowsHotUpdated",
           pg_stat_get_tuples_deleted(oid)::float8 AS "rowsDeleted",
           (pg_stat_get_blocks_fetched(oid) - pg_stat_get_blocks_hit(oid))::float8 AS "blocksRead",
           pg_stat_get_blocks_hit(oid)::float8 AS "blocksHit",
           "xidAge"::float8 AS "xidAge", "multixactAge"::float8 AS "multixactAge",
           coalesce(reloptions, '{}') AS "storageOptions", bloat AS "bloatBytes"
      FROM chosen
     ORDER BY relpages DESC, nspname, relname`,
  rows: z.array(Row),
}
