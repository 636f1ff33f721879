import { CollectFailure, errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded } from '../deadline.ts'
import type { Place } from './connection.ts'

export type RedisSource = {
  readonly name: string
  /** redis://user:password@host:6379, rediss:// with TLS. */
  readonly url: string
  /** A file with the certificates of a private authority. */
  readonly ca: string | null
}

export const whereConfigured = ({ name }: RedisSource): string =>
  `redis: ${name} in config/perfbot.yaml, or REDIS_URL`

/** Throws a CollectFailure without a cause, which would quote the URL. */
export function placeOf(source: RedisSource): Place {
  if (!URL.canParse(source.url)) throw invalidUrl(source)
  const url = new URL(source.url)
  if (!/^rediss?:$/.test(url.protocol)) throw invalidUrl(source)
  try {
    return {
      host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
      port: Number(url.port) || 6379,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      tls: url.protocol === 'rediss:',
    }
  } catch {
    throw invalidUrl(source)
  }
}

const invalidUrl = (source: RedisSource): CollectFailure =>
  new CollectFailure(
    'failed',
    'The address of the server is not a URL',
    `Write it as redis://user:password@host:6379, special characters percent-encoded, under ${whereConfigured(source)}`,
  )

/** Why a server could not be read. Nothing of the URL gets in but host and port. */
export function redisFailure(
  error: unknown,
  source: RedisSource,
  place: Place,
  signal: AbortSignal,
): unknown {
  if (error instanceof CollectFailure) return error
  const inConfig = whereConfigured(source)
  const at = `${place.host}:${place.port}`
  const failed = (reason: string, remedy: string) => new CollectFailure('failed', reason, remedy)
  if (signal.aborted) {
    const limit = signal.reason instanceof DeadlineExceeded ? signal.reason.message : 'was interrupted'
    return failed(
      `Redis at ${at} ${limit}`,
      place.tls
        ? `A server without TLS never answers to it: then write redis:// in place of rediss:// under ${inConfig}; else look for a slow command`
        : 'One slow command holds up all others: look at its processor time, and at SLOWLOG GET when it answers again',
    )
  }
  const message = messageOf(error)
  const reply = REPLIES.find(([pattern]) => pattern.test(message))
  if (reply) return failed(`Redis at ${at}: ${message}`, reply[1](place, inConfig))
  const code = errorCode(error) ?? ''
  const fault = FAULTS[code]
  if (fault) return failed(fault[0](at), fault[1](inConfig))
  if (place.tls && isTlsFault(code, message)) {
    return failed(
      `TLS to Redis at ${at}: ${message}`,
      `A private authority is named with ca: /path/ca.pem, a server without TLS with redis:// in place of rediss://; under ${inConfig}`,
    )
  }
  if (/closed unexpectedly|ECONNRESET/i.test(`${message} ${code}`)) {
    return failed(
      `Redis at ${at} closed the connection`,
      place.tls
        ? 'Look at its log, and at docker logs where it runs in a container'
        : `Look at its log; a server that takes TLS only wants rediss:// under ${inConfig}`,
    )
  }
  if (/RESP type|parse|protocol/i.test(message)) {
    return failed(`What answers at ${at} is no Redis`, `Correct host and port under ${inConfig}`)
  }
  return failed(
    `Redis at ${at}: ${message}`,
    `Try the same with redis-cli; the address stands under ${inConfig}`,
  )
}

type Remedy = (place: Place, inConfig: string) => string

/** How the server's own errors begin, and what to do about them. */
const REPLIES: readonly (readonly [RegExp, Remedy])[] = [
  [
    /^(WRONGPASS|ERR invalid password)/,
    (_, inConfig) => `Correct the user or the password under ${inConfig}`,
  ],
  [
    /^NOAUTH/,
    (_, inConfig) =>
      `Add the password, as redis://:password@host or redis://user:password@host, under ${inConfig}`,
  ],
  [/^ERR AUTH .*without any password/, (_, inConfig) => `Leave the password out under ${inConfig}`],
  [/^NOPERM/, ({ username }) => aclLine(username, ['info'])],
  [
    /^DENIED/,
    () =>
      'The server is in protected mode: give it a password (requirepass), or let it be read on its own machine',
  ],
  [
    /max number of clients/,
    () => 'All connections are taken: raise maxclients, or find who opens so many (CLIENT LIST)',
  ],
]

/** What gives a user the commands that it lacks, to be typed into redis-cli as it stands. */
export const aclLine = (username: string, commands: readonly string[]): string =>
  `ACL SETUSER ${username || 'default'} ${commands.map((command) => `+${command}`).join(' ')}`

const UNREACHABLE = [
  (at: string) => `Redis at ${at} cannot be reached`,
  () => 'Check the route and the firewall between perfbot and the server',
] as const

const FAULTS: Readonly<
  Record<string, readonly [reason: (at: string) => string, remedy: (inConfig: string) => string]>
> = {
  ECONNREFUSED: [
    (at) => `No Redis at ${at}`,
    (inConfig) =>
      `Start the server, or correct the address under ${inConfig}; a server in a container needs a published port`,
  ],
  ENOTFOUND: [
    (at) => `The host name of ${at} is unknown`,
    (inConfig) => `Correct it under ${inConfig}; a Docker service name is only known inside its network`,
  ],
  EAI_AGAIN: [
    (at) => `The host name of ${at} cannot be resolved now`,
    (inConfig) => `Check DNS, or correct it under ${inConfig}`,
  ],
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
}

const isTlsFault = (code: string, message: string): boolean =>
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code) ||
  /self.signed certificate|before secure TLS/i.test(message)
