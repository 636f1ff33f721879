import { StoreFailure } from './failure.ts'

/** host:port/database: all of the URL that may be shown. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the PostgreSQL that `database` names'
  const { hostname, port, pathname } = new URL(url)
  return `PostgreSQL at ${hostname || 'the local socket'}:${port || 5432}${pathname}`
}

export const isNewer = (url: string, unknown: readonly string[]): StoreFailure =>
  new StoreFailure(
    `${placeOf(url)} was written by a newer perfbot: this one does not know ${unknown.join(', ')}`,
    'It was left as it is. Install the newer perfbot again, or name another database in config.',
  )

/** SQLSTATE (PostgreSQL, appendix A) or system error, and what to do about it. */
const REMEDIES: Record<string, string> = {
  ECONNREFUSED: 'Start the server, or correct database: in config/perfbot.yaml.',
  ENOTFOUND: 'The host name cannot be resolved: correct database: in config/perfbot.yaml.',
  ETIMEDOUT: 'Check the route and the firewall between perfbot and the server.',
  ECONNRESET: 'The server ended the connection; the next write tries again.',
  '28P01': 'Correct the user or the password under database: in config/perfbot.yaml.',
  '28000': 'Allow the user, database and address of perfbot in pg_hba.conf, then SELECT pg_reload_conf().',
  '3D000': 'Make the database (CREATE DATABASE … OWNER perfbot), or correct its name.',
  '42501': 'Let perfbot make its tables: GRANT CREATE, USAGE ON SCHEMA public TO the role of perfbot.',
  '53100': 'The disk of the server is full; what was written before is intact. Free space on it.',
  '53200': 'The server is out of memory: look at its log.',
  '53300': 'All connections of the server are taken: end some, or raise max_connections.',
  '57014': 'The server took longer than 30 s: look for what keeps it busy.',
  '57P01': 'The server shuts down; the next write tries again.',
  '57P03': 'The server starts up or recovers; the next write tries again.',
  '40P01': 'Two bots wrote the same rows in different order; it is tried again with the next collection.',
}

const DEFECT = 'Nothing was changed. This is a defect in perfbot: please report it with this message.'
const OTHERWISE = 'Nothing was changed. If it happens again, look at the log of the server.'

/** What went wrong in PostgreSQL, for a person, without the password; a `StoreFailure` as it was. */
export function postgresFailure(url: string, error: unknown): unknown {
  if (error instanceof StoreFailure || !(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const cause = error instanceof AggregateError ? error.errors[0] : error
  const reason = String((cause as Error).message || code).split('\n', 1)[0] ?? ''
  // Class 23 is a constraint that was violated: the tables refuse what the code must not write.
  const remedy = REMEDIES[code] ?? (code.startsWith('23') ? DEFECT : OTHERWISE)
  return new StoreFailure(`${placeOf(url)}: ${withoutPassword(reason, url)}`, remedy, { cause: error })
}

function withoutPassword(text: string, url: string): string {
  const raw = /^[^:]+:\/\/[^:@/]*:([^@]*)@/.exec(url)?.[1]
  return raw ? text.replaceAll(url, '***').replaceAll(raw, '***') : text
}
