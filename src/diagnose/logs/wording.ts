import type { LogError, LogErrorClass, LogFields } from '../../model/log-summary.ts'

const named = (value: unknown, before = ' '): string => (value === undefined ? '' : `${before}${value}`)
const address = ({ host, port }: LogFields): string =>
  host === undefined ? '' : `${host}${port === undefined ? '' : `:${port}`}`
const at = (fields: LogFields, before: string): string => {
  const where = address(fields)
  return where === '' ? '' : `${before}${where}`
}

/** Each class as a sentence about what happened. */
const SENTENCES: Readonly<Record<LogErrorClass, (fields: LogFields) => string>> = {
  'missing-module': ({ module }) => `The module${named(module)} is missing`,
  'missing-library': ({ library }) => `The shared library${named(library)} is missing`,
  'missing-class': ({ class: name }) => `The class${named(name)} is missing`,
  'missing-command': ({ command }) => `The command${named(command)} is not found`,
  'missing-file': ({ file }) => `The file${named(file)} is missing`,
  'missing-variable': ({ variable }) => `The setting${named(variable)} is missing`,
  'config-syntax': ({ file, parameter }) => `A configuration${named(file ?? parameter)} cannot be read`,
  'migration-failed': ({ revision }) => `A migration${named(revision)} fails`,
  'wrong-architecture': () =>
    'A program cannot be executed: it was built for another architecture, or is none',
  'bad-image': ({ image }) => `The image${named(image)} cannot be pulled`,
  'port-in-use': ({ port }) => `The port${named(port)} is already in use`,
  'permission-denied': ({ file, table }) => `Permission is denied${named(file ?? table, ' to ')}`,
  'read-only-filesystem': ({ file }) => `A file system is read-only${named(file, ': ')}`,
  'disk-full': () => 'A disk is full',
  'disk-failing': ({ device }) => `A disk fails to read or write${named(device, ': ')}`,
  corrupted: () => 'Stored data is corrupted',
  'out-of-memory': ({ needed }) => `Memory runs out${named(needed, ', needed: ')}`,
  'oom-killed': ({ process }) =>
    `The kernel killed${process === undefined ? ' a process' : ` ${process}`} for want of memory`,
  'gpu-failed': ({ xid, gpu }) => `A GPU fails or is not found${named(gpu, ': ')}${named(xid, ', Xid ')}`,
  'crash-signal': ({ signal }) => `A process crashed${named(signal, ' by signal ')}`,
  'certificate-expired': (fields) => `A certificate has expired${at(fields, ' at ')}`,
  'tls-failed': (fields) => `TLS fails${at(fields, ' with ')}`,
  'too-many-open-files': () => 'Too many files are open',
  'too-many-connections': () => 'The database takes no more connections',
  'pool-exhausted': ({ limit, overflow }) =>
    `A pool is exhausted${named(limit, ', its limit is ')}${named(overflow, ' with an overflow of ')}`,
  'authentication-failed': ({ user, client }) =>
    `Authentication fails${named(user, ' for ')}${named(client, ' from ')}`,
  'rate-limited': ({ limit, per, rate }) =>
    `A rate limit is reached${named(limit, ', limit ')}${named(per, ' per ')}${named(rate, ', rate ')}`,
  'write-refused': () => 'A server refuses to write',
  'checkpoints-too-frequent': ({ apart }) =>
    `Checkpoints come too often${named(apart, ', ')}${apart === undefined ? '' : ' seconds apart'}`,
  deadlock: ({ table }) => `Transactions deadlock${named(table, ' on ')}`,
  'lock-timeout': () => 'Waiting for a lock takes too long',
  'unique-violation': ({ constraint }) => `A unique constraint is violated${named(constraint, ': ')}`,
  'constraint-violation': ({ kind, constraint, column }) =>
    `A constraint is violated${named(kind, ', ')}${named(constraint ?? column, ': ')}`,
  'sql-error': ({ table, column, database }) =>
    `A statement fails${named(column ?? table ?? database, ': ')}`,
  'connection-refused': (fields) => `Connections are refused${at(fields, ' by ')}`,
  'connection-reset': (fields) => `Connections break off${at(fields, ' with ')}`,
  'name-not-resolved': ({ host }) => `The name${named(host)} cannot be resolved`,
  unreachable: (fields) => `The network does not reach${at(fields, ' ') || ' a host'}`,
  'upstream-failed': (fields) => `An upstream fails${at(fields, ': ')}${named(fields.status, ', answered ')}`,
  timeout: (fields) => `Waiting takes too long${at(fields, ' for ')}`,
  'server-error': ({ status }) => `Requests fail in the server${named(status, ', answered ')}`,
  'program-fault': () => 'The program has a fault',
  other: () => 'Errors',
}

/** Classes whose sentence says little without the log's own words. */
const NEEDS_WORDS: ReadonlySet<LogErrorClass> = new Set<LogErrorClass>([
  'program-fault',
  'config-syntax',
  'corrupted',
  'migration-failed',
  'write-refused',
  'crash-signal',
])

/** What happened, in a sentence; for what has no class, in the log's own words. */
export function sayError({ class: kind, fields, cause, mostly }: LogError): string {
  const sentence = SENTENCES[kind](fields)
  const isBare = NEEDS_WORDS.has(kind) || (kind === 'sql-error' && !sentence.includes(':'))
  const words = kind === 'other' ? cause : isBare ? `${sentence}: ${cause}` : sentence
  return `${words}${mostly === null ? '' : `, mostly ${mostly}`}`
}
