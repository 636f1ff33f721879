import { z } from 'zod'
import type { Gap } from '../../model/gap.ts'
import { redact } from '../../model/redact.ts'
import type { RedisReading } from '../../model/redis-reading.ts'
import { seconds, timestamp } from '../../model/units.ts'
import type { Ask } from './connection.ts'
import { aclLine } from './failure.ts'

/** What a server may keep from a user, or not know at all: then the reading lacks that part, and says so. */
export type Refusal = {
  /** In the words of the report: "slow commands". */
  readonly missing: string
  /** As ACL writes it: `slowlog|get`. */
  readonly command: string
  readonly kind: 'denied' | 'unknown'
  readonly reason: string
}

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'kind' in value && 'command' in value

/** What the server answers, or its refusal. A connection that broke is nobody's refusal, and is thrown. */
export async function orRefusal<Part>(
  missing: string,
  command: string,
  read: () => Promise<Part>,
): Promise<Part | Refusal> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof z.ZodError) {
      return { missing, command, kind: 'unknown', reason: `${command} is answered in another form` }
    }
    const { ErrorReply } = await import('@redis/client')
    if (!(error instanceof ErrorReply)) throw error
    const kind = error.message.startsWith('NOPERM') ? 'denied' : 'unknown'
    return { missing, command, kind, reason: redact(error.message) }
  }
}

/** One gap for all that the user may not do, and one for what the server does not know. */
export function refusalGaps(refusals: readonly Refusal[], name: string, username: string): Gap[] {
  const about = (parts: readonly Refusal[]) => ({
    source: `redis:${name}`,
    missing: `${listed(parts.map(({ missing }) => missing))} of Redis ${name}`,
    reason: parts.map(({ reason }) => reason).join('; '),
  })
  const denied = refusals.filter(({ kind }) => kind === 'denied')
  const unknown = refusals.filter(({ kind }) => kind === 'unknown')
  const commands = denied.map(({ command }) => command)
  return [
    ...(denied.length > 0
      ? [{ ...about(denied), kind: 'failed' as const, remedy: aclLine(username, commands) }]
      : []),
    ...(unknown.length > 0
      ? [
          {
            ...about(unknown),
            // Nobody's fault: managed servers hold commands back, others were never given them.
            kind: 'absent' as const,
            remedy: 'Nothing, where the provider holds them back; else look for rename-command in redis.conf',
          },
        ]
      : []),
  ]
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last
}

const LatencyEvents = z.array(z.tuple([z.string(), z.number(), z.number(), z.number()]))

/** LATENCY LATEST: event, unix time, latest and maximum in milliseconds. */
export async function readLatencyEvents(ask: Ask): Promise<NonNullable<RedisReading['latencyEvents']>> {
  return LatencyEvents.parse(await ask('LATENCY', 'LATEST')).map(([event, at, latest, maximum]) => ({
    event,
    at: timestamp(new Date(at * 1000)),
    latest: seconds(latest / 1000),
    maximum: seconds(maximum / 1000),
  }))
}

/** None of them is a secret; requirepass and masterauth are not asked for. */
const SETTINGS = [
  'activedefrag',
  'appendfsync',
  'appendonly',
  'client-output-buffer-limit',
  'hz',
  'io-threads',
  'latency-monitor-threshold',
  'lazyfree-lazy-eviction',
  'maxclients',
  'maxmemory',
  'maxmemory-policy',
  'maxmemory-samples',
  'min-replicas-to-write',
  'no-appendfsync-on-rewrite',
  'protected-mode',
  'repl-backlog-size',
  'save',
  'slowlog-log-slower-than',
  'slowlog-max-len',
  'stop-writes-on-bgsave-error',
  'tcp-backlog',
  'tcp-keepalive',
  'timeout',
] as const

const Pairs = z.array(z.string())

/** Several at once from version 7; before, one after another. */
export async function readSettings(ask: Ask, majorVersion: number): Promise<Record<string, string>> {
  const groups = majorVersion >= 7 ? [SETTINGS] : SETTINGS.map((name) => [name])
  const replies = await Promise.all(groups.map((names) => ask('CONFIG', 'GET', ...names)))
  const words = replies.flatMap((reply) => Pairs.parse(reply))
  const settings: Record<string, string> = {}
  for (let index = 0; index + 1 < words.length; index += 2) {
    settings[words[index] as string] = words[index + 1] as string
  }
  return settings
}
