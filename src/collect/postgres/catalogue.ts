import type { Gap } from '../../model/gap.ts'
import type { Catalogue, TableReading } from '../../model/postgres/catalogue.ts'
import type { WalDirectory } from '../../model/postgres/server-statistics.ts'
import { type Bytes, type Seconds, timestamp } from '../../model/units.ts'
import { databaseSizes } from './databases.ts'
import { foreignKeysWithoutIndex, indexCount, indexes } from './indexes.ts'
import { type Asking, askInTurn, type Query } from './query.ts'
import { collationMismatches, extensions, fileRights, hbaRules, sequences } from './schema-objects.ts'
import type { Server } from './server.ts'
import { walDirectory } from './server-statistics.ts'
import { tables } from './tables.ts'

/** What was read with the catalogue, and holds until the next one. */
export type SlowReading = {
  readonly catalogue: Catalogue
  readonly sizes: ReadonlyMap<string, Bytes>
  readonly walDirectory: WalDirectory | null
  readonly gaps: readonly Gap[]
}

export type CatalogueReader = {
  /** The last reading while it is young enough, else a new one. */
  read(asking: Asking): Promise<SlowReading>
}

export function catalogueReader(every: Seconds): CatalogueReader {
  let last: { readonly at: number; readonly of: string; readonly reading: SlowReading } | null = null
  return {
    async read(asking) {
      // After a restart, or a promotion of another server to the address, nothing old holds.
      const of = asking.server.startedAt
      const now = performance.now()
      if (last && last.of === of && now - last.at < every * 1000) return last.reading
      const reading = await readSlowly(asking)
      last = { at: now, of, reading }
      return reading
    },
  }
}

async function readSlowly({ gaps: _, ...asking }: Asking): Promise<SlowReading> {
  const gaps: Gap[] = []
  const own = { ...asking, gaps }
  const readAt = timestamp(new Date())
  const answers = await askInTurn(own, {
    databaseSizes,
    tables,
    indexes,
    indexCount,
    foreignKeysWithoutIndex,
    sequences,
    extensions,
    collationMismatches,
    fileRights,
  })
  const rights = answers.fileRights?.[0]
  const { wal, hba } = await askInTurn(own, {
    wal: rights?.listsWal ? walDirectory : unasked(walDirectory),
    hba: rights?.readsHba ? hbaRules : unasked(hbaRules),
  })
  if (answers.tables) gaps.push(...bloatGap(answers.tables, asking.server))
  return {
    gaps,
    sizes: new Map(answers.databaseSizes?.map(({ name, sizeBytes }) => [name, sizeBytes])),
    walDirectory: wal?.[0] ?? null,
    catalogue: {
      readAt,
      database: asking.server.database,
      tableCount: answers.tables && (answers.tables[0]?.total ?? 0),
      tables: answers.tables?.map(({ total: _total, ...table }) => table) ?? null,
      indexCount: answers.indexCount?.[0]?.total ?? null,
      indexes: answers.indexes,
      foreignKeysWithoutIndex: answers.foreignKeysWithoutIndex,
      sequences: answers.sequences,
      extensions: answers.extensions,
      collationMismatches: answers.collationMismatches,
      hbaRules: hba,
    },
  }
}

const unasked = <Row>(query: Query<Row>): Query<Row> => ({ ...query, sql: () => null })

/** The estimate needs the widths of columns, which are shown to who may read the columns. */
function bloatGap(tables: readonly TableReading[], { name, role }: Server): Gap[] {
  const analysed = tables.filter(
    ({ lastAnalyzeAt, lastAutoanalyzeAt, liveRows }) => liveRows > 0 && (lastAnalyzeAt ?? lastAutoanalyzeAt),
  )
  if (analysed.length === 0 || analysed.some(({ bloatBytes }) => bloatBytes !== null)) return []
  return [
    {
      kind: 'absent',
      source: `postgres:${name}`,
      missing: `an estimate of the bloat of tables of PostgreSQL ${name}`,
      reason: `PostgreSQL shows the statistics of columns only to roles that may read the tables, and ${role} may not`,
      remedy: `If it may see the tables' contents: GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};`,
    },
  ]
}
