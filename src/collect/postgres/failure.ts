import pg from 'pg'
import { CollectFailure, errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded } from '../deadline.ts'

export type PostgresSource = { name: string; url: string; configured: boolean }

/** host:port/database and who connects, without by what password. */
export type Place = { host: string; port: number; database: string; role: string }

const quoted = (name: string): string => pg.escapeIdentifier(name)

const describePlace = ({ host, port }: Place): string => `${host}:${port}`

const whereConfigured = ({ name }: PostgresSource): string =>
  `postgres: ${name} in config/perfbot.yaml, or DATABASE_URL`

/** Without its cause, which quotes the connection string. */
export const invalidUrl = (error: unknown, source: PostgresSource): CollectFailure =>
  errorCode(error) === 'ENOENT' || errorCode(error) === 'EACCES'
    ? new CollectFailure(
        'failed',
        `A certificate or key that the connection string names cannot be read (${errorCode(error)})`,
        `Correct sslrootcert, sslcert or sslkey under ${whereConfigured(source)}`,
      )
    : new CollectFailure(
        'failed',
        'The connection string is not a URL',
        `Write it as postgres://user:password@host:5432/db, special characters percent-encoded, under ${whereConfigured(source)}`,
      )

/** Why a server could not be read. Nothing of the connection string gets in but host, port and database. */
export function postgresFailure(
  error: unknown,
  source: PostgresSource,
  place: Place,
  signal: AbortSignal,
): unknown {
  if (error instanceof CollectFailure) return error
  const inConfig = whereConfigured(source)
  const at = describePlace(place)
  const failed = (reason: string, remedy: string) =>
    new CollectFailure('failed', withoutPassword(reason, source.url), remedy)
  if (signal.aborted) {
    const limit = signal.reason instanceof DeadlineExceeded ? signal.reason.message : 'was interrupted'
    return failed(
      `PostgreSQL at ${at} ${limit}`,
      'Check that the address can be reached and that the server is not overloaded',
    )
  }
  const code = errorCode(error) ?? ''
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    return new CollectFailure(
      source.configured ? 'failed' : 'absent',
      `No PostgreSQL at ${at}`,
      `Start the server, or correct the address under ${inConfig}; a server in a container needs a published port`,
    )
  }
  const known = KNOWN[code]?.(place, inConfig)
  if (known) return failed(`PostgreSQL at ${at}: ${messageOf(error)}`, known)
  if (isTlsFault(code, messageOf(error))) {
    return failed(
      `TLS to PostgreSQL at ${at}: ${messageOf(error)}`,
      `Add to the URL what fits: ?sslrootcert=/path/ca.pem (a private authority), ?sslmode=no-verify (a certificate nobody signed), or ?sslmode=disable; under ${inConfig}`,
    )
  }
  if (/timeout expired|query read timeout/i.test(messageOf(error))) {
    return failed(
      `PostgreSQL at ${at} did not answer in time`,
      'Check that the address can be reached and that the server is not overloaded',
    )
  }
  if (isLostConnection(error)) {
    return failed(
      `PostgreSQL at ${at} closed the connection in the middle of an answer`,
      'It was restarted, or crashed: look at its log. It is read again at the next collection',
    )
  }
  return failed(
    `PostgreSQL at ${at}: ${messageOf(error)}`,
    `Try the same with psql; the address stands under ${inConfig}`,
  )
}

/** SQLSTATE (PostgreSQL, appendix A) or system error, and what to do about it. */
const KNOWN: Record<string, (place: Place, inConfig: string) => string> = {
  '28P01': (_, inConfig) => `Correct the user or the password under ${inConfig}`,
  '28000': () =>
    'Allow the user, database and address of perfbot in pg_hba.conf, then SELECT pg_reload_conf(); or correct the user',
  '3D000': ({ database }, inConfig) =>
    `There is no database "${database}" on it: correct the name under ${inConfig}`,
  '42501': ({ database, role }) =>
    `Let the role connect: GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(role)};`,
  '53300': ({ role }) =>
    `All connections are taken: end some, or keep a few for monitoring from 16 on: ALTER SYSTEM SET reserved_connections = 3; restart; GRANT pg_use_reserved_connections TO ${quoted(role)};`,
  '57P01': () =>
    'The server was shut down, or somebody ended the session: it is read again at the next collection',
  '57P02': () => 'A process of the server crashed, and it starts anew: look at its log',
  '57P03': () => 'The server starts up, shuts down or recovers: wait, and look at its log',
  '57014': () =>
    'A statement took longer than the deadline of a collector: look for a server that is overloaded',
  '08P01': () => 'If this is PgBouncer, name the server behind it instead: a pooler hides what perfbot reads',
  ENOTFOUND: (_, inConfig) =>
    `The host name cannot be resolved: correct it under ${inConfig}; a Docker service name is only known inside its network`,
  EAI_AGAIN: (_, inConfig) =>
    `The host name cannot be resolved now: check DNS, or correct it under ${inConfig}`,
  EACCES: () => 'Give the user of perfbot access to the directory of the socket (unix_socket_directories)',
  ETIMEDOUT: () => 'Check the route and the firewall between perfbot and the server',
  EHOSTUNREACH: () => 'Check the route and the firewall between perfbot and the server',
  ENETUNREACH: () => 'Check the route and the firewall between perfbot and the server',
}

/** The server, or what is between it and us, has hung up. */
export const isLostConnection = (error: unknown): boolean =>
  /^(57P0[123]|ECONNRESET|EPIPE)$/.test(errorCode(error) ?? '') ||
  /connection terminated|not queryable|client was closed/i.test(messageOf(error))

const isTlsFault = (code: string, message: string): boolean =>
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code) ||
  /does not support SSL|SSL connection|self.signed certificate/i.test(message)

/** A server or a library may quote what it was given. */
function withoutPassword(text: string, url: string): string {
  const raw = /^[^:]+:\/\/[^:@/]*:([^@]*)@/.exec(url)?.[1]
  if (!raw) return text
  return [url, raw, decoded(raw)].reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A bare % in it: then it is as it stands.
    return text
  }
}
