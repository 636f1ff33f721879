import pg from 'pg'
import type { Gap } from '../model/gap.ts'
import type { PostgresReading } from '../model/postgres-reading.ts'
import { redact } from '../model/redact.ts'
import type { Seconds } from '../model/units.ts'
import { type Collector, errorCode, messageOf } from './collector.ts'
import { readConnections, readIdleTransactions } from './postgres/activity.ts'
import { keptConnection } from './postgres/connection.ts'
import { readDatabaseSizes, readDatabases } from './postgres/databases.ts'
import { invalidUrl, type Place, type PostgresSource, postgresFailure } from './postgres/failure.ts'
import { isThisHost } from './postgres/locality.ts'
import { measureRoundTrip, readServer, type Server } from './postgres/server.ts'
import { readSettings } from './postgres/settings.ts'

export function postgresCollector(source: PostgresSource, deadline: Seconds): Collector {
  const connection = keptConnection(source.url, deadline)
  return {
    name: `postgres:${source.name}`,
    missing: `PostgreSQL ${source.name}`,
    async collect(signal) {
      const place = placeOf(source)
      try {
        return await connection.use(signal, (client) => readPostgres(source.name, place, client))
      } catch (error) {
        throw postgresFailure(error, source, place, signal)
      }
    },
    close: connection.close,
  }
}

/** Read by the package itself, which knows more forms of a connection string than a URL has. */
function placeOf(source: PostgresSource): Place {
  try {
    const { host, port, database } = new pg.Client({ connectionString: source.url })
    return { host, port, database: database ?? '' }
  } catch (error) {
    throw invalidUrl(error, source)
  }
}

async function readPostgres(
  name: string,
  place: Place,
  client: pg.Client,
): Promise<{ databases: PostgresReading[]; gaps: Gap[] }> {
  // One after another: a connection answers one at a time.
  const server = await readServer(client)
  const roundTripSeconds = await measureRoundTrip(client)
  const settings = await readSettings(client)
  const connections = await readConnections(client)
  const idleTransactions = await readIdleTransactions(client)
  const databases = await readDatabases(client)
  const sizes = await readSizes(client, name)
  const reading: PostgresReading = {
    name,
    address: { host: place.host, port: place.port, database: server.database },
    onThisHost: await isThisHost(place.host),
    version: server.version,
    versionNumber: server.versionNumber,
    roundTripSeconds,
    settings,
    connections,
    idleTransactions,
    databases: databases.map((database) => ({
      ...database,
      sizeBytes: sizes.known.get(database.name) ?? null,
    })),
  }
  return { databases: [reading], gaps: [...privilegeGaps(name, server), ...sizes.gaps] }
}

/** Without pg_monitor the server hides what others' sessions do: the counts are too low, and no query fails. */
function privilegeGaps(name: string, { mayMonitor, role }: Server): Gap[] {
  if (mayMonitor) return []
  return [
    {
      kind: 'failed',
      source: `postgres:${name}`,
      missing: `sessions of other roles and some settings of PostgreSQL ${name}`,
      reason: `The role "${role}" is not a member of pg_monitor: it sees only its own sessions`,
      remedy: `GRANT pg_monitor TO ${pg.escapeIdentifier(role)};`,
    },
  ]
}

/** Sizes take a look at every file of every database: when that is too much, the rest still holds. */
async function readSizes(client: pg.Client, name: string) {
  try {
    return { known: await readDatabaseSizes(client), gaps: [] }
  } catch (error) {
    // Only what the server answered (a SQLSTATE has five characters): a lost connection fails as a whole.
    if (errorCode(error)?.length !== 5) throw error
    const gap: Gap = {
      kind: 'failed',
      source: `postgres:${name}`,
      missing: `sizes of the databases of PostgreSQL ${name}`,
      reason: redact(messageOf(error)),
      remedy: 'Run by hand: SELECT datname, pg_database_size(oid) FROM pg_database;',
    }
    return { known: new Map<string, never>(), gaps: [gap] }
  }
}
