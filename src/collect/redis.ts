import type { Gap } from '../model/gap.ts'
import type { RedisReading } from '../model/redis-reading.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { readAuthority } from './authority.ts'
import { CollectFailure, type Collector } from './collector.ts'
import { isTooOld, untilWindowHolds } from './deadline.ts'
import { isThisHost } from './locality.ts'
import { commandsBetween, errorsBetween } from './redis/command-statistics.ts'
import { type Ask, type KeptConnection, keptConnection, type Place } from './redis/connection.ts'
import { countersOf, ratesBetween, type Sample } from './redis/counters.ts'
import { placeOf, type RedisSource, redisFailure, whereConfigured } from './redis/failure.ts'
import { clientsOf, keyspaceOf, memoryOf, persistenceOf, startOf } from './redis/gauges.ts'
import { type InfoFields, packedParts, parseInfo } from './redis/info-fields.ts'
import {
  isRefusal,
  orRefusal,
  type Refusal,
  readLatencyEvents,
  readSettings,
  refusalGaps,
} from './redis/optional-parts.ts'
import { replicationOf } from './redis/replication.ts'
import { ENTRIES_ASKED, slowCommandsSince } from './redis/slow-commands.ts'

type Options = { readonly windowSeconds: Seconds; readonly deadlineSeconds: Seconds }

/** What is remembered from one reading to the next. */
type Memory = { sample: Sample | null; slowest: { run: string | null; id: number | null } | null }

export function redisCollector(source: RedisSource, { windowSeconds, deadlineSeconds }: Options): Collector {
  const connection = keptConnection(deadlineSeconds, () => readAuthority(source.ca, whereConfigured(source)))
  const memory: Memory = { sample: null, slowest: null }
  return {
    name: `redis:${source.name}`,
    missing: `Redis ${source.name}`,
    async collect(signal) {
      const place = placeOf(source)
      try {
        return await connection.use(place, signal, (ask) =>
          readRedis({ name: source.name, place, ask, connection, memory, windowSeconds, signal }),
        )
      } catch (error) {
        throw redisFailure(error, source, place, signal)
      }
    },
    close: connection.close,
  }
}

type Reader = {
  readonly name: string
  readonly place: Place
  readonly ask: Ask
  readonly connection: KeptConnection
  readonly memory: Memory
  readonly windowSeconds: Seconds
  readonly signal: AbortSignal
}

async function readRedis(reader: Reader): Promise<{ caches: RedisReading[]; gaps: Gap[] }> {
  const { name, place, ask, memory } = reader
  const kept = memory.sample
  const earlier = kept && !isTooOld(kept.readAt) ? kept : await takeSample(reader)
  await untilWindowHolds(earlier.readAt, reader.windowSeconds, reader.signal)
  const later = await takeSample(reader)
  memory.sample = later
  const { info } = later
  const roundTripSeconds = await orRefusal('round trip', 'ping', () => measureRoundTrip(ask))
  const slowlog = await orRefusal('slow commands', 'slowlog|get', () => readSlowlog(ask, memory, info))
  const latencyEvents = await orRefusal('latency events', 'latency|latest', () => readLatencyEvents(ask))
  const settings = await orRefusal('settings', 'config|get', () => readSettings(ask, majorVersionOf(info)))
  const clients = clientsOf(info)
  const known = knownOf(settings)
  const reading: RedisReading = {
    name,
    address: { host: place.host, port: place.port },
    onThisHost: await isThisHost(place.host),
    ...identityOf(info),
    startedAt: startOf(info),
    roundTripSeconds: knownOf(roundTripSeconds),
    clients: { ...clients, maximum: clients.maximum ?? numberOf(known?.maxclients) },
    memory: memoryOf(info),
    persistence: persistenceOf(info),
    replication: replicationOf(info),
    counters: later.counters,
    rates: ratesBetween(earlier, later),
    commands: commandsBetween(earlier, later),
    errors: errorsBetween(earlier, later),
    keyspace: keyspaceOf(info),
    slowlog: knownOf(slowlog),
    latencyEvents: knownOf(latencyEvents),
    settings: known,
    passwordRequired: isPasswordRequired(place),
  }
  // While it loads it answers PING with an error, as it does to everybody: the reading says that it loads.
  const refusals = [roundTripSeconds, slowlog, latencyEvents, settings]
    .filter(isRefusal)
    .filter(({ reason }) => !/^(LOADING|MASTERDOWN|BUSY)/.test(reason))
  return { caches: [reading], gaps: refusalGaps(refusals, name, place.username) }
}

const knownOf = <Part>(part: Part | Refusal): Part | null => (isRefusal(part) ? null : part)

async function takeSample({ ask, connection }: Reader): Promise<Sample> {
  const ownCommands = connection.commandsSent()
  const readAt = performance.now()
  // "all" has the statistics of commands, which the default leaves out.
  const info = parseInfo(String(await ask('INFO', 'all')))
  if (info.text('redis_mode') === 'sentinel') throw isSentinel(info)
  return { readAt, info, counters: countersOf(info), ownCommands }
}

/** `master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=1,sentinels=1`. */
function isSentinel(info: InfoFields): CollectFailure {
  const watched = info
    .beginningWith('master')
    .flatMap(([, value]) => new Map(packedParts(value)).get('address') ?? [])
    .map((address) => `redis://${address}`)
  return new CollectFailure(
    'failed',
    'This is a Sentinel, which watches servers and holds no data',
    `Name the servers that it watches under redis: in config/perfbot.yaml: ${watched.join(', ') || 'SENTINEL MASTERS lists them'}`,
  )
}

/** Valkey states the Redis that it is compatible with as redis_version. */
function identityOf(info: InfoFields): Pick<RedisReading, 'product' | 'version' | 'mode'> {
  const valkey = info.text('valkey_version')
  const version = valkey ?? info.text('redis_version')
  if (version === null) info.required('redis_version')
  return {
    product: valkey === null ? 'redis' : 'valkey',
    version: version ?? '',
    mode: info.text('redis_mode') ?? info.text('server_mode') ?? 'standalone',
  }
}

const majorVersionOf = (info: InfoFields): number =>
  Number.parseInt(info.text('redis_version') ?? '', 10) || 0

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null

/** The fastest of three: what held up one of them may have been perfbot's own work. */
async function measureRoundTrip(ask: Ask): Promise<Seconds> {
  let fastest = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const begun = performance.now()
    await ask('PING')
    fastest = Math.min(fastest, performance.now() - begun)
  }
  return seconds(fastest / 1000)
}

/** Ids go on from 0 after a restart. */
async function readSlowlog(
  ask: Ask,
  memory: Memory,
  info: InfoFields,
): Promise<NonNullable<RedisReading['slowlog']>> {
  const run = info.text('run_id')
  const after = memory.slowest?.run === run ? (memory.slowest?.id ?? null) : null
  const reply = await ask('SLOWLOG', 'GET', String(ENTRIES_ASKED))
  const { newest, ...slowlog } = slowCommandsSince(reply, after, new Date())
  // With an empty log at first, all that comes later is new.
  memory.slowest = { run, id: newest ?? -1 }
  return slowlog
}

/** Known without asking for the password: who came in without one needs none; of an ACL user it says nothing. */
function isPasswordRequired({ username, password }: Place): boolean | null {
  if (!password) return false
  return username === '' ? true : null
}
