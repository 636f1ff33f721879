import { type Kysely, PostgresAdapter, sql, type Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** The two engines differ in little; what differs asks here. */
export const isPostgres = (db: Kysely<Tables>): boolean => db.getExecutor().adapter instanceof PostgresAdapter

/** Numbers of PostgreSQL's advisory locks, under one of perfbot's own: "perf" in ASCII. */
const LOCKS = { namespace: 0x70657266, audit: 1, rollUp: 2, partitions: 3 } as const
export type Lock = Exclude<keyof typeof LOCKS, 'namespace'>

/**
 * Until the transaction ends, no other bot is in a transaction that holds the same lock. SQLite has one writer at a
 * time already.
 */
export async function holdLock(transaction: Transaction<Tables>, lock: Lock): Promise<void> {
  if (!isPostgres(transaction)) return
  await sql`select pg_advisory_xact_lock(${LOCKS.namespace}::int, ${LOCKS[lock]}::int)`.execute(transaction)
}
