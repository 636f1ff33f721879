import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectEngine } from '../../../src/collect/containers/engine-client.ts'
import { containerCollector } from '../../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import { seconds } from '../../../src/model/units.ts'
import { busyboxTar } from '../../support/docker-area.ts'

const run = promisify(execFile)
const hasPodman =
  process.getuid?.() === 0 &&
  (await run('podman', ['--version']).then(
    () => true,
    () => false,
  ))

describe.skipIf(!hasPodman)(`Podman${hasPodman ? '' : ' (skipped: needs podman, as root)'}`, () => {
  let directory: string
  let service: ChildProcess
  const storage = () => [
    ...['--root', join(directory, 'root'), '--runroot', join(directory, 'run')],
    ...['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'],
  ]
  const podman = (...words: string[]) => run('podman', [...storage(), ...words])

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'perfbot-podman-'))
    await writeFile(join(directory, 'busybox.tar'), await busyboxTar())
    await podman('import', join(directory, 'busybox.tar'), 'busybox:1')
    // Podman raises these limits by itself, which not every machine lets it.
    const options = ['--network', 'none', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']
    const start = (name: string, script: string, ...more: string[]) =>
      podman('run', '-d', '--name', name, ...options, ...more, 'busybox:1', 'sh', '-c', script)
    await start('api', 'for n in 1 2 3; do echo again; done; echo failed >&2; sleep 1000', '--memory', '64m')
    await start('ended', 'echo bye; exit 3')
    const socket = join(directory, 'podman.sock')
    service = spawn('podman', [...storage(), 'system', 'service', '--time=0', `unix://${socket}`], {
      stdio: 'ignore',
    })
  }, 60_000)
  afterAll(async () => {
    const ended = new Promise((resolve) => service.once('exit', resolve))
    service.kill()
    await ended
    await podman('rm', '--all', '--force', '--time', '0')
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }, 30_000)

  it('is read through its socket as Docker is', async () => {
    const where = join(directory, 'podman.sock')
    const engine = connectEngine({ name: 'podman', socket: where, configured: true })
    const taken: string[] = []
    const collector = containerCollector(engine, {
      windowSeconds: seconds(0.2),
      deadlineSeconds: seconds(10),
      paths: OWN_SYSTEM,
      logSinkOf: ({ name }) => ({ line: ({ stream, text }) => taken.push(`${name} ${stream} ${text}`) }),
    })
    const collect = () => collector.collect(AbortSignal.timeout(15_000))
    for (let turn = 0; turn < 50; turn++) {
      if (
        await collect().then(
          () => true,
          () => false,
        )
      )
        break
      await sleep(200)
    }
    const { containers = [], logs = [], gaps } = await collect()
    expect(gaps).toEqual([])
    expect(containers.find(({ name }) => name === 'ended')).toMatchObject({
      state: 'exited',
      exitCode: 3,
      imageDigests: [expect.stringMatching(/^localhost\/busybox@sha256:/)],
    })
    const api = containers.find(({ name }) => name === 'api')
    expect(api).toMatchObject({ state: 'running', limits: { memoryBytes: 64 * 1024 * 1024 } })
    expect(api?.usage?.source).toMatch(/^cgroup-v[12]$/)
    expect(api?.usage?.memoryWorkingSetBytes).toBeGreaterThan(0)
    expect(logs.find(({ containerName }) => containerName === 'ended')?.lines).toEqual(['bye'])
    // Its times are whole seconds, and equal lines are still told apart: each came once.
    expect(taken.toSorted()).toEqual([
      'api stderr failed',
      ...Array.from({ length: 3 }, () => 'api stdout again'),
      'ended stdout bye',
    ])
  }, 30_000)
})
