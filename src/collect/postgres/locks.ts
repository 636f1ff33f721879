import { z } from 'zod'
import { type BlockingTree, LockCount, type Session } from '../../model/postgres/sessions.ts'
import { Seconds, seconds } from '../../model/units.ts'
import { SESSION, SessionRow } from './activity.ts'
import { type Query, secondsSince } from './query.ts'

export const locks: Query<LockCount> = {
  missing: 'locks',
  sql: () => `
    SELECT coalesce(datname, '') AS "databaseName", mode, granted, count(*)::int AS locks
      FROM pg_locks LEFT JOIN pg_database ON pg_database.oid = pg_locks.database
     WHERE pid IS DISTINCT FROM pg_backend_pid()
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3`,
  rows: z.array(LockCount),
}

/** pg_blocking_pids briefly takes all of the lock manager's locks: it is asked about no more than these. */
const WAITING = 100

const QueuedSession = SessionRow.extend({
  /** Processes, 0 for each prepared transaction; empty when it waits for nobody. */
  blockedBy: z.array(z.number()),
  waitSeconds: Seconds.nullable(),
})
export type QueuedSession = z.infer<typeof QueuedSession>

/**
 * Who waits for a lock and who is waited for. pg_locks says since when from 14 on, once the wait has lasted for a
 * moment; before, the statement cannot have waited longer than it runs.
 */
export const lockQueues: Query<QueuedSession> = {
  missing: 'who waits for whom',
  sql: ({ versionNumber }) => `
    WITH waiting AS MATERIALIZED (
      SELECT pid, pg_blocking_pids(pid) AS "blockedBy", query_start
        FROM pg_stat_activity
       WHERE wait_event_type = 'Lock'
       ORDER BY query_start
       LIMIT ${WAITING}
    )${
      versionNumber >= 140_000
        ? `, since AS MATERIALIZED (
      SELECT pid, min(waitstart) AS waitstart
        FROM pg_locks
       WHERE NOT granted AND EXISTS (SELECT FROM waiting)
       GROUP BY pid
    )`
        : ', since AS (SELECT pid, query_start AS waitstart FROM waiting)'
    }
    SELECT ${SESSION},
           coalesce(waiting."blockedBy", '{}') AS "blockedBy",
           CASE WHEN waiting.pid IS NOT NULL
                THEN ${secondsSince('coalesce(since.waitstart, waiting.query_start)')} END AS "waitSeconds"
      FROM pg_stat_activity AS session
      LEFT JOIN waiting ON waiting.pid = session.pid
      LEFT JOIN since ON since.pid = session.pid
     WHERE waiting.pid IS NOT NULL OR session.pid IN (SELECT unnest("blockedBy") FROM waiting)`,
  rows: z.array(QueuedSession),
}

/** All who wait because of each process: directly, or behind another that does. */
export function victimsOf(queue: readonly QueuedSession[]): ReadonlyMap<number, ReadonlySet<number>> {
  const directly = new Map<number, number[]>()
  for (const { pid, blockedBy } of queue) {
    for (const blocker of blockedBy) directly.set(blocker, [...(directly.get(blocker) ?? []), pid])
  }
  return new Map([...directly.keys()].map((blocker) => [blocker, reachable(blocker, directly)]))
}

/** In a deadlock that is not yet broken, a process stands behind itself: it is no victim of its own. */
function reachable(from: number, directly: ReadonlyMap<number, readonly number[]>): Set<number> {
  const found = new Set<number>()
  const open = [from]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const next of directly.get(pid) ?? []) {
      if (next === from || found.has(next)) continue
      found.add(next)
      open.push(next)
    }
  }
  return found
}

const TREES = 10
const VICTIMS_NAMED = 10

/** The ones that many wait for first. Sessions in a deadlock wait for each other: there is no root, and no tree. */
export function blockingTrees(queue: readonly QueuedSession[]): BlockingTree[] {
  const byPid = new Map(queue.map((session) => [session.pid, session]))
  return [...victimsOf(queue)]
    .filter(([root]) => (byPid.get(root)?.blockedBy.length ?? 0) === 0)
    .map(([root, victims]) =>
      treeOf(
        byPid.get(root),
        queue.filter(({ pid }) => victims.has(pid)),
      ),
    )
    .toSorted(
      (left, right) => right.victims - left.victims || right.longestWaitSeconds - left.longestWaitSeconds,
    )
    .slice(0, TREES)
}

function treeOf(root: QueuedSession | undefined, victims: readonly QueuedSession[]): BlockingTree {
  const waiting = victims
    .map(({ pid, userName, applicationName, databaseName, waitSeconds, query }) => ({
      pid,
      userName,
      applicationName,
      databaseName,
      waitSeconds: waitSeconds ?? seconds(0),
      query,
    }))
    .toSorted((left, right) => right.waitSeconds - left.waitSeconds)
  return {
    root: root ? sessionOf(root) : null,
    victims: victims.length,
    longestWaitSeconds: waiting[0]?.waitSeconds ?? seconds(0),
    waiting: waiting.slice(0, VICTIMS_NAMED),
  }
}

function sessionOf({ blockedBy: _blockedBy, waitSeconds: _waitSeconds, ...session }: QueuedSession): Session {
  return session
}
