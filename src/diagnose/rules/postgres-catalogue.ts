import { formatRatio } from '../../model/format.ts'
import type { CollationMismatch, HbaRule, SequenceReading } from '../../model/postgres/catalogue.ts'
import { identifier, qualified } from '../../model/postgres/identifier.ts'
import { settingNamed } from '../../model/postgres-reading.ts'
import { manual } from '../fixes.ts'
import { type Context, measured, observed, rule, type Subject, type Verdict } from '../rule.ts'
import { databases, partsOf } from '../subjects.ts'

const sequences = (context: Context): Subject<SequenceReading | null>[] =>
  databases(context).flatMap((subject): Subject<SequenceReading | null>[] => {
    const list = subject.value.catalogue?.sequences
    if (!list) return [{ target: subject.target, value: null }]
    return partsOf(
      [subject],
      () => list,
      ({ schema, name }) => `${schema}.${name}`,
    )
  })

export const sequenceEnd = rule({
  id: 'pg-sequence-end',
  about: 'postgres',
  looksAt: 'how much of its numbers a sequence has given out',
  subjects: sequences,
  check(sequence, context): Verdict {
    if (!sequence) return { couldNotLook: 'its sequences were not read' }
    const { schema, name, column, usedRatio } = sequence
    const { sequenceUsed, sequenceUsedCritical } = context.thresholds
    if (usedRatio <= sequenceUsed) return 'passed'
    // A column is named with its table before it, each quoted where needed.
    const [, table = '', last = ''] = /^(.+)\.("(?:[^"]|"")+"|[^".]+)$/.exec(column ?? '') ?? []
    const sequenceInSql = qualified(schema, name)
    return {
      severity: usedRatio > sequenceUsedCritical ? 'critical' : 'high',
      title: `The sequence ${schema}.${name} has given out ${formatRatio(usedRatio)} of its numbers`,
      impact: 'At the end each insert fails: "nextval: reached maximum value", or "integer out of range".',
      rootCause: `${column ?? 'What it numbers'} has a type that is too small for how many rows come.`,
      evidence: [measured(context)('given out', usedRatio, 'ratio', 'pg_sequences.last_value')],
      fixes: [
        manual(
          'Give the column a larger type; the table is written anew, which locks it',
          column === null
            ? `ALTER SEQUENCE ${sequenceInSql} AS bigint;`
            : `ALTER TABLE ${table} ALTER COLUMN ${last} TYPE bigint; ALTER SEQUENCE ${sequenceInSql} AS bigint;`,
        ),
      ],
    }
  },
})

type Collation = CollationMismatch & { readonly of: 'collation' | 'database' }

const collations = (context: Context): Subject<Collation | null>[] =>
  databases(context).flatMap((subject): Subject<Collation | null>[] => {
    const { catalogue, databases: all } = subject.value
    const own = all.flatMap(({ name, collationMismatch }) =>
      collationMismatch ? [{ name, ...collationMismatch, of: 'database' as const }] : [],
    )
    const used = catalogue?.collationMismatches?.map((each) => ({ ...each, of: 'collation' as const }))
    if (!used && own.length === 0) return [{ target: subject.target, value: null }]
    return partsOf(
      [subject],
      () => [...own, ...(used ?? [])],
      ({ of, name }) => `${of} ${name}`,
    )
  })

export const collationVersion = rule({
  id: 'pg-collation-version',
  about: 'postgres',
  looksAt: 'versions of the collations that its indexes were sorted by',
  subjects: collations,
  check(collation, context): Verdict {
    if (!collation) return { couldNotLook: 'its collations were not read' }
    const { of, name, recorded, actual } = collation
    const what = of === 'database' ? 'DATABASE' : 'COLLATION'
    return {
      severity: 'high',
      title: `The ${of} ${name} was sorted by version ${recorded}, and the system now sorts by ${actual}`,
      impact:
        'Indexes over text may be in the wrong order: rows are not found, and unique ones let duplicates in.',
      rootCause: 'The operating system, or the image, came with another glibc or ICU.',
      evidence: [
        observed(context)(
          'recorded',
          recorded,
          `${of === 'database' ? 'pg_database.dat' : 'pg_collation.'}collversion`,
        ),
        observed(context)('actual', actual, 'pg_collation_actual_version()'),
      ],
      fixes: [
        manual(
          'Rebuild the indexes over text, then record the version',
          `REINDEX DATABASE CONCURRENTLY <database>; ALTER ${what} ${identifier(name)} REFRESH ${of === 'database' ? 'COLLATION ' : ''}VERSION;`,
        ),
      ],
    }
  },
})

const hbaRules = (context: Context): Subject<HbaRule | null>[] =>
  databases(context).flatMap((subject): Subject<HbaRule | null>[] => {
    const list = subject.value.catalogue?.hbaRules
    if (!list) return [{ target: subject.target, value: null }]
    return partsOf(
      [subject],
      () => list,
      ({ line }) => `line ${line}`,
    )
  })

const HERE = new Set(['127.0.0.1', '::1', 'localhost', 'samehost'])
const UNREAD = { couldNotLook: 'pg_hba.conf is not readable' } as const

/** Over a socket, or from the machine itself, other ways lead in anyway for who is there. */
const isFromElsewhere = ({ type, address }: HbaRule): boolean =>
  type !== 'local' && address !== null && !HERE.has(address.replace(/\/(?:32|128)$/, ''))

const lineOf = ({ type, databases: of, users, address, method }: HbaRule): string =>
  [type, of.join(','), users.join(','), address ?? '', method].filter(Boolean).join(' ')

export const hbaTrust = rule({
  id: 'pg-hba-trust',
  about: 'postgres',
  looksAt: 'who is let in without a password from another machine',
  subjects: hbaRules,
  check(line, context): Verdict {
    if (!line) return UNREAD
    if (line.method !== 'trust' || line.error !== null || !isFromElsewhere(line)) return 'passed'
    return {
      severity: 'high',
      title: `Line ${line.line} of pg_hba.conf lets ${line.address} in without a password`,
      impact: `Whoever reaches the port is ${line.users.includes('all') ? 'anybody, the superuser too' : line.users.join(', ')}.`,
      rootCause: 'The method is trust. In the official image POSTGRES_HOST_AUTH_METHOD=trust writes it.',
      evidence: [observed(context)(`line ${line.line}`, lineOf(line), 'pg_hba_file_rules')],
      fixes: [
        manual(
          'Ask for a password, then let it be read again',
          `pg_hba.conf, line ${line.line}: ${lineOf({ ...line, method: 'scram-sha-256' })}\nSELECT pg_reload_conf();`,
        ),
      ],
    }
  },
})

export const hbaUnreadable = rule({
  id: 'pg-hba-error',
  about: 'postgres',
  looksAt: 'lines of pg_hba.conf that the server cannot read',
  subjects: hbaRules,
  check(line, context): Verdict {
    if (!line) return UNREAD
    if (line.error === null) return 'passed'
    return {
      severity: 'medium',
      title: `The server cannot read line ${line.line} of pg_hba.conf`,
      impact: 'What was changed since is not in force, and the server will not start again with it.',
      rootCause: line.error,
      evidence: [observed(context)(`line ${line.line}`, line.error, 'pg_hba_file_rules.error')],
      fixes: [manual('Correct it, then let it be read again', 'SELECT pg_reload_conf();')],
    }
  },
})

export const unencrypted = rule({
  id: 'pg-unencrypted',
  about: 'postgres',
  looksAt: 'connections from other machines without TLS',
  subjects: databases,
  check(database, context): Verdict {
    const { name, unencryptedConnections: open, connectionGroups } = database
    if (open === null) return { couldNotLook: 'how clients connect is not readable' }
    const ssl = settingNamed(database, 'ssl')
    // What stays on the machine, or in its networks of containers, is nobody's to listen to.
    const isPublic = connectionGroups?.some(({ clientAddress }) => isOfTheInternet(clientAddress)) ?? false
    if (open === 0 || !isPublic) return 'passed'
    return {
      severity: 'medium',
      title: `${name} is talked to in the clear from outside`,
      impact: 'Passwords, unless they are SCRAM, and all data can be read on the way.',
      rootCause: ssl?.setting === 'off' ? 'ssl is off.' : 'ssl is on, and the clients do not ask for it.',
      evidence: [
        measured(context)('connections without TLS', open, 'count', 'pg_stat_ssl'),
        observed(context)('ssl', ssl?.setting ?? 'unknown', 'pg_settings.ssl'),
      ],
      fixes: [
        manual(
          'Ask for TLS in the clients, and in pg_hba.conf',
          'sslmode=verify-full; hostssl in place of host',
        ),
      ],
    }
  },
})

/** Neither this machine nor a private network (RFC 1918, RFC 4193). */
const isOfTheInternet = (address: string | null): boolean =>
  address !== null &&
  !/^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|::1|f[cd]|fe80)/i.test(address)
