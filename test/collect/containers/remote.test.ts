import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectEngine, type EngineAddress } from '../../../src/collect/containers/engine-client.ts'
import { containerCollector } from '../../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import { seconds } from '../../../src/model/units.ts'
import { describeWithDocker, dockerSocket } from '../../support/docker.ts'
import { freePort } from '../../support/free-port.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const has = async (command: string) =>
  run('sh', ['-c', `command -v ${command} || ls /usr/sbin/${command}`]).then(
    () => true,
    () => false,
  )
const hasDockerd = isRoot && (await has('dockerd')) && (await has('openssl')) && (await has('ip'))
const hasSshd = isRoot && (await has('sshd')) && (await has('ssh'))

let directory: string
const cleanUps: (() => void)[] = []
const processes: ChildProcess[] = []
const bridges: string[] = []
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perfbot-remote-'))
})
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})
afterAll(async () => {
  await Promise.all(
    processes.map(
      (child) =>
        new Promise((resolve) => {
          if (child.exitCode !== null) return resolve(undefined)
          child.once('exit', resolve)
          child.kill()
        }),
    ),
  )
  for (const bridge of bridges) await run('ip', ['link', 'delete', bridge]).catch(() => {})
  await rm(directory, { recursive: true, force: true })
})

const collectorOf = (address: EngineAddress) => {
  const engine = connectEngine({ name: 'far', configured: true, ...address })
  const collector = containerCollector(engine, {
    windowSeconds: seconds(0.1),
    deadlineSeconds: seconds(10),
    paths: OWN_SYSTEM,
  })
  cleanUps.push(() => void collector.close?.())
  return collector
}
const containersAt = async (address: EngineAddress) =>
  (await collectorOf(address).collect(AbortSignal.timeout(15_000))).containers

async function until<Value>(attempt: () => Promise<Value>, timeoutMs = 30_000): Promise<Value> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(200)
    }
  }
}

/** A certificate authority, and what it signs: `openssl` as the Docker documentation has it. */
async function authority(name: string) {
  const at = (file: string) => join(directory, `${name}-${file}`)
  const openssl = (...words: string[]) => run('openssl', words)
  await openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', at('ca-key.pem'), '-out', at('ca.pem')],
  )
  return async (subject: string, extensions: string) => {
    const [key, request, cert] = ['key', 'csr', 'cert'].map((kind) => at(`${subject}-${kind}.pem`)) as [
      string,
      string,
      string,
    ]
    await writeFile(at(`${subject}.cnf`), extensions)
    await openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      key,
      '-out',
      request,
    )
    await openssl(
      ...['x509', '-req', '-days', '2', '-in', request, '-out', cert, '-CAcreateserial'],
      ...['-CA', at('ca.pem'), '-CAkey', at('ca-key.pem'), '-extfile', at(`${subject}.cnf`)],
    )
    return { ca: at('ca.pem'), cert, key }
  }
}

const skipped = (needs: string) => ` (skipped: needs ${needs}, as root)`

describe.skipIf(!hasDockerd)(
  `an engine over TLS${hasDockerd ? '' : skipped('dockerd, openssl and ip')}`,
  () => {
    let url: string
    let client: { ca: string; cert: string; key: string }
    let stranger: { ca: string; cert: string; key: string }

    beforeAll(async () => {
      const [own, other] = await Promise.all([authority('own'), authority('other')])
      const server = await own('server', 'subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\n')
      client = await own('client', 'extendedKeyUsage = clientAuth\n')
      stranger = { ...(await other('stranger', 'extendedKeyUsage = clientAuth\n')), ca: client.ca }
      const port = await freePort()
      url = `tcp://127.0.0.1:${port}`
      const root = join(directory, 'engine')
      // A bridge of its own: an engine that is told to have none removes docker0, under the feet of the other one.
      const bridge = `pb${process.pid}`.slice(0, 15)
      await run('ip', ['link', 'add', bridge, 'type', 'bridge'])
      bridges.push(bridge)
      const dockerd = spawn('dockerd', [
        ...['--data-root', `${root}/data`, '--exec-root', `${root}/exec`, '--pidfile', `${root}.pid`],
        ...['--host', url, '--tlsverify', '--tlscacert', server.ca, '--tlscert', server.cert],
        ...['--tlskey', server.key, '--bridge', bridge, '--iptables=false', '--storage-driver', 'vfs'],
      ])
      processes.push(dockerd)
      await until(() => containersAt({ url, tls: client }))
    }, 60_000)

    it('answers a client that its CA has signed', async () => {
      expect(await containersAt({ url, tls: client })).toEqual([])
    })

    it('says what is wrong with any other, and what to do', async () => {
      const failure = (tls: typeof client | null) => containersAt({ url, tls }).catch((error) => error)
      expect(await failure(null)).toMatchObject({
        message: `The engine at ${url} wants TLS`,
        remedy: expect.stringContaining('Add tls:'),
      })
      expect(await failure(stranger)).toMatchObject({
        message: expect.stringMatching(/does not accept perfbot's certificate/),
      })
      expect(await failure({ ...client, ca: join(directory, 'other-ca.pem') })).toMatchObject({
        message: expect.stringMatching(/^The certificate of tcp:\/\/127\.0\.0\.1:\d+ cannot be trusted/),
        remedy: expect.stringContaining('tls.ca'),
      })
      expect(await failure({ ...client, key: '/nonexistent/key.pem' })).toMatchObject({
        message: expect.stringMatching(/^The certificate file \/nonexistent\/key\.pem cannot be read/),
      })
      const closed = `tcp://127.0.0.1:${await freePort()}`
      await expect(containersAt({ url: closed, tls: client })).rejects.toMatchObject({
        message: `No Docker engine at ${closed}`,
        remedy: expect.stringContaining('dockerd -H tcp://'),
      })
    })
  },
)

const suite = hasSshd
  ? describeWithDocker
  : (name: string, _: () => void) =>
      describe.skip(`${name}${skipped('sshd')}`, () => it('is not tried', () => undefined))

suite('an engine behind ssh', () => {
  let port: number
  const key = () => join(directory, 'user-key')

  beforeAll(async () => {
    port = await freePort()
    for (const name of ['host-key', 'user-key']) {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, name)])
    }
    await writeFile(join(directory, 'authorized'), await readFile(`${key()}.pub`))
    await chmod(directory, 0o700)
    await writeFile(
      join(directory, 'sshd_config'),
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${join(directory, 'host-key')}`,
        `AuthorizedKeysFile ${join(directory, 'authorized')}`,
        `PidFile ${join(directory, 'sshd.pid')}`,
        'PermitRootLogin yes',
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
      ].join('\n'),
    )
    await run('mkdir', ['-p', '/run/sshd'])
    processes.push(spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(directory, 'sshd_config')]))
    const hostKey = (await readFile(join(directory, 'host-key.pub'), 'utf8')).trim()
    await writeFile(join(directory, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`)
    await writeFile(join(directory, 'empty'), '')
    // The user's own ~/.ssh is no business of a test: an ssh before the real one names other files.
    for (const [name, known] of [
      ['bin', 'known_hosts'],
      ['bin-unknown', 'empty'],
    ] as const) {
      await run('mkdir', ['-p', join(directory, name)])
      await writeFile(
        join(directory, name, 'ssh'),
        `#!/bin/sh\nexec /usr/bin/ssh -F none -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${join(directory, known)} -i "$PERFBOT_TEST_SSH_KEY" "$@"\n`,
        { mode: 0o755 },
      )
    }
    process.env.PERFBOT_TEST_SSH_KEY = key()
  }, 30_000)

  const through = (bin: string) => {
    const path = process.env.PATH
    process.env.PATH = `${join(directory, bin)}:${path}`
    cleanUps.push(() => {
      process.env.PATH = path
    })
  }
  const address = () => ({
    url: `ssh://${userInfo().username}@127.0.0.1:${port}${dockerSocket() ?? ''}`,
    tls: null,
  })

  it('is read through one tunnel, which is opened again when it has broken', async () => {
    through('bin')
    const collector = await until(async () => {
      const one = collectorOf(address())
      await one.collect(AbortSignal.timeout(15_000))
      return one
    })
    const { containers, gaps } = await collector.collect(AbortSignal.timeout(15_000))
    // Other tests begin and end containers on the same engine: only what concerns the engine as a whole.
    expect(gaps?.filter(({ missing }) => !/\bcontainer\b/.test(missing))).toEqual([])
    expect(Array.isArray(containers)).toBe(true)
    const { stdout } = await run('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='])
    const [tunnel] = stdout.split('\n').filter((line) => line.includes('perfbot-ssh-'))
    process.kill(Number.parseInt(tunnel ?? '', 10))
    const again = await until(() => collector.collect(AbortSignal.timeout(15_000)))
    expect(Array.isArray(again.containers)).toBe(true)
  })

  it('says why it cannot be reached: an unknown host, a key that is refused', async () => {
    through('bin-unknown')
    await expect(containersAt(address())).rejects.toMatchObject({
      message: expect.stringMatching(/^ssh:\/\/.* cannot be reached: Host key verification failed/),
      remedy: expect.stringContaining('Log in once by hand'),
    })
    process.env.PERFBOT_TEST_SSH_KEY = join(directory, 'host-key')
    through('bin')
    await expect(containersAt(address())).rejects.toMatchObject({
      message: expect.stringContaining('Permission denied'),
      remedy: expect.stringContaining('ssh-copy-id'),
    })
  })
})
