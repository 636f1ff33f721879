import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPerfbot } from '../../src/app.ts'
import { type RecordedScene, recordedConfig, startScene } from '../../src/cli/demo/scene.ts'
import { parseConfig } from '../../src/config.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import type { Report } from '../../src/model/report.ts'
import type { Perfbot } from '../../src/perfbot.ts'
import { makeDirectory } from '../store/directory.ts'

const person = { id: 'U0FOUNDER', userGroups: [] }

let database: ThrowawayPostgres
let scene: RecordedScene
let perfbot: Perfbot
let report: Report

beforeAll(async () => {
  const directory = await makeDirectory()
  database = await startThrowawayPostgres()
  scene = await startScene('example-system', directory, database.superuserUrl)
  const config = recordedConfig(
    {
      ...parseConfig('', 'test.yaml', {}),
      dataDirectory: directory,
      approvers: { users: [person.id], userGroups: [], channels: [], systemUsers: [] },
    },
    scene,
    database.superuserUrl,
  )
  perfbot = await createPerfbot(config, pino({ level: 'silent' }), scene.scene)
  report = await perfbot.takeReport()
}, 60_000)

afterAll(async () => {
  await perfbot?.close()
  await scene?.stop()
  await database?.stop()
  await rm(scene?.socket ?? '', { force: true })
})

const found = (rule: string, target?: string) =>
  report.findings.find((each) => each.rule === rule && (target === undefined || each.target.name === target))

it('says over everything that it is a recording', () => {
  expect(report.host).toBe('example-system (recorded)')
})

it('puts the failing API with its missing module first, and under it what fails because of it', () => {
  const [first] = report.findings
  expect(first?.title).toBe(
    'api-1 restarts again and again: The Python module cryptography is not in the image',
  )
  const incident = report.incidents.find(({ root }) => root === first?.id)
  expect(incident?.symptoms.map(({ because }) => because)).toEqual([
    'api does not answer: api-1 serves it',
    expect.stringMatching(/^webui-1: 60 refused connections to api:8000 since /),
  ])
})

it('finds why the GPUs are idle, which settings do nothing, and reads shared_buffers in its unit', () => {
  expect(found('model-off-gpu')?.title).toBe('gemma2:2b runs on the CPU although a GPU is here')
  expect(report.findings.filter(({ rule }) => rule === 'gpu-idle')).toHaveLength(3)
  expect(found('env-ignored', 'postgres-1')?.title).toContain('POSTGRES_SHARED_BUFFERS')
  expect(found('env-ignored', 'ollama-1')?.title).toContain('OLLAMA_CONCURRENT_REQUESTS')
  expect(found('pg-shared-buffers')?.title).toBe('shared_buffers of postgres is 128 MiB with 2 GiB of memory')
  expect(found('service-tail', 'gpu-monitor')?.title).toContain('277 ms')
})

async function planOf(command: string, title: string) {
  const plans = (await perfbot.fixesOf(report.id)).map(({ plan }) => plan)
  const plan = plans.find((each) => each.command === command && each.title.includes(title))
  if (!plan) throw new Error(`no ${command} among ${plans.map((each) => each.title).join(', ')}`)
  return plan
}

it('a fix of its database is really applied to the one that stands in', { timeout: 60_000 }, async () => {
  const { id, digest } = await planOf('postgres.set-parameter', 'random_page_cost')
  const result = await perfbot.approve({ planId: id, digest, person })
  expect(result).toMatchObject({ kind: 'executed', execution: { outcome: 'verified' } })
  const [reading] = (await perfbot.collect()).databases
  expect(reading?.settings.find(({ name }) => name === 'random_page_cost')?.setting).toBe('1.1')
})

it('what a recording cannot do is refused in so many words, and changes nothing', {
  timeout: 60_000,
}, async () => {
  const { id, digest } = await planOf('container.add-package', 'cryptography')
  const result = await perfbot.approve({ planId: id, digest, person })
  expect(JSON.stringify(result)).toContain('This system is a recording')
  expect((await perfbot.collect()).containers.find(({ name }) => name === 'api-1')?.state).toBe('restarting')
})

it('a limit that is approved is in the next reading', { timeout: 60_000 }, async () => {
  const proposal = await perfbot.propose({
    command: 'container.set-memory-limit',
    targetName: 'webui-1',
    assignments: ['memory=768MiB'],
    person,
  })
  if (proposal.kind !== 'proposed') throw new Error(proposal.reason)
  const { id, digest } = proposal.plan
  await perfbot.approve({ planId: id, digest, person })
  const webui = (await perfbot.collect()).containers.find(({ name }) => name === 'webui-1')
  expect(webui?.limits.memoryBytes).toBe(768 * 1024 ** 2)
})
