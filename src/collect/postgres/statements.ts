import { z } from 'zod'
import { StatementCounters } from '../../model/postgres/statements.ts'
import { Seconds, Timestamp } from '../../model/units.ts'
import { type Query, utc } from './query.ts'

/** Where the extension is, if the database has it. The SQL level that was created there decides the columns. */
const Installed = z.object({
  version: z.string().nullable(),
  schema: z.string().nullable(),
  /** Null for a role that may not see the setting. */
  libraries: z.string().nullable(),
})
export type Installed = z.infer<typeof Installed>

export const statementsInstalled: Query<Installed> = {
  missing: 'whether there is pg_stat_statements',
  sql: () => `
    SELECT extversion AS version, quote_ident(nspname) AS schema,
           (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS libraries
      FROM (VALUES (1)) AS always
      LEFT JOIN pg_extension ON extname = 'pg_stat_statements'
      LEFT JOIN pg_namespace ON pg_namespace.oid = extnamespace`,
  rows: z.array(Installed),
}

/** "1.10" is later than "1.9". */
const minorOf = (version: string): number => Number(/^1\.(\d+)/.exec(version)?.[1] ?? 0)

/** 1.8 came with PostgreSQL 13. A cluster that was upgraded keeps the old one until ALTER EXTENSION … UPDATE. */
export const isTooOld = (version: string): boolean => minorOf(version) < 8

/** More would make the reading itself a load; pg_stat_statements.max is 5000 unless changed. */
export const MOST_ENTRIES = 10_000

const Entry = StatementCounters.extend({
  key: z.string(),
  queryId: z.string(),
  userName: z.string(),
  databaseName: z.string(),
  topLevel: z.boolean().nullable(),
  meanSeconds: Seconds,
  maximumSeconds: Seconds,
  deviationSeconds: Seconds,
})
export type Entry = z.infer<typeof Entry>

/**
 * All entries, without their texts, which are read from a file. Of what others run, a role without pg_read_all_stats
 * sees no queryid: it is left out. 1.8: total_exec_time. 1.9: toplevel. 1.10: temp_blk_read_time. 1.11: blk_read_time
 * became shared_blk_read_time. 1.12: nothing that is read here.
 */
export const statementEntries = (schema: string, version: string): Query<Entry> => ({
  missing: 'statements',
  sql: () => {
    const minor = minorOf(version)
    const topLevel = minor >= 9 ? 'toplevel' : 'NULL::boolean'
    const read =
      minor >= 11
        ? 'shared_blk_read_time + local_blk_read_time + temp_blk_read_time'
        : minor === 10
          ? 'blk_read_time + temp_blk_read_time'
          : 'blk_read_time'
    return `
    SELECT concat_ws('/', userid, dbid, queryid, ${topLevel}) AS key, queryid::text AS "queryId",
           coalesce(pg_get_userbyid(userid)::text, '') AS "userName", coalesce(datname, '') AS "databaseName",
           ${topLevel} AS "topLevel", calls::float8 AS calls,
           total_exec_time / 1000 AS seconds, total_plan_time / 1000 AS "planSeconds", rows::float8 AS rows,
           shared_blks_hit::float8 AS "blocksHit", shared_blks_read::float8 AS "blocksRead",
           (temp_blks_read + temp_blks_written)::float8 AS "tempBlocks", (${read}) / 1000 AS "readSeconds",
           wal_bytes::float8 AS "walBytes",
           mean_exec_time / 1000 AS "meanSeconds", max_exec_time / 1000 AS "maximumSeconds",
           stddev_exec_time / 1000 AS "deviationSeconds"
      FROM ${schema}.pg_stat_statements(false) LEFT JOIN pg_database ON pg_database.oid = dbid
     WHERE queryid IS NOT NULL
     ORDER BY total_exec_time DESC
     LIMIT ${MOST_ENTRIES}`
  },
  rows: z.array(Entry),
})

const Summary = z.object({ deallocations: z.number().nullable(), statisticsResetAt: Timestamp.nullable() })

/** Says from 1.9 on how often entries were thrown out, and since when they are kept. */
export const statementSummary = (schema: string, version: string): Query<z.infer<typeof Summary>> => ({
  missing: 'the state of pg_stat_statements',
  sql: () =>
    minorOf(version) >= 9
      ? `SELECT dealloc::float8 AS deallocations, ${utc('stats_reset')} AS "statisticsResetAt"
           FROM ${schema}.pg_stat_statements_info`
      : null,
  rows: z.array(Summary),
})

const Text = z.object({ queryId: z.string(), text: z.string().nullable() })

/** The texts of a few; reading one reads the whole file of them, so they are asked for once. */
export const statementTexts = (schema: string, queryIds: readonly string[]): Query<z.infer<typeof Text>> => ({
  missing: 'texts of statements',
  sql: () =>
    queryIds.length === 0
      ? null
      : `SELECT DISTINCT ON (queryid) queryid::text AS "queryId", left(query, 10000) AS text
           FROM ${schema}.pg_stat_statements(true)
          WHERE queryid IN (${queryIds.map((id) => BigInt(id)).join(', ')})`,
  rows: z.array(Text),
})
