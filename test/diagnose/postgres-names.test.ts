import { expect, it } from 'vitest'
import type { Catalogue } from '../../src/model/postgres/catalogue.ts'
import type { XminHolder } from '../../src/model/postgres/sessions.ts'
import { ratio } from '../../src/model/units.ts'
import { makeDatabase, minutesBefore } from '../support/snapshot.ts'
import { findingOf } from './support.ts'

const catalogue = (changes: Partial<Catalogue>) => ({
  databases: [
    makeDatabase({
      catalogue: {
        readAt: minutesBefore(1),
        database: 'app',
        tableCount: 0,
        tables: [],
        indexCount: 0,
        indexes: [],
        foreignKeysWithoutIndex: [],
        sequences: [],
        extensions: [],
        collationMismatches: [],
        hbaRules: [],
        ...changes,
      },
    }),
  ],
})

const changeOf = (rule: string, changes: Parameters<typeof findingOf>[1]): string | undefined =>
  findingOf(rule, changes).fixes.flatMap((fix) => (fix.kind === 'manual' ? [fix.change] : []))[0]

it('a name is told as it is, and quoted in the SQL that is suggested', () => {
  const key = {
    schema: 'public',
    table: 'Order',
    constraint: 'fk',
    columns: ['customer_id', 'group'],
    references: 'customers',
    rows: 10_000_000,
  }
  const found = catalogue({ foreignKeysWithoutIndex: [key] })
  expect(findingOf('pg-foreign-key-unindexed', found).title).toContain('public.Order (customer_id, group)')
  expect(changeOf('pg-foreign-key-unindexed', found)).toBe(
    'CREATE INDEX CONCURRENTLY ON public."Order" (customer_id, "group");',
  )
})

it.each([
  ['public.orders.id', 'ALTER TABLE public.orders ALTER COLUMN id TYPE bigint;'],
  ['public."Line.Items"."a.""b"', 'ALTER TABLE public."Line.Items" ALTER COLUMN "a.""b" TYPE bigint;'],
])('the column of a sequence comes with its table: %s', (column, change) => {
  const sequence = { schema: 'public', name: 'Seq', column, usedRatio: ratio(0.99) }
  expect(changeOf('pg-sequence-end', catalogue({ sequences: [sequence] }))).toBe(
    `${change} ALTER SEQUENCE public."Seq" AS bigint;`,
  )
})

it('what a client called its transaction stands in the remedy as it wrote it', () => {
  const holder: XminHolder = {
    kind: 'prepared-transaction',
    name: "$& it's $1",
    databaseName: 'app',
    xminAge: 2_000_000,
  }
  expect(changeOf('pg-xmin-held', { databases: [makeDatabase({ xminHolders: [holder] })] })).toBe(
    "ROLLBACK PREPARED '$& it''s $1';",
  )
})
