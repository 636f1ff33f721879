import { open, rm, stat } from 'node:fs/promises'
import { type Kysely, sql } from 'kysely'
import type { z } from 'zod'
import { Execution, Run } from '../model/execution.ts'
import { Feedback } from '../model/feedback.ts'
import { FixPlan } from '../model/fix-plan.ts'
import { Report } from '../model/report.ts'
import { Snapshot } from '../model/snapshot.ts'
import { auditStore, type BrokenLink } from './audit.ts'
import type { HeadFile } from './audit-head.ts'
import { parseRow } from './documents.ts'
import { isPostgres } from './engine.ts'
import { StoreFailure } from './failure.ts'
import type { Tables } from './tables.ts'

export type StoreCheck = {
  /** How many rows each table has. */
  readonly rows: Readonly<Record<string, number>>
  readonly sizeBytes: number
  /** What the engine finds wrong with its own structures; PostgreSQL is not asked (pg_amcheck does that). */
  readonly damage: readonly string[]
  /** Records of an older or broken kind, which reports pass over. */
  readonly unreadable: readonly string[]
  readonly brokenAudit: BrokenLink | null
}

export type Upkeep = {
  check(): Promise<StoreCheck>
  /** A whole copy at one instant, while others go on writing, for its owner only. Rejects where the file exists. */
  backUp(file: string): Promise<void>
  /** Every record, one after the other, as plain values: `{ table, … }`. */
  records(): AsyncGenerator<{ readonly table: string } & Record<string, unknown>>
}

const DOCUMENTS = {
  snapshots: Snapshot,
  reports: Report,
  plans: FixPlan,
  executions: Execution,
  runs: Run,
  feedback: Feedback,
} as const satisfies Record<string, z.ZodType>

const OTHERS = [
  'findings',
  'approvals',
  'votes',
  'audit',
  'series',
  'sample_batches',
  'series_raw',
  'series_hours',
  'detectors',
  'unusual',
  'settings',
  'events',
  'deployed',
] as const
type Counted = keyof typeof DOCUMENTS | (typeof OTHERS)[number]
const COUNTED = [...Object.keys(DOCUMENTS), ...OTHERS] as Counted[]

/** Documents at a time: a snapshot of a large machine is some hundred kB. */
const PAGE = 50

export function upkeep(db: Kysely<Tables>, headFile: HeadFile | null): Upkeep {
  async function* documents<Table extends keyof typeof DOCUMENTS>(table: Table) {
    let last = ''
    for (;;) {
      const rows = await db
        .selectFrom(table as 'reports')
        .select(['id', 'document'])
        .where('id', '>', last)
        .orderBy('id')
        .limit(PAGE)
        .execute()
      yield* rows
      if (rows.length < PAGE) return
      last = rows.at(-1)?.id as string
    }
  }
  return {
    async check() {
      const unreadable: string[] = []
      for (const table of Object.keys(DOCUMENTS) as (keyof typeof DOCUMENTS)[]) {
        for await (const row of documents(table)) {
          try {
            parseRow<unknown>(table, DOCUMENTS[table], row)
          } catch (error) {
            if (!(error instanceof StoreFailure)) throw error
            unreadable.push(`${table} ${row.id}`)
          }
        }
      }
      return {
        rows: await countRows(db),
        sizeBytes: await sizeOf(db),
        damage: await damageOf(db),
        unreadable,
        brokenAudit: await auditStore(db, () => {}, headFile).verifyAudit(),
      }
    },
    backUp: (file) => backUp(db, file),
    async *records() {
      for (const table of Object.keys(DOCUMENTS) as (keyof typeof DOCUMENTS)[]) {
        for await (const { document } of documents(table)) yield { table, ...JSON.parse(document) }
      }
      for (const table of [
        'findings',
        'approvals',
        'votes',
        'audit',
        'events',
        'series',
        'settings',
      ] as const) {
        for (const row of await db
          .selectFrom(table as 'findings')
          .selectAll()
          .execute())
          yield { table, ...row }
      }
    },
  }
}

async function countRows(db: Kysely<Tables>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of COUNTED) {
    const { count } = await db
      .selectFrom(table as 'reports')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    counts[table] = count
  }
  return counts
}

async function sizeOf(db: Kysely<Tables>): Promise<number> {
  const query = isPostgres(db)
    ? sql<{ size: number }>`select pg_database_size(current_database()) as size`
    : sql<{ size: number }>`select page_count * page_size as size from pragma_page_count, pragma_page_size`
  return (await query.execute(db)).rows[0]?.size ?? 0
}

async function damageOf(db: Kysely<Tables>): Promise<string[]> {
  if (isPostgres(db)) return []
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)
  return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
}

async function backUp(db: Kysely<Tables>, file: string): Promise<void> {
  if (isPostgres(db)) {
    throw new StoreFailure(
      'The store is a PostgreSQL database, which its own tools copy',
      `pg_dump --format=custom --file=${file} "$PERFBOT_DATABASE_URL" (the value of database: in the configuration)`,
    )
  }
  await makePrivately(file)
  try {
    // One statement, one instant: what others write meanwhile is not in it, and does not wait for it either.
    await sql`vacuum into ${file}`.execute(db)
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

/** SQLite writes into an empty file, and leaves its mode: nobody else may read what is in it. */
async function makePrivately(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close()
  } catch (error) {
    const exists = await stat(file).catch(() => null)
    throw new StoreFailure(
      exists ? `${file} is there already` : `${file} cannot be made: ${(error as Error).message}`,
      exists
        ? 'Name a file that is not there yet; nothing was overwritten.'
        : 'Name a file in a writable folder.',
      { cause: error },
    )
  }
}
