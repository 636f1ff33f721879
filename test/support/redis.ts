import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const run = promisify(execFile)

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)))

/** Whether there is no server to test against; tests that need one are skipped then, and say so in their name. */
export const redisIsMissing = !isOnPath('redis-server') || !isOnPath('redis-cli')
export const whySkipped = redisIsMissing ? ' (skipped: redis-server and redis-cli are not installed)' : ''

export type RealRedis = {
  readonly port: number
  readonly url: string
  readonly directory: string
  readonly pid: number
  /** As typed into redis-cli, as the default user. */
  cli(...words: string[]): Promise<string>
  /** What redis-cli reads from its input, a command a line. */
  pipe(lines: string): Promise<void>
  stop(): Promise<void>
}

type Options = {
  readonly password?: string
  readonly directory?: string
  /** A server that loads says that it does, and is not waited for. */
  readonly mayLoad?: boolean
  readonly sentinel?: string
  readonly port?: number
}

/** A real server of its own folder and port. Arguments are as on the command line: `--maxmemory 4mb`. */
export async function startRedis(args: readonly string[] = [], options: Options = {}): Promise<RealRedis> {
  const port = options.port ?? (await freePort())
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'perfbot-redis-')))
  const server = spawn(
    'redis-server',
    [
      ...(options.sentinel ? [options.sentinel, '--sentinel'] : []),
      ...['--port', String(port), '--dir', directory],
      ...(options.sentinel ? [] : ['--save', '', '--enable-debug-command', 'local']),
      ...(options.password ? ['--requirepass', options.password] : []),
      ...args,
    ],
    { stdio: 'ignore' },
  )
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const environment = { ...process.env, ...(options.password ? { REDISCLI_AUTH: options.password } : {}) }
  const cli = async (...words: string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', ['-p', String(port), ...words], {
      env: environment,
      maxBuffer: 2 ** 26,
    })
    return stdout.trimEnd()
  }
  await untilAnswers(cli, options.mayLoad === true)
  return {
    port,
    directory,
    url: `redis://${options.password ? `:${options.password}@` : ''}127.0.0.1:${port}`,
    pid: server.pid ?? 0,
    cli,
    async pipe(lines) {
      const child = execFile('redis-cli', ['-p', String(port)], { env: environment })
      child.stdin?.end(lines)
      await new Promise((resolve) => child.once('close', resolve))
    },
    async stop() {
      // Also one that was stopped in mid-work.
      server.kill('SIGKILL')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function untilAnswers(cli: RealRedis['cli'], mayLoad: boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await cli('ping').catch(() => '')
    if (answer === 'PONG' || (mayLoad && answer.startsWith('LOADING'))) return
    await delay(25)
  }
  throw new Error('redis-server did not answer within 5 s')
}
