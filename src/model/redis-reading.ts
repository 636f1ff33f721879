import { z } from 'zod'
import { Bytes, BytesPerSecond, Cores, PerSecond, Ratio, Seconds, Timestamp } from './units.ts'

/** Since the server started (or since CONFIG RESETSTAT). Null for one that this version does not state. */
export const RedisCounters = z.object({
  commands: z.number(),
  connectionsReceived: z.number(),
  /** Refused because maxclients was reached. */
  connectionsRejected: z.number(),
  keyspaceHits: z.number(),
  keyspaceMisses: z.number(),
  expiredKeys: z.number(),
  evictedKeys: z.number(),
  evictedClients: z.number().nullable(),
  /** Clients cut off because their replies piled up beyond client-output-buffer-limit. */
  outputBufferDisconnections: z.number().nullable(),
  netInputBytes: Bytes,
  netOutputBytes: Bytes,
  errorReplies: z.number().nullable(),
  fullSyncs: z.number(),
  partialSyncs: z.number(),
  partialSyncsRefused: z.number(),
  forks: z.number().nullable(),
  /** Writes that waited because an fsync of the append-only file was still under way. */
  delayedFsyncs: z.number().nullable(),
  accessDenied: z.number().nullable(),
  cpuSystemSeconds: Seconds,
  cpuUserSeconds: Seconds,
})
export type RedisCounters = z.infer<typeof RedisCounters>

/** Means over `windowSeconds`. Null where the counter is missing or was reset within the window. */
export const RedisRates = z.object({
  windowSeconds: Seconds,
  /** Without perfbot's own. */
  commands: PerSecond.nullable(),
  newConnections: PerSecond.nullable(),
  rejectedConnections: PerSecond.nullable(),
  keyspaceHits: PerSecond.nullable(),
  keyspaceMisses: PerSecond.nullable(),
  /** Hits of all look-ups in the window; null when there was none. */
  hitRatio: Ratio.nullable(),
  expiredKeys: PerSecond.nullable(),
  evictedKeys: PerSecond.nullable(),
  netInput: BytesPerSecond.nullable(),
  netOutput: BytesPerSecond.nullable(),
  errorReplies: PerSecond.nullable(),
  /** Of the server, without the children it forks to save: 1 is a main thread that is fully busy. */
  cpu: Cores.nullable(),
})
export type RedisRates = z.infer<typeof RedisRates>

/** INFO commandstats and latencystats, of one command (`get`, `config|get`). */
export const RedisCommand = z.object({
  command: z.string(),
  /** Since the server started. */
  calls: z.number(),
  /** Time in the command itself: not in its queue, not on the network. */
  time: Seconds,
  rejectedCalls: z.number().nullable(),
  failedCalls: z.number().nullable(),
  /** Within the window of the rates. */
  callsPerSecond: PerSecond.nullable(),
  timePerCall: Seconds.nullable(),
  /** Share of the window that the server spent in the command. */
  busyRatio: Ratio.nullable(),
  /** Since the server started, by its own histogram; from version 7. */
  p50: Seconds.nullable(),
  p99: Seconds.nullable(),
  p999: Seconds.nullable(),
})
export type RedisCommand = z.infer<typeof RedisCommand>

/** An entry of SLOWLOG, without its values: what the arguments held is not kept. */
export const SlowCommand = z.object({
  id: z.number(),
  at: Timestamp,
  duration: Seconds,
  /** In capitals, with its subcommand: `HGETALL`, `CONFIG GET`. */
  command: z.string(),
  /** The first key with what identifies one of many taken out: `session:*`. Null where the command names none. */
  keyPattern: z.string().nullable(),
  /** Arguments after the command, as many as it was given. */
  argumentCount: z.number(),
  /** The client's name, or its address without the port. */
  client: z.string().nullable(),
})
export type SlowCommand = z.infer<typeof SlowCommand>

/** A replica as its primary sees it. */
export const RedisReplica = z.object({
  address: z.object({ host: z.string(), port: z.number() }),
  /** `online`, `wait_bgsave`, `send_bulk` … */
  state: z.string(),
  /** Since it last acknowledged. */
  lag: Seconds.nullable(),
  /** What of the replication stream it has not acknowledged. */
  behindBytes: Bytes.nullable(),
})
export type RedisReplica = z.infer<typeof RedisReplica>

/** One Redis or Valkey server, as config names it. */
export const RedisReading = z.object({
  name: z.string(),
  address: z.object({ host: z.string(), port: z.number() }),
  /** Whether the server runs on the host of the snapshot, so that the host's memory is the server's. */
  onThisHost: z.boolean(),
  product: z.enum(['redis', 'valkey']),
  /** The product's own: Valkey also states a redis_version that it is compatible with. */
  version: z.string(),
  /** `standalone`, `cluster` or `sentinel`. */
  mode: z.string(),
  startedAt: Timestamp,
  /** Time of PING on an open connection, there and back, the fastest of three. Null when it is not answered. */
  roundTripSeconds: Seconds.nullable(),
  clients: z.object({
    /** Ours included, replicas not. */
    connected: z.number(),
    /** Waiting in a blocking command (BLPOP, XREAD BLOCK …). */
    blocked: z.number(),
    /** maxclients; null where neither INFO nor CONFIG states it. */
    maximum: z.number().nullable(),
    /** Largest of what clients had pending lately. */
    recentInputBufferBytes: Bytes.nullable(),
    recentOutputBufferBytes: Bytes.nullable(),
    pubsubChannels: z.number(),
    pubsubPatterns: z.number(),
  }),
  memory: z.object({
    usedBytes: Bytes,
    /** As the operating system sees it. */
    rssBytes: Bytes,
    peakBytes: Bytes,
    /** The values; used_memory less overhead, and overhead includes what an empty server needs. */
    datasetBytes: Bytes.nullable(),
    overheadBytes: Bytes.nullable(),
    startupBytes: Bytes.nullable(),
    /** maxmemory; null is none. */
    maximumBytes: Bytes.nullable(),
    /** maxmemory-policy: what happens at the limit. */
    policy: z.string(),
    /** The machine's, as the server sees it (not a container's limit). */
    systemBytes: Bytes.nullable(),
    /** RSS by used_memory: says little for a server that holds a few MiB. */
    fragmentationRatio: z.number().nullable(),
    fragmentationBytes: Bytes.nullable(),
    /** Of the allocator alone: what active defragmentation could give back. */
    allocatorFragmentationRatio: z.number().nullable(),
    allocatorFragmentationBytes: Bytes.nullable(),
    luaBytes: Bytes.nullable(),
    clientBuffersBytes: Bytes.nullable(),
    replicaBuffersBytes: Bytes.nullable(),
    aofBufferBytes: Bytes.nullable(),
    /** Not counted against maxmemory: buffers of replicas and of the append-only file. */
    notEvictableBytes: Bytes.nullable(),
    lazyfreePendingObjects: z.number().nullable(),
    defragmentationRunning: z.boolean().nullable(),
  }),
  persistence: z.object({
    /** Reads its data from disk and answers little else. */
    loading: z.boolean(),
    changesSinceSave: z.number(),
    saveInProgress: z.boolean(),
    /** Start of the server, when it has not saved since. */
    lastSaveAt: Timestamp,
    lastSaveSucceeded: z.boolean(),
    lastSaveDuration: Seconds.nullable(),
    lastSaveCopyOnWriteBytes: Bytes.nullable(),
    /** How long the last fork held the server. */
    lastForkDuration: Seconds.nullable(),
    /** Null while the append-only file is off. */
    appendOnly: z
      .object({
        rewriteInProgress: z.boolean(),
        lastRewriteSucceeded: z.boolean(),
        lastWriteSucceeded: z.boolean(),
        lastRewriteDuration: Seconds.nullable(),
        sizeBytes: Bytes.nullable(),
        /** When it was last rewritten. */
        baseSizeBytes: Bytes.nullable(),
      })
      .nullable(),
  }),
  replication: z.object({
    role: z.enum(['primary', 'replica']),
    /** Of a primary. */
    replicas: z.array(RedisReplica),
    /** Of a replica: where it copies from; null for a primary. */
    source: z
      .object({
        address: z.object({ host: z.string(), port: z.number() }),
        linkUp: z.boolean(),
        /** How long the link has been down; null while it is up. */
        linkDown: Seconds.nullable(),
        /** Since the primary last sent something; null while the link is down. */
        lastHeard: Seconds.nullable(),
        syncInProgress: z.boolean(),
        readOnly: z.boolean(),
      })
      .nullable(),
    offset: z.number(),
    backlogBytes: Bytes.nullable(),
  }),
  counters: RedisCounters,
  rates: RedisRates,
  /** Those that took most time since the server started, and in the window; at most 50. */
  commands: z.array(RedisCommand),
  /** INFO errorstats: replies by the first word of the error, most first; from version 6.2. */
  errors: z.array(z.object({ error: z.string(), count: z.number(), perSecond: PerSecond.nullable() })),
  keyspace: z.array(
    z.object({
      database: z.number(),
      keys: z.number(),
      /** Of the keys, those that will expire. */
      expiring: z.number(),
      /** Of those that will expire, by a sample of the server; null when there is none. */
      averageTimeToLive: Seconds.nullable(),
    }),
  ),
  /** Null: not readable. */
  slowlog: z
    .object({
      /** Commands that were slow since the reading before; at first those of the last 24 hours. */
      added: z.number(),
      /** The slowest of them, at most 32. */
      entries: z.array(SlowCommand),
    })
    .nullable(),
  /** LATENCY LATEST; empty also when latency-monitor-threshold is 0. Null: not readable. */
  latencyEvents: z
    .array(z.object({ event: z.string(), at: Timestamp, latest: Seconds, maximum: Seconds }))
    .nullable(),
  /** The few CONFIG values that matter, as the server writes them. Null: not readable. */
  settings: z.record(z.string(), z.string()).nullable(),
  /** requirepass, without what it is. Null: not readable. */
  passwordRequired: z.boolean().nullable(),
})
export type RedisReading = z.infer<typeof RedisReading>
