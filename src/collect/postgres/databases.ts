import type { Client } from 'pg'
import { z } from 'zod'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import { Bytes, Ratio } from '../../model/units.ts'
import { limitedQuery } from './connection.ts'

/** Counters since the statistics were reset; a hit is a block found in shared_buffers, not in the system's cache. */
const STATISTICS = `
  SELECT database.datname AS name,
         NULL::float8 AS "sizeBytes",
         (blks_hit::float8 / nullif(blks_hit + blks_read, 0)) AS "cacheHitRatio",
         deadlocks::float8 AS deadlocks
    FROM pg_catalog.pg_database AS database
    JOIN pg_catalog.pg_stat_database AS statistics ON statistics.datid = database.oid
   WHERE NOT database.datistemplate
   ORDER BY database.datname`

const Databases = z.array(
  z.object({
    name: z.string(),
    sizeBytes: Bytes.nullable(),
    cacheHitRatio: Ratio.nullable(),
    deadlocks: z.number(),
  }),
)

/** Sizes are left unknown: reading them looks at every file, and is asked for apart. */
export async function readDatabases(client: Client): Promise<PostgresReading['databases']> {
  return Databases.parse(await limitedQuery(client, STATISTICS))
}

/** pg_database_size needs CONNECT on the database, or pg_read_all_stats. */
const SIZES = `
  SELECT datname AS name, pg_database_size(oid)::float8 AS "sizeBytes"
    FROM pg_catalog.pg_database
   WHERE NOT datistemplate
     AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'))`

const Sizes = z.array(z.object({ name: z.string(), sizeBytes: Bytes }))

export async function readDatabaseSizes(client: Client): Promise<Map<string, Bytes>> {
  const rows = Sizes.parse(await limitedQuery(client, SIZES))
  return new Map(rows.map(({ name, sizeBytes }) => [name, sizeBytes]))
}
