import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LogSummary } from '../../src/model/log-summary.ts'
import { runPerfbot } from '../support/command-line.ts'

const run = (args: string[], stdin = '') => runPerfbot(['logs', ...args], { cwd: directory, stdin })

const LOG = [
  '2026-01-15 14:00:00 INFO listening on :8080',
  '2026-01-15 14:05:00 ERROR connect ECONNREFUSED 10.0.0.1:5432',
].join('\n')

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perfbot-logs-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it('reads what is piped in, and says first what happened', async () => {
  const { stdout } = await run([], LOG)
  expect(stdout.split('\n').slice(2, 4)).toEqual([
    '1. Connections are refused by 10.0.0.1:5432',
    '   1×, 2026-01-15 14:05:00',
  ])
})

it('reads compressed files into one JSON document, whatever they are called', async () => {
  const file = join(directory, 'app.log.1')
  await writeFile(file, gzipSync(LOG))
  const { stdout } = await run(['--json', file])
  const summary = LogSummary.parse(JSON.parse(stdout))
  expect(summary.headlines[0]).toMatchObject({ class: 'connection-refused', count: 1 })
  expect(summary.ties).toMatchObject([{ from: null, to: '10.0.0.1', port: 5432 }])
})

it('says of a file that is not there that it is not, and ends with 2', async () => {
  const file = join(directory, 'missing.log')
  expect(await run([file])).toMatchObject({
    status: 2,
    stderr: `The log ${file} cannot be read: there is no such file\n`,
  })
})
