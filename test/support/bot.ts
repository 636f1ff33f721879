import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Playground } from '../../src/playground/server.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export type Bot = { readonly process: ChildProcess; stop(): Promise<number | null> }

/** `perfbot start` in a process of its own, on a playground; there when it holds one more connection than before. */
export async function startBot(configFile: string, playground: Playground): Promise<Bot> {
  const before = playground.connectionCount()
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [MAIN, '--config', configFile, 'start'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH, HOME, SLACK_BOT_TOKEN: playground.botToken, SLACK_APP_TOKEN: playground.appToken },
  })
  const ended = once(child, 'exit')
  const isThere = playground.until(() => playground.connectionCount() > before, 60_000)
  const first = await Promise.race([isThere, ended.then(() => 'ended' as const)])
  if (first === 'ended') throw new Error(`perfbot start ended with ${child.exitCode}`)
  return {
    process: child,
    async stop() {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}
