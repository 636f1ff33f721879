import type { Client } from 'pg'
import { z } from 'zod'
import type { IdleTransaction, PostgresReading } from '../../model/postgres-reading.ts'
import { redact } from '../../model/redact.ts'
import { Seconds } from '../../model/units.ts'
import { limitedQuery } from './connection.ts'

/**
 * Without pg_monitor the backend type of others is hidden, but not that a user and a database belong to
 * them: those are clients (and, seldom, parallel workers). reserved_connections came with 16.
 */
const CONNECTIONS = `
  SELECT count(*)::int AS used,
         (count(*) FILTER (WHERE state = 'active'))::int AS active,
         (count(*) FILTER (WHERE state = 'idle'))::int AS idle,
         (count(*) FILTER (WHERE state LIKE 'idle in transaction%'))::int AS "idleInTransaction",
         current_setting('max_connections')::int AS maximum,
         current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved
    FROM pg_catalog.pg_stat_activity
   WHERE coalesce(backend_type, CASE WHEN usesysid IS NOT NULL AND datid IS NOT NULL THEN 'client backend' END)
         = 'client backend'`

const Connections = z.tuple([
  z.object({
    used: z.number(),
    active: z.number(),
    idle: z.number(),
    idleInTransaction: z.number(),
    maximum: z.number(),
    reserved: z.number(),
  }),
])

export async function readConnections(client: Client): Promise<PostgresReading['connections']> {
  const [connections] = Connections.parse(await limitedQuery(client, CONNECTIONS))
  return connections
}

/**
 * Sessions that are idle in a transaction, longest first, with how many others wait because of them: directly,
 * or behind another that does (a queue for one row waits for its head, and only the head for the holder).
 * pg_blocking_pids briefly takes the lock manager's locks: it is asked only about sessions that do wait.
 */
const IDLE_TRANSACTIONS = `
  WITH RECURSIVE waits AS MATERIALIZED (
    SELECT pid AS waiter, unnest(pg_blocking_pids(pid)) AS blocker
      FROM pg_catalog.pg_stat_activity
     WHERE wait_event_type = 'Lock'
  ), behind AS (
    SELECT waiter, blocker FROM waits
    UNION
    SELECT behind.waiter, waits.blocker FROM behind JOIN waits ON waits.waiter = behind.blocker
  )
  SELECT session.pid,
         coalesce(session.usename, '') AS "userName",
         coalesce(session.application_name, '') AS "applicationName",
         coalesce(session.datname, '') AS "databaseName",
         extract(epoch FROM clock_timestamp() - session.state_change)::float8 AS "idleSeconds",
         extract(epoch FROM clock_timestamp() - session.xact_start)::float8 AS "transactionSeconds",
         (SELECT count(DISTINCT waiter) FROM behind WHERE blocker = session.pid)::int AS "blockedSessions"
    FROM pg_catalog.pg_stat_activity AS session
   WHERE session.state LIKE 'idle in transaction%'
   ORDER BY session.state_change`

const IdleTransactions = z.array(
  z.object({
    pid: z.number(),
    userName: z.string(),
    // Clients put into it what they like; some put in their whole connection string.
    applicationName: z.string().transform(redact),
    databaseName: z.string(),
    idleSeconds: Seconds,
    transactionSeconds: Seconds,
    blockedSessions: z.number(),
  }),
)

/** Holds for 12 and later (MATERIALIZED). */
export async function readIdleTransactions(client: Client): Promise<IdleTransaction[]> {
  return IdleTransactions.parse(await limitedQuery(client, IDLE_TRANSACTIONS))
}
