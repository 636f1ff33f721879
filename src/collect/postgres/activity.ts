import { z } from 'zod'
import {
  ConnectionGroup,
  PreparedTransaction,
  Session,
  WaitEvent,
  XminHolder,
} from '../../model/postgres/sessions.ts'
import { redact } from '../../model/redact.ts'
import { Seconds } from '../../model/units.ts'
import { type Query, secondsSince, utc } from './query.ts'
import { queryText } from './query-text.ts'

/** Clients put into it what they like; some put in their whole connection string. */
const applicationName = z.string().transform(redact)

const query = z.string().transform(queryText)

/**
 * Without pg_monitor the backend type of others is hidden, but not that a user and a database belong to
 * them: those are clients (and, seldom, parallel workers).
 */
const IS_CLIENT = `
  coalesce(backend_type, CASE WHEN usesysid IS NOT NULL AND datid IS NOT NULL THEN 'client backend' END)
    = 'client backend'`

const BY_STATE = `
  count(*) FILTER (WHERE state = 'active')::int AS active,
  count(*) FILTER (WHERE state = 'idle')::int AS idle,
  count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS "idleInTransaction"`

const Connections = z.object({
  used: z.number(),
  active: z.number(),
  idle: z.number(),
  idleInTransaction: z.number(),
  maximum: z.number(),
  reserved: z.number(),
  unencryptedConnections: z.number().nullable(),
  mayMonitor: z.boolean(),
})

/** reserved_connections came with 16. Whether others' sessions can be seen decides what the counts mean. */
export const connections: Query<z.infer<typeof Connections>> = {
  missing: 'connections',
  sql: () => `
    SELECT count(*)::int AS used, ${BY_STATE},
           current_setting('max_connections')::int AS maximum,
           current_setting('superuser_reserved_connections')::int
             + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
           CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
                THEN (SELECT count(*)::int FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                       WHERE NOT ssl AND client_addr IS NOT NULL AND backend_type = 'client backend')
           END AS "unencryptedConnections",
           pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
             AND pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS "mayMonitor"
      FROM pg_stat_activity
     WHERE ${IS_CLIENT}`,
  rows: z.array(Connections),
}

const GROUPS = 30

const Group = ConnectionGroup.extend({ applicationName, groups: z.number() })

export const connectionGroups: Query<z.infer<typeof Group>> = {
  missing: 'connections by client',
  sql: () => `
    SELECT coalesce(usename, '') AS "userName", coalesce(application_name, '') AS "applicationName",
           coalesce(datname, '') AS "databaseName", host(client_addr) AS "clientAddress",
           count(*)::int AS connections, ${BY_STATE},
           ${secondsSince('max(backend_start)')} AS "youngestSeconds",
           (count(*) OVER ())::int AS groups
      FROM pg_stat_activity
     WHERE ${IS_CLIENT}
     GROUP BY 1, 2, 3, 4
     ORDER BY count(*) DESC, 1, 2, 3, 4
     LIMIT ${GROUPS}`,
  rows: z.array(Group),
}

/** Of who is at work; processes that wait for work are left out, and so are we. */
export const waitEvents: Query<WaitEvent> = {
  missing: 'what sessions wait for',
  sql: () => `
    SELECT wait_event_type AS type, wait_event AS event, count(*)::int AS sessions
      FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND (state = 'active' OR backend_type IN ('autovacuum worker', 'parallel worker'))
       AND wait_event_type IS DISTINCT FROM 'Activity'
     GROUP BY 1, 2
     ORDER BY 3 DESC, 1, 2
     LIMIT 20`,
  rows: z.array(WaitEvent),
}

export const SessionRow = Session.extend({ applicationName, query })

/** What a session is known by; `session` is its row of pg_stat_activity. */
export const SESSION = `
  session.pid,
  coalesce(session.usename, '') AS "userName",
  coalesce(session.application_name, '') AS "applicationName",
  coalesce(session.datname, '') AS "databaseName",
  coalesce(session.backend_type, '') AS "backendType",
  session.state,
  session.wait_event_type AS "waitEventType",
  session.wait_event AS "waitEvent",
  ${secondsSince('session.xact_start')} AS "transactionSeconds",
  CASE WHEN session.state = 'active' THEN ${secondsSince('session.query_start')} END AS "querySeconds",
  age(session.backend_xmin)::float8 AS "xminAge",
  coalesce(session.query, '') AS query`

export const longestTransactions: Query<Session> = {
  missing: 'the oldest transactions',
  sql: () => `
    SELECT ${SESSION}
      FROM pg_stat_activity AS session
     WHERE session.xact_start IS NOT NULL AND session.pid <> pg_backend_pid()
     ORDER BY session.xact_start, session.pid
     LIMIT 10`,
  rows: z.array(SessionRow),
}

const IDLE_TRANSACTIONS = 100

const Idle = z.object({
  pid: z.number(),
  userName: z.string(),
  applicationName,
  databaseName: z.string(),
  idleSeconds: Seconds,
  transactionSeconds: Seconds,
})

/** Longest first. */
export const idleTransactions: Query<z.infer<typeof Idle>> = {
  missing: 'sessions that are idle in a transaction',
  sql: () => `
    SELECT pid, coalesce(usename, '') AS "userName", coalesce(application_name, '') AS "applicationName",
           coalesce(datname, '') AS "databaseName",
           ${secondsSince('state_change')} AS "idleSeconds", ${secondsSince('xact_start')} AS "transactionSeconds"
      FROM pg_stat_activity
     WHERE state LIKE 'idle in transaction%'
     ORDER BY state_change, pid
     LIMIT ${IDLE_TRANSACTIONS}`,
  rows: z.array(Idle),
}

/**
 * Of a standby with hot_standby_feedback and without a slot, the xmin is its walsender's. What a slot holds back for
 * the catalogues only counts too: those bloat.
 */
export const xminHolders: Query<XminHolder> = {
  missing: 'what holds VACUUM back',
  sql: () => `
    SELECT * FROM (
      SELECT CASE backend_type WHEN 'walsender' THEN 'standby' ELSE 'session' END AS kind,
             CASE backend_type WHEN 'walsender' THEN coalesce(application_name, '') ELSE pid::text END AS name,
             coalesce(datname, '') AS "databaseName", age(backend_xmin)::float8 AS "xminAge"
        FROM pg_stat_activity
       WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
       UNION ALL
      SELECT 'prepared-transaction', gid, database, age(transaction)::float8 FROM pg_prepared_xacts
       UNION ALL
      SELECT 'slot', slot_name, coalesce(database, ''), greatest(age(xmin), age(catalog_xmin))::float8
        FROM pg_replication_slots
       WHERE coalesce(xmin, catalog_xmin) IS NOT NULL
    ) AS holder
    ORDER BY "xminAge" DESC, kind, name
    LIMIT 10`,
  rows: z.array(XminHolder.extend({ name: z.string().transform(redact) })),
}

export const preparedTransactions: Query<PreparedTransaction> = {
  missing: 'prepared transactions',
  sql: () => `
    SELECT gid AS name, owner AS "userName", database AS "databaseName",
           ${utc('prepared')} AS "preparedAt", ${secondsSince('prepared')} AS "ageSeconds"
      FROM pg_prepared_xacts
     ORDER BY prepared, gid
     LIMIT 20`,
  rows: z.array(PreparedTransaction.extend({ name: z.string().transform(redact) })),
}
