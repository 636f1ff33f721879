import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { makeDirectory } from '../store/directory.ts'
import { describeWithDocker, dockerSocket } from '../support/docker.ts'
import { importBusybox } from '../support/docker-area.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const execute = promisify(execFile)

/** The set-up as a person runs it, in a folder of its own; without an engine named, as on a machine without one. */
const init = (cwd: string, args: string[], docker = 'unix:///nowhere/docker.sock') =>
  execute(process.execPath, [MAIN, 'init', ...args], {
    cwd,
    env: { PATH: process.env.PATH, DOCKER_HOST: docker },
  })

it('asks nothing with --yes, writes what perfbot reads and nobody else, and never over what is there', async () => {
  const cwd = await makeDirectory()
  const { stdout } = await init(cwd, ['--yes'])
  expect(stdout).toContain('https://api.slack.com/apps')
  expect(stdout).toContain('command: /perf')
  const file = join(cwd, 'config/perfbot.yaml')
  const written = await readFile(file, 'utf8')
  expect(parseConfig(written, file, {}).approvers.users).toEqual([])
  expect((await stat(join(cwd, '.env'))).mode & 0o777).toBe(0o600)

  await expect(init(cwd, ['--yes'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is there already, and stays as it is'),
  })
  expect(await readFile(file, 'utf8')).toBe(written)
  await init(cwd, ['--yes', '--force'])
  expect(await readFile(`${file}.before`, 'utf8')).toBe(written)
})

it('says that it asks questions where there is nobody to ask', async () => {
  await expect(init(await makeDirectory(), [])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  })
})

/** Types each answer when its question has been printed. */
async function converse(process: ChildProcess, answers: readonly (readonly [string, string])[]) {
  let printed = ''
  let next = 0
  process.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
    for (let answer = answers[next]; answer && printed.includes(answer[0]); answer = answers[next]) {
      process.stdin?.write(answer[1])
      next += 1
      printed = printed.slice(printed.indexOf(answer[0]) + answer[0].length)
    }
  })
  const status = await new Promise((resolve) => process.once('exit', resolve))
  return { status, answered: next, printed }
}

it.skipIf(!existsSync('/usr/bin/script'))(
  'asks a little at a terminal, and writes what was answered (skipped without script of util-linux)',
  async () => {
    const cwd = await makeDirectory()
    const { PATH } = process.env
    const terminal = spawn(
      'script',
      ['-qec', `stty cols 100 rows 50; ${process.execPath} ${MAIN} init`, '/dev/null'],
      {
        cwd,
        env: { PATH, TERM: 'xterm', DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      },
    )
    const { status, answered } = await converse(terminal, [
      ['This is here', ''],
      // What else runs on this machine is taken as it is offered.
      ...((await hasSomething()) ? ([['What should perfbot read?', '\r']] as const) : []),
      ['Bot token', 'xoxb-1234567890-abc\r'],
      ['App-level token', 'xapp-1-1234567890\r'],
      ['In which channel', '#ops\r'],
      ['Your Slack user ID', 'U024BE7LH\r'],
    ])
    expect({ status, answered }).toMatchObject({ status: 0 })
    const environment = await readFile(join(cwd, '.env'), 'utf8')
    expect(environment).toContain('SLACK_BOT_TOKEN=xoxb-1234567890-abc')
    expect(environment).toContain('SLACK_APP_TOKEN=xapp-1-1234567890')
    const text = await readFile(join(cwd, 'config/perfbot.yaml'), 'utf8')
    expect(text).toContain('channels: ["ops"]')
    expect(text).toContain('users: [U024BE7LH]')
  },
)

/** Whether this machine has servers at their usual ports, which the set-up would offer. */
async function hasSomething(): Promise<boolean> {
  const cwd = await makeDirectory()
  const { stdout } = await init(cwd, ['--yes'])
  return !['No PostgreSQL', 'No Redis', 'No Ollama'].every((line) => stdout.includes(line))
}

describeWithDocker('the set-up beside a real engine', (client) => {
  it('finds the engine and a PostgreSQL in a container, and says how to let perfbot in', async () => {
    const area = await importBusybox(client)
    try {
      // What the official image has in its environment; no server runs in it, and none is asked.
      await area.run('db', 'sleep 600', { Env: ['PGDATA=/data', 'PG_MAJOR=16'] })
      const cwd = await makeDirectory()
      const { stdout } = await init(cwd, ['--yes'], `unix://${dockerSocket()}`)
      const name = area.name('db')
      expect(stdout).toContain(`docker exec -it ${name} sh -c 'psql`)
      const text = await readFile(join(cwd, 'config/perfbot.yaml'), 'utf8')
      const secrets = Object.fromEntries(
        [...(await readFile(join(cwd, '.env'), 'utf8')).matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [
          key,
          value,
        ]),
      )
      const found = parseConfig(text, 'perfbot.yaml', secrets).postgres.find((each) => each.name === name)
      expect(found?.url).toMatch(/^postgres:\/\/perfbot:\w{24}@[\d.]+:5432\/postgres$/)
    } finally {
      await area.removeAll()
    }
  })
})
