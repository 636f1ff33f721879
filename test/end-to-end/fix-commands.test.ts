import { writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import { makeDirectory } from '../store/directory.ts'
import { runPerfbot } from '../support/command-line.ts'

let server: ThrowawayPostgres
let cwd: string
beforeAll(async () => {
  server = await startThrowawayPostgres()
  cwd = await makeDirectory()
  // JSON is YAML. The second is of somebody whom nobody has named.
  const config = { host: 'web-1', docker: [], postgres: [{ name: 'main', url: server.superuserUrl }] }
  const approvers = { systemUsers: [userInfo().username] }
  await writeFile(join(cwd, 'perfbot.yaml'), JSON.stringify({ ...config, approvers }))
  await writeFile(join(cwd, 'stranger.yaml'), JSON.stringify(config))
})
afterAll(() => server?.stop())

/** All share one store: what one says is what the next goes by. */
const perfbot = (...words: string[]) => runPerfbot(['--config', 'perfbot.yaml', ...words], { cwd })

async function workMem(): Promise<string> {
  const client = new pg.Client(server.superuserUrl)
  await client.connect()
  const { rows } = await client.query<{ work_mem: string }>('show work_mem')
  await client.end()
  return rows[0]?.work_mem ?? ''
}

const planOf = (text: string): string => /perfbot approve (\S+)/.exec(text)?.[1] ?? ''

it('a fix is planned, looked at, approved, undone and told by the commands of the command line', {
  timeout: 120_000,
}, async () => {
  const [wrong, planned] = await Promise.all([
    perfbot('fix', 'postgres.set-parameter', 'main', 'name=work_mem', 'value=9TB'),
    perfbot('fix', 'postgres.set-parameter', 'main', 'name=work_mem', 'value=5MB'),
  ])
  expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('Not possible: ') })

  expect(planned).toMatchObject({ status: 0, stderr: '' })
  expect(planned.stdout).toContain("ALTER SYSTEM SET work_mem = '5MB'")
  expect(planned.stdout).toContain('Nothing was changed.')
  expect(await workMem()).toBe('4MB')
  const plan = planOf(planned.stdout)
  const [waiting, seen, stranger] = await Promise.all([
    perfbot('fixes'),
    perfbot('fix', plan),
    runPerfbot(['--config', 'stranger.yaml', 'approve', plan], { cwd }),
  ])
  expect(waiting.stdout).toContain(`  ${plan}  Set work_mem of main to 5MB`)
  expect(seen.stdout).toContain('approved by nobody yet; needs 1')

  expect(stranger).toMatchObject({ status: 1, stdout: '' })
  expect(stranger.stderr).toMatch(/Those may: nobody\./)
  expect(await workMem()).toBe('4MB')

  const approved = await perfbot('approve', plan, '--reason', 'sorts spill')
  expect(approved).toMatchObject({ status: 0 })
  expect(approved.stdout).toContain('work_mem: 4 MiB → 5 MiB')
  expect(await workMem()).toBe('5MB')
  const execution = /Execution (\S+)\./.exec(approved.stdout)?.[1] ?? ''
  const [again, undone] = await Promise.all([perfbot('approve', plan), perfbot('undo', execution)])
  expect(again).toMatchObject({ status: 1, stdout: '' })
  expect(undone).toMatchObject({ status: 0 })
  expect(await workMem()).toBe('4MB')
})

it('a fix is rejected for everybody, with its reason, and what does not exist is said', {
  timeout: 120_000,
}, async () => {
  const planned = await perfbot('fix', 'postgres.set-parameter', 'main', 'name=work_mem', 'value=6MB')
  const plan = planOf(planned.stdout)
  expect(await perfbot('reject', plan, 'not', 'today')).toMatchObject({
    status: 0,
    stdout: 'Rejected: Set work_mem of main to 6MB\n',
  })
  const [late, unknown, nothing, fixes] = await Promise.all([
    perfbot('approve', plan),
    perfbot('approve', 'nonsense'),
    perfbot('undo', 'nonsense'),
    perfbot('fixes', '--json'),
  ])
  expect(late).toMatchObject({ status: 1, stdout: '' })
  expect(unknown.stderr).toContain('There is no plan nonsense')
  expect(nothing).toMatchObject({ status: 1, stdout: '' })
  expect(await workMem()).toBe('4MB')

  const listed = JSON.parse(fixes.stdout)
  expect(listed.open).toEqual([])
  expect(listed.executions).toMatchObject([{ outcome: 'undone', verdict: 'helped' }])
})

it('the audit has it all in every format, and an edited line is found', { timeout: 120_000 }, async () => {
  const { stdout } = await perfbot('audit', '--format', 'jsonl', '--since', '1d')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; actor: string })
  expect(lines.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['proposed', 'refused', 'approved', 'step', 'finished', 'rejected']),
  )
  expect(lines.find(({ action }) => action === 'approved')?.actor).toBe(`os:${userInfo().username}`)
  const [whole, csv, none, wrong] = await Promise.all([
    perfbot('audit', 'verify'),
    perfbot('audit', '--format', 'csv', '--target', 'main'),
    perfbot('audit', '--format', 'jsonl', '--target', 'another'),
    perfbot('audit', '--since', 'yesteryear'),
  ])
  expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining('the chain of hashes is whole') })
  expect(csv.stdout.split('\n').length).toBeGreaterThan(3)
  expect(none.stdout).toBe('')
  expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('yesteryear is no time') })

  using database = new DatabaseSync(join(cwd, 'data/perfbot.sqlite'))
  database.exec("update audit set actor = 'os:nobody' where action = 'approved'")
  const broken = await perfbot('audit', 'verify')
  expect(broken).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('it was changed after it was written'),
  })
})
