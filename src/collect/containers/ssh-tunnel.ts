import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CollectFailure, errorCode } from '../collector.ts'

const REMOTE_SOCKET = '/var/run/docker.sock'
const CONNECT_SECONDS = 8

export type SshTunnel = {
  /** A socket of this machine that leads to the engine's. */
  socket(): Promise<string>
  close(): void
}

type Open = { readonly child: ChildProcess; readonly directory: string; readonly socket: Promise<string> }

/**
 * One `ssh` that stays, and is begun again when it has ended; never one for each question. The machine's own client, as
 * docker's does it: it knows the user's config, keys and agent, and it checks the host's key. `url` is
 * `ssh://user@host:port`, with the path of the socket there if it is another.
 */
export function sshTunnel(url: string): SshTunnel {
  let open: Open | null = null
  return {
    async socket() {
      const directory = open?.directory ?? (await mkdtemp(join(tmpdir(), 'perfbot-ssh-')))
      open ??= begin(url, directory, () => {
        open = null
      })
      return open.socket
    },
    close() {
      open?.child.kill()
    },
  }
}

function begin(url: string, directory: string, onEnd: () => void): Open {
  const { username, hostname, port, pathname } = new URL(url)
  const socket = join(directory, 'docker.sock')
  const remote = pathname.length > 1 ? pathname : REMOTE_SOCKET
  const options = [
    'BatchMode=yes',
    'ExitOnForwardFailure=yes',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=2',
  ]
  const child = spawn(
    'ssh',
    [
      ...options.flatMap((option) => ['-o', option]),
      ...['-o', `ConnectTimeout=${CONNECT_SECONDS}`, '-N', '-T', '-L', `${socket}:${remote}`],
      ...(port ? ['-p', port] : []),
      ...(username ? ['-l', username] : []),
      '--',
      hostname,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000)
  })
  const ended = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(sshFailure(url, error, said)))
    child.once('close', () => reject(sshFailure(url, null, said)))
  })
  // Heard by whoever waits for the socket; later it only means that the next question begins another.
  ended.catch(() => {
    onEnd()
    void rm(directory, { recursive: true, force: true })
  })
  return { child, directory, socket: Promise.race([forwarded(socket, () => child.exitCode === null), ended]) }
}

/** ssh makes the socket once it has logged in. */
async function forwarded(socket: string, isAlive: () => boolean): Promise<string> {
  while (isAlive()) {
    if (existsSync(socket)) return socket
    await sleep(20)
  }
  return new Promise(() => undefined)
}

const REMEDIES: readonly (readonly [RegExp, (host: string) => string])[] = [
  [
    /host key verification failed|remote host identification has changed/i,
    (host) => `Log in once by hand as perfbot's user, compare the key and accept it: ssh ${host}`,
  ],
  [
    /permission denied/i,
    (host) =>
      `Put a key of perfbot's user into the authorized_keys there, without a passphrase or in an agent: ssh-copy-id ${host}`,
  ],
  [/could not resolve/i, () => 'Correct the host under docker: in config/perfbot.yaml'],
  [
    /connection refused|timed out|no route/i,
    (host) => `Check that sshd runs there and can be reached: ssh ${host}`,
  ],
]

function sshFailure(url: string, error: Error | null, said: string): CollectFailure {
  const { username, hostname } = new URL(url)
  const host = username ? `${username}@${hostname}` : hostname
  if (errorCode(error) === 'ENOENT') {
    return new CollectFailure(
      'failed',
      `There is no ssh to reach ${url} with`,
      'Install the OpenSSH client (apt install openssh-client)',
    )
  }
  const reason =
    said
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .at(-1)
      ?.trim() ??
    error?.message ??
    'ssh ended'
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1](host)
  return new CollectFailure(
    'failed',
    `${url} cannot be reached: ${reason}`,
    remedy ?? `Try it by hand as perfbot's user: ssh ${host} docker version`,
    { cause: error },
  )
}
