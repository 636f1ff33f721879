import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlayground } from '../../../src/playground/server.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** What `npm start` runs, without npm, whose memory is not perfbot's. */
async function startScript(): Promise<string> {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  return scripts.start
}

export type PerfbotProcess = {
  readonly pid: number
  /** Throws, with what it said, when it has ended. */
  mustRun(): void
  stop(): Promise<void>
}

/** `npm start` as people run it, but for Slack, which is the playground in this process. */
export async function startPerfbot(watched: {
  readonly dockerSocket: string
  readonly postgres: string
  readonly everySeconds: number
}): Promise<PerfbotProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-bench-'))
  const playground = await startPlayground()
  const file = join(directory, 'perfbot.yaml')
  // JSON is YAML.
  const config = {
    host: 'bench',
    dataDirectory: directory,
    logLevel: 'warn',
    collect: { schedule: `*/${watched.everySeconds} * * * * *` },
    docker: [{ name: 'bench', socket: watched.dockerSocket }],
    postgres: [{ name: 'main', url: watched.postgres }],
    slack: { apiUrl: playground.slackApiUrl, channels: ['ops'] },
    approvers: { users: ['U0FOUNDER'] },
  }
  await writeFile(file, JSON.stringify(config))
  const { botToken, appToken } = playground
  const child = spawn('sh', ['-c', `exec env ${await startScript()} --config ${file}`], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  return {
    pid: child.pid ?? 0,
    mustRun() {
      if (hasEnded(child)) throw new Error(`perfbot start has ended: ${said}`)
    },
    async stop() {
      if (!hasEnded(child)) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await playground.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null
