import type { Fix } from '../../model/finding.ts'
import { counted, formatBytes, formatSeconds } from '../../model/format.ts'
import type { IndexReading, MissingForeignKeyIndex } from '../../model/postgres/catalogue.ts'
import { identifier, qualified } from '../../model/postgres/identifier.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import { type Seconds, secondsBetween } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { type Context, measured, observed, rule, type Subject, type Verdict } from '../rule.ts'
import { databases, partsOf } from '../subjects.ts'

type Index = { readonly index: IndexReading; readonly server: PostgresReading; readonly name: string }

const UNREAD = { couldNotLook: 'its indexes were not read' } as const

/** Those that the catalogue lists of each server; where it could not be read, one that stands for all. */
const indexes = (context: Context): Subject<Index | null>[] =>
  databases(context).flatMap((subject): Subject<Index | null>[] => {
    const list = subject.value.catalogue?.indexes
    if (!list) return [{ target: subject.target, value: null }]
    return partsOf(
      [subject],
      (server) => list.map((index) => ({ index, server, name: `${index.schema}.${index.name}` })),
      ({ name }) => name,
    )
  })

const dropIndex = ({ schema, name }: IndexReading): Fix => ({
  kind: 'command',
  title: `Drop the index ${schema}.${name}`,
  command: 'postgres.drop-index',
  parameters: { schema, index: name },
})

const figuresOf = (context: Context, { sizeBytes, definition, scans }: IndexReading) => [
  ...(sizeBytes === null ? [] : [measured(context)('index', sizeBytes, 'bytes', 'pg_relation_size()')]),
  measured(context)('scans', scans, 'count', 'pg_stat_user_indexes.idx_scan'),
  ...(definition === null ? [] : [observed(context)('definition', definition, 'pg_get_indexdef()')]),
]

export const indexInvalid = rule({
  id: 'pg-index-invalid',
  about: 'postgres',
  looksAt: 'indexes that are written to and never read',
  subjects: indexes,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { index, name, server } = subject
    // One that is being built is invalid until it is done.
    const isBuilt = !server.progress?.some(({ kind }) => kind === 'create index')
    if (index.valid || !isBuilt) return 'passed'
    return {
      severity: 'medium',
      title: `The index ${name} is invalid`,
      impact: 'Each write keeps it up and no query uses it; a unique one enforces nothing.',
      rootCause: 'CREATE INDEX CONCURRENTLY failed and left it behind: a duplicate, a deadlock or a cancel.',
      evidence: [observed(context)('valid', 'false', 'pg_index.indisvalid'), ...figuresOf(context, index)],
      fixes: [
        dropIndex(index),
        manual('Then build it again', `${index.definition ?? 'CREATE INDEX CONCURRENTLY …'};`),
      ],
    }
  },
})

/** The rest of the readings says that an index is needless; small ones cost too little to speak of. */
const isLarge = ({ sizeBytes }: IndexReading, { thresholds }: Context): boolean =>
  (sizeBytes ?? 0) >= thresholds.indexBytes

export const indexDuplicate = rule({
  id: 'pg-index-duplicate',
  about: 'postgres',
  looksAt: 'indexes that another makes needless',
  subjects: indexes,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { index, name } = subject
    const other = index.duplicateOf ?? index.prefixOf
    if (other === null || !index.valid || index.constraint || !isLarge(index, context)) return 'passed'
    return {
      severity: 'low',
      title:
        index.duplicateOf === null
          ? `The index ${name} is the beginning of ${other}`
          : `The index ${name} is the same as ${other}`,
      impact: `Each write keeps both up, and ${formatBytes(index.sizeBytes ?? 0)} are taken twice.`,
      rootCause: 'It was made twice, by hand and by a migration most often.',
      evidence: [observed(context)('other index', other, 'pg_index'), ...figuresOf(context, index)],
      fixes: [dropIndex(index)],
    }
  },
})

/** How long it has been counted who uses an index. Null when that is not known. */
function countedFor({ catalogue, databases: all }: PostgresReading, { snapshot }: Context): Seconds | null {
  const since = all.find(({ name }) => name === catalogue?.database)?.statisticsResetAt ?? null
  return since && secondsBetween(since, snapshot.takenAt)
}

export const indexUnused = rule({
  id: 'pg-index-unused',
  about: 'postgres',
  looksAt: 'indexes that nobody has used since the statistics began',
  subjects: indexes,
  check(subject, context): Verdict {
    if (!subject) return UNREAD
    const { index, name, server } = subject
    const isNeeded = index.scans > 0 || index.unique || index.constraint || !index.valid
    if (isNeeded || index.duplicateOf !== null || !isLarge(index, context)) return 'passed'
    const span = countedFor(server, context)
    if (span === null) return { couldNotLook: 'since when its use is counted is not known' }
    if (span < context.thresholds.indexUnusedSeconds)
      return { couldNotLook: 'its use is not counted for long enough' }
    return {
      severity: 'low',
      title: `The index ${name} (${formatBytes(index.sizeBytes ?? 0)}) has not been used for ${formatSeconds(span)}`,
      impact: 'Each write keeps it up, and it takes memory from what is used.',
      rootCause:
        'No query needs it any more, or none ever did. Reports of a quarter, and standbys, which count their own, may.',
      evidence: [
        measured(context)('counted for', span, 'seconds', 'pg_stat_database.stats_reset'),
        ...figuresOf(context, index),
      ],
      fixes: [dropIndex(index)],
    }
  },
})

const foreignKeys = (context: Context): Subject<MissingForeignKeyIndex | null>[] =>
  databases(context).flatMap((subject): Subject<MissingForeignKeyIndex | null>[] => {
    const list = subject.value.catalogue?.foreignKeysWithoutIndex
    if (!list) return [{ target: subject.target, value: null }]
    return partsOf(
      [subject],
      () => list,
      ({ schema, table, constraint }) => `${schema}.${table} ${constraint}`,
    )
  })

export const foreignKeyUnindexed = rule({
  id: 'pg-foreign-key-unindexed',
  about: 'postgres',
  looksAt: 'foreign keys without an index behind them',
  subjects: foreignKeys,
  check(key, context): Verdict {
    if (!key) return { couldNotLook: 'its foreign keys were not read' }
    const { schema, table, constraint, columns, references, rows } = key
    if (rows < context.thresholds.foreignKeyRows) return 'passed'
    const named = columns.join(', ')
    return {
      severity: 'low',
      title: `${schema}.${table} (${named}) refers to ${references} without an index`,
      impact: `Each row that is deleted from ${references}, or whose key changes, reads ${counted(rows, 'row')} of ${table}.`,
      rootCause: 'PostgreSQL makes an index for what is referred to, not for what refers.',
      evidence: [
        measured(context)('rows', rows, 'count', 'pg_class.reltuples'),
        observed(context)('constraint', constraint, 'pg_constraint'),
      ],
      fixes: [
        manual(
          'Make one, beside reads and writes',
          `CREATE INDEX CONCURRENTLY ON ${qualified(schema, table)} (${columns.map(identifier).join(', ')});`,
        ),
      ],
    }
  },
})
