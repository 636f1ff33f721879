import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { MIGRATIONS, migrate } from './migrations.ts'
import { isNewer, postgresFailure } from './postgres-failure.ts'
import type { Tables } from './tables.ts'

/** bigint: milliseconds since 1970 and counts, all far below 2^53. pg would give text. */
const INT8 = 20
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text'),
}

/** A claim, a report and a trend at the same time: more would only take connections from others. */
const CONNECTIONS = 4

/** The tables in the PostgreSQL database that the URL names, migrated. Rejects with a `StoreFailure`. */
export async function openPostgres(url: string): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: toldPool(url) }) })
  try {
    await refuseNewer(db, url)
    await migrate(db)
    return db
  } catch (error) {
    await db.destroy().catch(() => {})
    throw postgresFailure(url, error)
  }
}

/** A pool whose failures are told in words. */
function toldPool(url: string) {
  const pool = poolOf(url)
  // A connection that breaks while nobody uses it: the next query opens another.
  pool.on('error', () => {})
  const told = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    try {
      return await act()
    } catch (error) {
      throw postgresFailure(url, error)
    }
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: () =>
      told(async () => {
        const client = await pool.connect()
        return {
          query: (query: string, parameters?: unknown[]) => told(() => client.query(query, parameters)),
          release: () => client.release(),
        }
      }),
  } as unknown as ConstructorParameters<typeof PostgresDialect>[0]['pool']
}

function poolOf(url: string): pg.Pool {
  try {
    return new pg.Pool({
      connectionString: url,
      application_name: 'perfbot store',
      max: CONNECTIONS,
      connectionTimeoutMillis: 5000,
      // A server that hangs must not hold up a click for longer than people wait.
      statement_timeout: 30_000,
      types,
    })
  } catch (error) {
    throw postgresFailure(url, error)
  }
}

/** A schema of a newer perfbot is left as it is. */
async function refuseNewer(db: Kysely<Tables>, url: string): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return
  const applied = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute()
  const unknown = applied.map(({ name }) => name).filter((name) => !Object.hasOwn(MIGRATIONS, name))
  if (unknown.length > 0) throw isNewer(url, unknown)
}
