import pg from 'pg'
import { z } from 'zod'
import { type Seconds, seconds, Timestamp } from '../../model/units.ts'
import { marked, utc } from './query.ts'

/** What stays as it is for as long as a connection lasts. */
export type Server = {
  /** As config names it. */
  readonly name: string
  readonly version: string
  /** server_version_num: 180004 is 18.4. */
  readonly versionNumber: number
  readonly database: string
  /** Who perfbot is there, quoted as SQL wants it. */
  readonly role: string
  readonly startedAt: Timestamp
}

const SQL = marked(`
  SELECT current_setting('server_version') AS version,
         current_setting('server_version_num')::int AS "versionNumber",
         current_database() AS database,
         current_user AS role,
         ${utc('pg_postmaster_start_time()')} AS "startedAt"`)

const Row = z.object({
  version: z.string(),
  versionNumber: z.number(),
  database: z.string(),
  role: z.string().transform((role) => pg.escapeIdentifier(role)),
  startedAt: Timestamp,
})

/** Holds for 9.6 and later. */
export async function readServer(name: string, client: pg.Client): Promise<Server> {
  return { name, ...Row.parse((await client.query(SQL)).rows[0]) }
}

/** `SELECT 1` there and back, on a connection that is open already. */
export async function measureRoundTrip(client: pg.Client): Promise<Seconds> {
  const begun = performance.now()
  await client.query('SELECT 1')
  return seconds((performance.now() - begun) / 1000)
}
