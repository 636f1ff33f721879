import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { seconds } from '../../src/model/units.ts'
import { openDatabase } from '../../src/store/database.ts'
import { StoreFailure } from '../../src/store/failure.ts'
import { openStore, storeOn } from '../../src/store/store.ts'
import { makePlan } from '../support/plan.ts'
import { makeReport } from '../support/report.ts'
import { makeDirectory } from './directory.ts'
import { makeSnapshot, minute } from './records.ts'

const fileIn = (directory: string): string => join(directory, 'perfbot.sqlite')

async function failure(act: Promise<unknown>): Promise<StoreFailure> {
  const error = await act.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreFailure)
  return error as StoreFailure
}

async function filled(): Promise<string> {
  const directory = await makeDirectory()
  const store = await openStore({ directory })
  await store.saveSnapshot(makeSnapshot('s', minute(0)))
  await store.close()
  return directory
}

function change(directory: string, statement: string): void {
  using database = new DatabaseSync(fileIn(directory))
  database.exec(statement)
}

test('the directory and the file are for their owner only', async () => {
  const directory = join(await makeDirectory(), 'new', 'deep')
  const store = await openStore({ directory })
  await store.saveSnapshot(makeSnapshot('s', minute(0)))
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
  expect(await mode(directory)).toBe('700')
  for (const part of ['', '-wal', '-shm']) expect(await mode(fileIn(directory) + part)).toBe('600')
  await store.close()
})

test.each([
  ['a text', 'these are my notes\n'],
  ['a longer text', 'notes '.repeat(5000)],
  ['a single byte', 'x'],
  ['half a header', 'SQLite format'],
])('%s in its place is left alone', async (_, content) => {
  const directory = await makeDirectory()
  await writeFile(fileIn(directory), content)
  const { message, remedy } = await failure(openStore({ directory }))
  expect(message).toBe(`${fileIn(directory)} is not a SQLite database`)
  expect(remedy).toContain(`mv ${fileIn(directory)} ${fileIn(directory)}.broken`)
  expect(await readFile(fileIn(directory), 'utf8')).toBe(content)
})

test('an empty file is a new store', async () => {
  const directory = await makeDirectory()
  await writeFile(fileIn(directory), '')
  const store = await openStore({ directory })
  expect(await store.latestReport('atlas')).toBeNull()
  await store.close()
})

test('the database of another program is left alone', async () => {
  const directory = await makeDirectory()
  change(directory, 'create table music (title text)')
  const before = await readFile(fileIn(directory))
  expect((await failure(openStore({ directory }))).message).toContain('of another program')
  expect(await readFile(fileIn(directory))).toEqual(before)
})

test('the database of a newer perfbot is left alone', async () => {
  const directory = await filled()
  change(directory, "insert into kysely_migration values ('0099-later', '2030-01-01')")
  const before = await readFile(fileIn(directory))
  const { message, remedy } = await failure(openStore({ directory }))
  expect(message).toContain('newer perfbot: this one does not know 0099-later')
  expect(remedy).toContain('Install the newer perfbot')
  expect(await readFile(fileIn(directory))).toEqual(before)
})

test('a directory where the file should be is left alone', async () => {
  const directory = await makeDirectory()
  await mkdir(fileIn(directory))
  expect((await failure(openStore({ directory }))).message).toContain('is a directory')
})

test('a file where the directory should be is told', async () => {
  const directory = await makeDirectory()
  await writeFile(join(directory, 'file'), '')
  const { message } = await failure(openStore({ directory: join(directory, 'file') }))
  expect(message).toContain('cannot be made')
})

test('a directory or file that this user cannot write is told', async () => {
  const parent = await makeDirectory()
  await chmod(parent, 0o755)
  const directory = await filled()
  await chmod(directory, 0o777)
  await chmod(fileIn(directory), 0o444)
  const closed = join(parent, 'closed')
  await mkdir(closed, { mode: 0o555 })
  const places = [closed, join(closed, 'new'), directory]
  for (const { message, remedy } of await failuresOfNobody(places)) {
    expect(message).toContain('cannot be written by this user')
    expect(remedy).toContain('chown')
  }
})

/** Root may write anywhere, so a process opens the stores that is not root even where the tests are. */
async function failuresOfNobody(directories: string[]): Promise<{ message: string; remedy: string }[]> {
  const script = join(import.meta.dirname, 'opening-process.ts')
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...directories], user)
  const failures = JSON.parse(stdout) as ({ message: string; remedy: string } | null)[]
  expect(failures).toHaveLength(directories.length)
  return failures.map((found) => found ?? { message: 'it was opened', remedy: '' })
}

test('a full disk is told, what was saved before is kept, and it goes on when there is room', async () => {
  const directory = await makeDirectory()
  const db = await openDatabase({ directory })
  const store = storeOn(db)
  await store.saveReport(makeReport({ id: 'before' }))
  const pages = await sql<{ page_count: number }>`pragma page_count`.execute(db)
  await sql`pragma max_page_count = ${sql.lit(pages.rows[0]?.page_count ?? 0)}`.execute(db)
  const large = makeReport({ id: 'large', headline: 'x'.repeat(1_000_000) })
  expect((await failure(store.saveReport(large))).message).toContain('no room left')
  expect((await store.latestReport('atlas'))?.id).toBe('before')
  await sql`pragma max_page_count = 1000000`.execute(db)
  await store.saveReport(large)
  expect((await store.report('large'))?.id).toBe('large')
  await store.close()
})

test('a lock that another process does not let go is told', async () => {
  const directory = await filled()
  const store = await openStore({ directory, busyTimeout: seconds(0.05) })
  using other = new DatabaseSync(fileIn(directory))
  other.exec('begin immediate')
  const { message, remedy } = await failure(store.saveSnapshot(makeSnapshot('t', minute(1))))
  expect(message).toContain('locked by another process')
  expect(remedy).toContain('fuser')
  expect((await failure(store.saveReport(makeReport()))).message).toContain('locked by another process')
  expect(await store.snapshotsSince('atlas', minute(0), 9)).toHaveLength(1)
  other.exec('rollback')
  await store.saveSnapshot(makeSnapshot('t', minute(1)))
  await store.close()
})

test('damage inside the file is told', async () => {
  const directory = await makeDirectory()
  const store = await openStore({ directory })
  for (let index = 0; index < 50; index += 1) await store.saveReport(makeReport({ id: `r${index}` }))
  await store.close()
  const bytes = await readFile(fileIn(directory))
  await writeFile(fileIn(directory), bytes.fill(0x5a, 8192))
  const reading = openStore({ directory }).then(async (again) => {
    try {
      return await again.latestReport('atlas')
    } finally {
      await again.close()
    }
  })
  expect((await failure(reading)).message).toMatch(/is damaged/)
})

test('a record that can no longer be read is an error alone, and passed over in lists', async () => {
  const directory = await makeDirectory()
  const store = await openStore({ directory })
  for (const at of [1, 2]) {
    await store.saveSnapshot(makeSnapshot(`s${at}`, minute(at)))
    await store.saveReport(makeReport({ id: `r${at}`, createdAt: minute(at) }))
    await store.savePlan(makePlan({ id: `p${at}`, command: `c${at}` }))
    await store.appendAudit({ at: minute(at), actor: 'U', action: 'approved', subject: 's', detail: {} })
  }
  await store.close()
  change(directory, "update snapshots set document = '{' where id = 's2'")
  change(directory, "update reports set document = '{}' where id = 'r2'")
  change(directory, "update plans set document = 'null' where id = 'p2'")
  change(directory, "update findings set severity = 'awful' where rule = 'container-restart-loop'")
  change(directory, "update audit set action = 'forgotten' where sequence = 2")

  const told: string[] = []
  const lenient = await openStore({ directory, onDamage: ({ message }) => told.push(message) })
  expect((await lenient.snapshotsSince('atlas', minute(0), 9)).map(({ id }) => id)).toEqual(['s1'])
  expect((await lenient.latestReport('atlas'))?.id).toBe('r1')
  expect((await lenient.openPlans('atlas', minute(3))).map(({ id }) => id)).toEqual(['p1'])
  expect(await lenient.findingsSeen('atlas')).toHaveLength(1)
  expect((await lenient.audit(9)).map(({ sequence }) => sequence)).toEqual([1])
  expect(told).toHaveLength(5)
  expect(told[1]).toBe('The record r2 in table reports can no longer be read')
  expect((await failure(lenient.report('r2'))).remedy).toContain('backup')
  expect((await failure(lenient.plan('p2'))).message).toContain('p2')
  await lenient.close()

  const strict = await openStore({ directory })
  await failure(strict.snapshotsSince('atlas', minute(0), 9))
  await strict.close()
})
