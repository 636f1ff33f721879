import pg from 'pg'
import type { Gap } from '../model/gap.ts'
import type { PostgresReading } from '../model/postgres-reading.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { CollectFailure, type Collector } from './collector.ts'
import { isTooOld, untilWindowHolds } from './deadline.ts'
import { isThisHost } from './locality.ts'
import { type CatalogueReader, catalogueReader } from './postgres/catalogue.ts'
import { keptConnection } from './postgres/connection.ts'
import { invalidUrl, type Place, type PostgresSource, postgresFailure } from './postgres/failure.ts'
import { type Asking, askTogether } from './postgres/query.ts'
import { type CounterWindow, counterWindow } from './postgres/rates.ts'
import { measureRoundTrip, type Server } from './postgres/server.ts'
import { readSettings } from './postgres/settings.ts'
import { partsOf, STATE } from './postgres/state.ts'
import { type StatementReader, statementReader } from './postgres/statement-window.ts'

export type PostgresOptions = {
  windowSeconds: Seconds
  /** Of the whole collector; what is costly gets a part of it. */
  deadlineSeconds: Seconds
  /** How often what is costly is read (default: every five minutes). */
  catalogueEverySeconds?: Seconds
  /** At most how often statements are read: there may be thousands (default: once a minute). */
  statementsEverySeconds?: Seconds
}

const CATALOGUE_EVERY = seconds(300)
const STATEMENTS_EVERY = seconds(55)

/** What takes longer is a load that monitoring must not be. */
const STATE_MILLISECONDS = 1500
const CATALOGUE_MILLISECONDS = 3000

/** What is remembered of a server from one reading to the next. */
type Memory = {
  window: CounterWindow | null
  readonly statements: StatementReader
  readonly catalogue: CatalogueReader
  /** Parts of the state that the server refused. */
  readonly refused: Set<string>
}

/** One server: all of its databases, and the tables of the one that the URL names. */
export function postgresCollector(source: PostgresSource, options: PostgresOptions): Collector {
  const connection = keptConnection(source, options.deadlineSeconds)
  const memory: Memory = {
    window: null,
    statements: statementReader(options.statementsEverySeconds ?? STATEMENTS_EVERY),
    catalogue: catalogueReader(options.catalogueEverySeconds ?? CATALOGUE_EVERY),
    refused: new Set(),
  }
  return {
    name: `postgres:${source.name}`,
    missing: `PostgreSQL ${source.name}`,
    async collect(signal) {
      const place = placeOf(source)
      try {
        return await connection.use(signal, (client, server) =>
          readPostgres(client, server, place, memory, options, signal),
        )
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
    const { host, port, database, user } = new pg.Client({ connectionString: source.url })
    return { host, port, database: database ?? '', role: user ?? '' }
  } catch (error) {
    throw invalidUrl(error, source)
  }
}

async function readPostgres(
  client: pg.Client,
  server: Server,
  place: Place,
  memory: Memory,
  options: PostgresOptions,
  signal: AbortSignal,
): Promise<{ databases: PostgresReading[]; gaps: Gap[] }> {
  const begun = performance.now()
  const gaps: Gap[] = []
  /** Until a share of the deadline is used up. */
  const asking = (statementMilliseconds: number, share: number, told = gaps): Asking => ({
    client,
    server,
    limits: { statementMilliseconds, endsAt: begun + options.deadlineSeconds * 1000 * share },
    gaps: told,
  })
  // One after another: a connection answers one at a time.
  const roundTripSeconds = await measureRoundTrip(client)
  const settings = await readSettings(client)

  const earlier = memory.window && !isTooOld(memory.window.readAt) ? memory.window : null
  if (!earlier) await readState(asking(STATE_MILLISECONDS, 0.3, []), memory, new Map())
  const slow = await memory.catalogue.read(asking(CATALOGUE_MILLISECONDS, 0.6))
  if (!earlier && memory.window) await untilWindowHolds(memory.window.readAt, options.windowSeconds, signal)
  const state = await readState(asking(STATE_MILLISECONDS, 0.9), memory, slow.sizes)

  const reading: PostgresReading = {
    name: server.name,
    address: { host: place.host, port: place.port, database: server.database },
    onThisHost: await isThisHost(place.host),
    version: server.version,
    versionNumber: server.versionNumber,
    startedAt: server.startedAt,
    roundTripSeconds,
    settings,
    ...state.parts,
    walDirectory: slow.walDirectory,
    catalogue: slow.catalogue,
  }
  return {
    databases: [reading],
    gaps: [...(state.mayMonitor ? [] : [privilegeGap(server)]), ...gaps, ...slow.gaps],
  }
}

/** Moves the window on to now. */
async function readState(asking: Asking, memory: Memory, sizes: Parameters<typeof partsOf>[2]) {
  const { server, gaps } = asking
  const answers = await askTogether(asking, STATE, memory.refused)
  const window = counterWindow(server.startedAt, memory.window)
  memory.window = window
  const installed = answers.statementsInstalled?.[0]
  const statements = installed ? await memory.statements.read(asking, installed) : null
  const [counted] = answers.connections ?? []
  if (!counted) {
    const gap = gaps.at(-1)
    throw new CollectFailure(
      'failed',
      gap?.reason ?? 'It has no pg_stat_activity',
      gap?.remedy ?? 'Look at its log',
    )
  }
  const { mayMonitor, unencryptedConnections, ...connections } = counted
  const windowSeconds = window.seconds ?? seconds(0)
  return {
    mayMonitor,
    parts: {
      windowSeconds,
      connections,
      unencryptedConnections,
      statements,
      ...partsOf(answers, window, sizes),
    },
  }
}

/** Without pg_monitor the server hides what others' sessions do: the counts are too low, and no query fails. */
const privilegeGap = ({ name, role }: Server): Gap => ({
  kind: 'failed',
  source: `postgres:${name}`,
  missing: `sessions of other roles and some settings of PostgreSQL ${name}`,
  reason: `The role ${role} is not a member of pg_monitor: it sees only its own sessions`,
  remedy: `GRANT pg_monitor TO ${role};`,
})
