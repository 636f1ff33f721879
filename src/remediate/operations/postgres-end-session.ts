import { z } from 'zod'
import { operation } from './operation.ts'
import { withSession } from './postgres-session.ts'

const argumentsSchema = z.strictObject({
  server: z.string(),
  pid: z.int().min(1),
  /** A pid is given to another session one day: only the one that was shown is meant. */
  startedAt: z.string(),
})

const Answer = z.object({ ended: z.boolean() })
const Count = z.object({ found: z.number() })

const ending = (name: string, call: 'pg_cancel_backend' | 'pg_terminate_backend', isOver: string) =>
  operation({
    name,
    argumentsSchema,
    exact: ({ pid, startedAt }) =>
      `SELECT ${call}(pid) FROM pg_stat_activity\n WHERE pid = ${pid} AND backend_start = '${startedAt}';`,
    run: ({ server, pid, startedAt }, engines, signal) =>
      withSession(server, engines, signal, async (client) => {
        const sql = `SELECT ${call}(pid) AS ended FROM pg_stat_activity
          WHERE pid = $1 AND to_char(backend_start AT TIME ZONE 'UTC', '${STARTED_FORMAT}') = $2`
        const { rows } = await client.query(sql, [pid, startedAt])
        if (rows.length === 0) throw new Error(`session ${pid} is gone already`)
        if (!Answer.parse(rows[0]).ended) throw new Error(`the server could not signal session ${pid}`)
      }),
    wasDone: ({ server, pid, startedAt }, engines, signal) =>
      withSession(server, engines, signal, async (client) => {
        const sql = `SELECT count(*)::int AS found FROM pg_stat_activity
          WHERE pid = $1 AND to_char(backend_start AT TIME ZONE 'UTC', '${STARTED_FORMAT}') = $2 AND ${isOver}`
        const { rows } = await client.query(sql, [pid, startedAt])
        return Count.parse(rows[0]).found === 0
      }),
  })

/** Down to the microsecond, in one zone: what a session is told by besides its pid. */
export const STARTED_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'

export const postgresCancelQuery = ending('postgres.cancel-query', 'pg_cancel_backend', `state = 'active'`)
export const postgresTerminateSession = ending('postgres.terminate-session', 'pg_terminate_backend', 'true')
