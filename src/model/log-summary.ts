import { z } from 'zod'
import { NumericUnit, PerSecond, Ratio, Seconds, Timestamp } from './units.ts'

export const LogLevel = z.enum(['trace', 'debug', 'info', 'warning', 'error', 'fatal'])
export type LogLevel = z.infer<typeof LogLevel>

/** What kind of trouble an error is. `other` has no class that is known here. */
export const LogErrorClass = z.enum([
  'missing-module',
  'missing-library',
  'missing-class',
  'missing-command',
  'missing-file',
  'missing-variable',
  'config-syntax',
  'migration-failed',
  'wrong-architecture',
  'bad-image',
  'port-in-use',
  'permission-denied',
  'read-only-filesystem',
  'disk-full',
  'disk-failing',
  'corrupted',
  'out-of-memory',
  'oom-killed',
  'gpu-failed',
  'crash-signal',
  'certificate-expired',
  'tls-failed',
  'too-many-open-files',
  'too-many-connections',
  'pool-exhausted',
  'authentication-failed',
  'rate-limited',
  'write-refused',
  'checkpoints-too-frequent',
  'deadlock',
  'lock-timeout',
  'unique-violation',
  'constraint-violation',
  'sql-error',
  'connection-refused',
  'connection-reset',
  'name-not-resolved',
  'unreachable',
  'upstream-failed',
  'timeout',
  'server-error',
  'program-fault',
  'other',
])
export type LogErrorClass = z.infer<typeof LogErrorClass>

/** The same kind of line, its changing parts as `<num>`, `<ip>` … or `<*>`. */
export const LogPattern = z.object({
  template: z.string(),
  level: LogLevel.nullable(),
  count: z.number(),
  first: Timestamp.nullable(),
  last: Timestamp.nullable(),
  ratePerSecond: PerSecond.nullable(),
  /** First seen in the later part of the log, or within the last window of a log that is watched. */
  isNew: z.boolean(),
  /** Rate since `surgeSince` / rate before; null while it is as frequent as it was. */
  surge: z.number().nullable(),
  surgeSince: Timestamp.nullable(),
  sample: z.string(),
})
export type LogPattern = z.infer<typeof LogPattern>

/** The typed parts of an error: `module`, `host`, `port`, `limit`, `constraint` … */
export const LogFields = z.record(z.string(), z.union([z.string(), z.number()]))
export type LogFields = z.infer<typeof LogFields>

/** Errors of one cause. */
export const LogError = z.object({
  class: LogErrorClass,
  fields: LogFields,
  /** The innermost cause, in the log's own words. */
  cause: z.string(),
  source: z.string().nullable(),
  count: z.number(),
  /** Within the last window; equals `count` for a log that is younger. */
  recent: z.number(),
  since: Timestamp.nullable(),
  until: Timestamp.nullable(),
  /** A cause by its nature, or the first error before the others. */
  isRoot: z.boolean(),
  /** What most of them have in common besides: the request, as its method and path. */
  mostly: z.string().nullable(),
  template: z.string(),
  sample: z.string(),
})
export type LogError = z.infer<typeof LogError>

/** Something that happened once, and may explain what changed after it. */
export const LogEvent = z.object({
  kind: z.enum([
    'configuration-reloaded',
    'started',
    'stopped',
    'deployed',
    'failover',
    'leader-elected',
    'cache-flushed',
    'migrated',
    'scaled',
  ]),
  at: Timestamp.nullable(),
  count: z.number(),
  sample: z.string(),
})
export type LogEvent = z.infer<typeof LogEvent>

export const LogSeries = z.object({
  name: z.string(),
  unit: NumericUnit,
  source: z.string().nullable(),
  count: z.number(),
  first: z.number(),
  last: z.number(),
  minimum: z.number(),
  maximum: z.number(),
  /** Rising or falling throughout from `since` on. */
  trend: z.enum(['rising', 'falling', 'steady']),
  since: Timestamp.nullable(),
  /** The one instant where the mean changed most, if it did. */
  change: z
    .object({
      from: Timestamp,
      to: Timestamp,
      before: z.number(),
      after: z.number(),
      /** The event shortly before that may explain it. */
      event: z.string().nullable(),
    })
    .nullable(),
  /** The limit named beside the number or elsewhere in the log, and how much of it was used at most. */
  saturation: z.object({ limit: z.number(), used: Ratio, since: Timestamp.nullable() }).nullable(),
})
export type LogSeries = z.infer<typeof LogSeries>

/** Who fails because of whom: `from` is the source that complains, `to` the host or service it names. */
export const LogTie = z.object({
  /** The name the lines came under: a container, a syslog tag; null for a log of one program. */
  from: z.string().nullable(),
  to: z.string(),
  port: z.number().nullable(),
  class: LogErrorClass,
  count: z.number(),
  since: Timestamp.nullable(),
  until: Timestamp.nullable(),
})
export type LogTie = z.infer<typeof LogTie>

/** One thing that stands out, as somebody on call would say it. The first of them is the one to read. */
export const LogHeadline = z.object({
  kind: z.enum([
    /** Errors of one cause. */
    'error',
    /** One client that fails far more often than the others. */
    'client',
    /** A number that comes near the limit named for it. */
    'saturation',
    /** A number that is at another level since a moment. */
    'change',
    /** A number that rises or falls throughout. */
    'trend',
    /** A kind of line that comes far more often than before. */
    'surge',
    /** Times that jump: what is said of windows holds only in part. */
    'clock',
  ]),
  class: LogErrorClass.nullable(),
  fields: LogFields,
  /** What happened, in a sentence. */
  says: z.string(),
  source: z.string().nullable(),
  count: z.number(),
  since: Timestamp.nullable(),
  until: Timestamp.nullable(),
  /** The innermost cause in the log's own words, or the event before the change. */
  cause: z.string().nullable(),
  sample: z.string().nullable(),
})
export type LogHeadline = z.infer<typeof LogHeadline>

/** A log in a few kilobytes, secrets redacted: what happened, since when, how often, why. */
export const LogSummary = z.object({
  lines: z.number(),
  /** Places where lines are known to be missing. */
  gaps: z.number(),
  from: Timestamp.nullable(),
  to: Timestamp.nullable(),
  /** What counts as recent; null when the log is looked at as a whole. */
  windowSeconds: Seconds.nullable(),
  /** What stands out, the most telling first; empty when nothing does. */
  headlines: z.array(LogHeadline),
  formats: z.record(z.string(), z.number()),
  levels: z.partialRecord(LogLevel, z.number()),
  sources: z.array(z.string()),
  /** How many there are before the list was shortened. */
  patternCount: z.number(),
  patterns: z.array(LogPattern),
  errors: z.array(LogError),
  series: z.array(LogSeries),
  events: z.array(LogEvent),
  ties: z.array(LogTie),
})
export type LogSummary = z.infer<typeof LogSummary>
