import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../support/free-port.ts'

export const netdataIsMissing = !(process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'netdata')))

/** Debian's netdata with its own settings, but for its folders and its port. */
export async function startNetdata(): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-netdata-'))
  // It becomes the user netdata.
  await chmod(directory, 0o755)
  for (const folder of ['cache', 'lib', 'log']) {
    await mkdir(join(directory, folder))
    await chmod(join(directory, folder), 0o777)
  }
  const port = await freePort()
  const file = join(directory, 'netdata.conf')
  await writeFile(
    file,
    `[directories]
  cache = ${join(directory, 'cache')}
  lib = ${join(directory, 'lib')}
  log = ${join(directory, 'log')}
[global]
  run as user = netdata
[web]
  bind to = 127.0.0.1:${port}
[statsd]
  enabled = no
`,
  )
  const server = spawn('netdata', ['-D', '-c', file, '-P', join(directory, 'pid')], { stdio: 'ignore' })
  await answers(port)
  return {
    pid: server.pid ?? 0,
    async stop() {
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/info`).catch(() => null)
    if (response?.ok) return
    await sleep(100)
  }
  throw new Error('netdata did not answer within 30 s')
}
