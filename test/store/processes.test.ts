import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/store.ts'
import { makePlan } from '../support/plan.ts'
import { makeDirectory } from './directory.ts'

function start(script: string, ...parameters: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...parameters])
  child.stderr.pipe(process.stderr)
  return child
}

test('of two processes exactly one claims each plan, and both write one audit chain', async () => {
  const directory = await makeDirectory()
  const store = await openStore({ directory })
  const plans = Array.from({ length: 100 }, (_, index) => `plan-${index}`)
  for (const id of plans) {
    await store.savePlan(makePlan({ id, target: { kind: 'container', host: 'atlas', name: id } }))
  }

  const people = ['U1', 'U2'].map((person) =>
    start('claiming-process.ts', directory, person, plans.join(',')),
  )
  await Promise.all(people.map(({ stdout }) => once(stdout, 'data')))
  const answers = people.map(async (child) => {
    child.stdin.write('go\n')
    const chunks = await child.stdout.toArray()
    return JSON.parse(Buffer.concat(chunks).toString()) as string[]
  })
  const claimed = await Promise.all(answers)

  expect(claimed.flat().toSorted()).toEqual(plans.toSorted())
  for (const [index, person] of ['U1', 'U2'].entries()) {
    for (const id of claimed[index] ?? []) expect((await store.approvalOf(id))?.person).toBe(person)
  }
  expect(await store.audit(1000)).toHaveLength(200)
  expect(await store.verifyAudit()).toBeNull()
  await store.close()
})

test('a process that is killed in mid-writing loses at most its last write', async () => {
  for (const delay of [0, 3, 7, 19]) {
    const directory = await makeDirectory()
    const child = start('writing-process.ts', directory)
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    const ended = once(child, 'close')
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, delay))
    child.kill('SIGKILL')
    await ended
    const saved = said.trim().split('\n').length

    const store = await openStore({ directory })
    const last = Number((await store.latestReport('atlas'))?.id.slice(1))
    expect([saved, saved + 1]).toContain(last)
    for (let index = 1; index <= last; index += 1) expect(await store.report(`r${index}`)).not.toBeNull()
    await store.close()
    using database = new DatabaseSync(join(directory, 'perfbot.sqlite'))
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
  }
})

test('many processes that open a new store at once migrate it once', async () => {
  const directory = await makeDirectory()
  const stores = await Promise.all(Array.from({ length: 5 }, () => openStore({ directory })))
  for (const store of stores) await store.close()
  using database = new DatabaseSync(join(directory, 'perfbot.sqlite'))
  expect(database.prepare('select name from kysely_migration').all()).toEqual(
    Object.keys(MIGRATIONS).map((name) => ({ name })),
  )
})
