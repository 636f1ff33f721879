import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPerfbot } from '../../src/app.ts'
import { parseConfig } from '../../src/config.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import type { Report } from '../../src/model/report.ts'
import { makeDirectory } from '../store/directory.ts'
import { runPerfbot } from '../support/command-line.ts'
import { answers, hangsBeforeHeaders, hangsMidStream, sendsHtml, startFakeOllama } from '../support/ollama.ts'

/** What perfbot says of a configuration: its report, and its own log. */
async function reportWith(text: string, directory?: string): Promise<{ report: Report; log: string }> {
  const lines: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line) => lines.push(line) })
  const dataDirectory = directory ?? (await makeDirectory())
  const parsed = parseConfig(text, 'perfbot.yaml', {})
  const docker = parsed.docker.filter(({ configured }) => configured)
  const config = { ...parsed, docker, dataDirectory }
  const perfbot = await createPerfbot(config, logger)
  try {
    return { report: await perfbot.takeReport(), log: lines.join('') }
  } finally {
    await perfbot.close()
  }
}

async function configured(text: string): Promise<string> {
  const directory = await makeDirectory()
  await mkdir(join(directory, 'config'), { recursive: true })
  await writeFile(join(directory, 'config/perfbot.yaml'), text)
  return directory
}

const gapOf = (report: Report, source: string) => report.gaps.find((gap) => gap.source === source)

/** Accepts connections and never says a word. */
async function listenSilently(where: string): Promise<Server> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(where, resolve))
  return server
}

describe('with bad input, the message is clear and the report still arrives:', () => {
  it('a broken configuration: every mistake with its line, and no report of the wrong thing', async () => {
    const cwd = await configured(`hots: web-1\ncollect:\n  deadline: soon\nslack:\n  botToken: \${NOT_SET}\n`)
    const { status, stdout, stderr } = await runPerfbot(['report'], { cwd })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('config/perfbot.yaml:1:1: hots: there is no such setting')
    expect(stderr).toContain('config/perfbot.yaml:3:3: collect.deadline: must be a duration')
    expect(stderr).toContain('config/perfbot.yaml:5:13: the environment variable NOT_SET is not set')
    expect(stderr).not.toContain('    at ')
  })

  it('text that is no YAML', async () => {
    const cwd = await configured('host: [web\n  - }')
    const { status, stderr } = await runPerfbot(['report'], { cwd })
    expect(status).toBe(2)
    expect(stderr).toMatch(/config\/perfbot\.yaml:\d+:\d+: /)
  })

  it('a Docker socket that accepts and never answers', async () => {
    const socket = join(await makeDirectory(), 'silent.sock')
    const server = await listenSilently(socket)
    const { report } = await reportWith(
      `collect: { deadline: 2s }\ndocker: [{ name: local, socket: ${socket} }]`,
    )
    server.close()
    expect(gapOf(report, 'docker:local')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('did not answer'),
    })
    expect(report.scoreboard.find(({ kpi }) => kpi === 'memory-used')?.verdict).not.toBe('unknown')
    expect(
      report.checks.filter(({ verdict }) => verdict === 'could-not-look').map(({ rule }) => rule),
    ).toContain('crash-loop')
  })

  it('a store that is not a database: it stays as it is, and no fix is offered without an audit', async () => {
    const directory = await makeDirectory()
    const file = join(directory, 'perfbot.sqlite')
    await writeFile(file, 'my diary, not to be lost')
    const { report } = await reportWith('', directory)
    expect(gapOf(report, 'store')).toMatchObject({ reason: expect.stringContaining('not a SQLite database') })
    expect(await readFile(file, 'utf8')).toBe('my diary, not to be lost')
  })

  it('a record that can no longer be read: it is passed over', async () => {
    const directory = await makeDirectory()
    await reportWith('', directory)
    const database = new DatabaseSync(join(directory, 'perfbot.sqlite'))
    database.exec("UPDATE snapshots SET document = '{}'; UPDATE reports SET document = 'no JSON'")
    database.close()
    const { report } = await reportWith('', directory)
    expect(report.verdict).not.toBe('unknown')
    expect(report.changes).toBeNull()
  })

  it('a port that is taken: the demonstration says so and ends', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const cwd = await makeDirectory()
    const { status, stderr } = await runPerfbot(['demo', '--port', String(port)], { cwd })
    server.close()
    expect(status).toBe(2)
    expect(stderr).toContain(`Port ${port} is taken`)
  })

  it('no tokens: they are named, with where to get them, and with the demonstration', async () => {
    const { status, stderr } = await runPerfbot(['start'], { cwd: await makeDirectory() })
    expect(status).toBe(2)
    expect(stderr).toContain('SLACK_BOT_TOKEN')
    expect(stderr).toContain('SLACK_APP_TOKEN')
    expect(stderr).toContain('npm run demo')
  })
})

describe('a database', () => {
  let postgres: ThrowawayPostgres
  beforeAll(async () => {
    postgres = await startThrowawayPostgres()
  })
  afterAll(async () => {
    await postgres.stop()
  })

  it('that refuses the password is a gap that does not tell the password', async () => {
    const url = new URL(postgres.url)
    url.password = 'hunter2-secret'
    const { report, log } = await reportWith(`postgres: [{ name: main, url: "${url}" }]`)
    expect(gapOf(report, 'postgres:main')).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/password/i),
    })
    expect(JSON.stringify(report) + log).not.toContain('hunter2-secret')
  })
})

describe.concurrent('an Ollama', () => {
  it.each([
    ['returns garbage', sendsHtml],
    ['hangs', hangsBeforeHeaders],
    ['hangs in the middle', hangsMidStream],
  ])('that %s leaves the computed summary, and the report says why', async (_what, chat) => {
    const ollama = await startFakeOllama({ chat })
    const { report } = await reportWith(`ollama: { url: "${ollama.url}", deadline: 2s }`)
    await ollama.close()
    expect(report.narrative).toMatchObject({ writer: 'computed', text: expect.stringMatching(/\w/) })
    expect(report.narrative).toMatchObject({ reason: expect.stringMatching(/\w/) })
  })

  it('that answers writes the summary, and the report says who wrote it', async () => {
    const ollama = await startFakeOllama({
      chat: answers('The report says what was read.', 'The readings of the machine stand below.'),
    })
    const { report } = await reportWith(`ollama: { url: "${ollama.url}", deadline: 10s }`)
    await ollama.close()
    expect(report.narrative).toMatchObject({ writer: 'model', model: 'qwen3:8b' })
  })
})
