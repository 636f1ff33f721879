import type { Client } from 'pg'
import { z } from 'zod'
import { type Seconds, seconds } from '../../model/units.ts'

const SQL = `
  SELECT current_setting('server_version') AS version,
         current_setting('server_version_num')::int AS "versionNumber",
         current_database() AS database,
         current_user AS role,
         pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
           AND pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS "mayMonitor"`

const Row = z.object({
  version: z.string(),
  versionNumber: z.number(),
  database: z.string(),
  role: z.string(),
  /** A member of pg_monitor, or a superuser: others see neither what sessions do nor all settings. */
  mayMonitor: z.boolean(),
})
export type Server = z.infer<typeof Row>

/** Holds for 10 and later, since when there is pg_monitor. */
export async function readServer(client: Client): Promise<Server> {
  return Row.parse((await client.query(SQL)).rows[0])
}

/** `SELECT 1` there and back, on a connection that is open already. */
export async function measureRoundTrip(client: Client): Promise<Seconds> {
  const begun = performance.now()
  await client.query('SELECT 1')
  return seconds((performance.now() - begun) / 1000)
}
