import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/store.ts'
import { makeDirectory } from './directory.ts'
import { minute } from './records.ts'

const LINES = 6
const COLUMNS = ['sequence', 'at', 'actor', 'action', 'subject', 'detail', 'previous_hash', 'hash'] as const
type AuditRow = Record<(typeof COLUMNS)[number], string | number>

async function auditedFile(): Promise<string> {
  const directory = await makeDirectory()
  const store = await openStore({ directory })
  for (let line = 0; line < LINES; line += 1) {
    await store.appendAudit({
      at: minute(line),
      actor: `U${line}`,
      action: 'approved',
      subject: `plan-${line}`,
      detail: { digest: 'd', bytes: line, note: null },
    })
  }
  await store.close()
  return directory
}

/** Values of the same look are the harder ones to notice, so they are drawn as well as any text. */
const forged = (column: (typeof COLUMNS)[number], row: AuditRow): fc.Arbitrary<string | number> =>
  column === 'sequence'
    ? fc.oneof(fc.integer({ min: -9, max: 0 }), fc.integer({ min: LINES + 1, max: 999 }))
    : fc.oneof(
        fc.string(),
        fc.constantFrom(` ${row[column]}`, `${row[column]} `, 'refused', 'U9', '{}', '{"digest":"d"}'),
        fc.constantFrom('{"bytes":9,"digest":"d","note":null}', '0'.repeat(64), 'f'.repeat(64)),
      )

test('a change of any column of any line is found', async () => {
  const directory = await auditedFile()
  using database = new DatabaseSync(join(directory, 'perfbot.sqlite'))
  const store = await openStore({ directory })
  const original = database.prepare('select * from audit order by sequence').all() as AuditRow[]
  const changes = fc
    .record({ line: fc.nat(LINES - 1), column: fc.constantFrom(...COLUMNS) })
    .chain(({ line, column }) =>
      forged(column, original[line] as AuditRow).map((value) => ({ line, column, value })),
    )
    .filter(({ line, column, value }) => original[line]?.[column] !== value)
    // A value that another line has in a unique column cannot be written at all.
    .filter(({ column, value }) => !/hash/.test(column) || !original.some((row) => row[column] === value))
  await fc.assert(
    fc.asyncProperty(changes, async ({ line, column, value }) => {
      database.exec('begin')
      database.prepare(`update audit set ${column} = ? where sequence = ?`).run(value, line + 1)
      database.exec('commit')
      const found = await store.verifyAudit()
      database.exec('delete from audit')
      const columns = COLUMNS.join(', ')
      const insert = database.prepare(`insert into audit (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`)
      for (const row of original) insert.run(...COLUMNS.map((name) => row[name]))
      expect(found).not.toBeNull()
    }),
    { numRuns: 300 },
  )
  expect(await store.verifyAudit()).toBeNull()
  await store.close()
})

test('a line that is taken out, or swapped with another, is found where the chain breaks', async () => {
  const directory = await auditedFile()
  using database = new DatabaseSync(join(directory, 'perfbot.sqlite'))
  const store = await openStore({ directory })
  database.exec('delete from audit where sequence = 3')
  expect(await store.verifyAudit()).toEqual({ sequence: 4, reason: 'line 3 is missing' })
  database.exec('update audit set sequence = sequence - 1 where sequence > 3')
  expect(await store.verifyAudit()).toEqual({
    sequence: 3,
    reason: 'it does not follow from the line before it',
  })
  await store.close()
})
