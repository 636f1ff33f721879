import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { openStore } from '../../src/store/store.ts'
import { makeDirectory } from '../store/directory.ts'
import { makeSnapshot, minute } from '../store/records.ts'
import { runPerfbot } from '../support/command-line.ts'
import { makePlan } from '../support/plan.ts'

/** Runs `perfbot store …` in a folder whose store is in `data`. */
const store = (cwd: string, ...words: string[]) => runPerfbot(['store', ...words], { cwd })

async function filled(): Promise<string> {
  const cwd = await makeDirectory()
  const kept = await openStore({ directory: join(cwd, 'data') })
  await kept.saveSnapshot(makeSnapshot('s', minute(0)))
  await kept.savePlan(makePlan())
  await kept.appendAudit({ at: minute(0), actor: 'U1', action: 'approved', subject: 's', detail: {} })
  await kept.saveSamples('atlas', minute(0), [{ metric: 'm', labels: {}, value: 1 }])
  await kept.close()
  return cwd
}

it('a store is checked, copied while it is in use, and printed record by record', async () => {
  const cwd = await filled()
  const open = await openStore({ directory: join(cwd, 'data') })
  const checked = await store(cwd, 'check')
  expect(checked).toMatchObject({ status: 0 })
  expect(checked.stdout).toContain('Every record can be read, and the audit log is whole.')

  expect(await store(cwd, 'backup', 'copy.sqlite')).toMatchObject({ status: 0 })
  expect((await stat(join(cwd, 'copy.sqlite'))).mode & 0o777).toBe(0o600)
  using copy = new DatabaseSync(join(cwd, 'copy.sqlite'), { readOnly: true })
  expect(copy.prepare('select id from snapshots').all()).toEqual([{ id: 's' }])
  const again = await store(cwd, 'backup', 'copy.sqlite')
  expect(again).toMatchObject({ status: 1 })
  expect(again.stderr).toContain('copy.sqlite is there already')

  const lines = (await store(cwd, 'export')).stdout.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).table)).toEqual(['snapshots', 'plans', 'audit', 'series'])
  await open.close()
})

it('a check finds a record that was broken and an audit log that was edited', async () => {
  const cwd = await filled()
  using database = new DatabaseSync(join(cwd, 'data/perfbot.sqlite'))
  database.exec(`update plans set document = '{"id":1}'; update audit set actor = 'U2'`)
  const { status, stdout } = await store(cwd, 'check')
  expect(status).toBe(1)
  expect(stdout).toContain('Cannot be read: plans plan-1')
  expect(stdout).toContain('The audit log was changed at entry 1')
})

it('a store that is not there yet is said, not made', async () => {
  const cwd = await makeDirectory()
  const { status, stderr } = await store(cwd, 'check')
  expect(status).toBe(1)
  expect(stderr).toContain('There is no store in data yet')
  await expect(stat(join(cwd, 'data'))).rejects.toThrow('ENOENT')
})
