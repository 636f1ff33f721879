import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { connectEngine } from '../../../src/collect/containers/engine-client.ts'
import { type ContainerOptions, containerCollector } from '../../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import type { LogLine } from '../../../src/model/log-sink.ts'
import { seconds } from '../../../src/model/units.ts'
import { describeWithDocker, dockerSocket, waitForContainer } from '../../support/docker.ts'
import { type DockerArea, importBusybox } from '../../support/docker-area.ts'

const MEBIBYTE = 1024 * 1024
const sum = (counts: readonly number[] = []) => counts.reduce((total, count) => total + count, 0)

describeWithDocker('the logs of a real engine', (client) => {
  let area: DockerArea
  /** Without the engine's own folder to look at, each log is asked for each time, as of a remote engine. */
  const ELSEWHERE = { ...OWN_SYSTEM, rootfs: '/nonexistent' }
  const lines = new Map<string, (LogLine | 'skipped')[]>()
  const collectorOf = (options: Partial<ContainerOptions> = {}) => {
    const engine = connectEngine({ name: 'local', socket: dockerSocket() ?? '', configured: true })
    const collector = containerCollector(engine, {
      windowSeconds: seconds(0.05),
      deadlineSeconds: seconds(30),
      paths: OWN_SYSTEM,
      ...options,
    })
    return async () => {
      const { logs = [], gaps } = await collector.collect(AbortSignal.timeout(40_000))
      return {
        gaps,
        log: (part: string) => logs.find(({ containerName }) => containerName === area.name(part)),
      }
    }
  }
  const logSinkOf: ContainerOptions['logSinkOf'] = ({ name }) => {
    const taken: (LogLine | 'skipped')[] = []
    lines.set(name, taken)
    return { line: (line) => taken.push(line), skipped: () => taken.push('skipped') }
  }
  const textsOf = (part: string) =>
    lines.get(area.name(part))?.map((line) => (line === 'skipped' ? line : `${line.stream} ${line.text}`))
  const write = async (part: string, script: string) => {
    const container = client.getContainer(area.name(part))
    const exec = await container.exec({ Cmd: ['sh', '-c', script], AttachStdout: true })
    const stream = await exec.start({})
    stream.resume()
    await new Promise((resolve) => stream.once('end', resolve))
  }

  beforeAll(async () => {
    area = await importBusybox(client)
    const silent = { HostConfig: { LogConfig: { Type: 'none', Config: {} } } }
    const rotated = { HostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '20k' } } } }
    const [, , , , ended] = await Promise.all([
      // The first process has the pipes of the log; whatever else writes into them is logged.
      area.run('steady', 'echo one; echo two >&2; sleep 1000'),
      area.run('terminal', 'printf "a\\nb\\n"; sleep 1000', { Tty: true }),
      area.run('binary', 'head -c 300 /bin/busybox; echo; echo after; sleep 1000'),
      area.run('rotated', 'echo first; sleep 1000', rotated),
      area.run('ended', 'echo bye; exit 0'),
      area.run('none', 'echo unheard; sleep 1000', silent),
      area.run('flood', 'echo before; sleep 1000'),
    ])
    await waitForContainer(ended, ({ State }) => State.Status === 'exited')
    // On a busy machine a program writes its first line well after its container was started.
    await vi.waitFor(
      async () => {
        const log = await client.getContainer(area.name('steady')).logs({ stdout: true, stderr: true })
        expect(log.toString()).toMatch(/one[\s\S]*two|two[\s\S]*one/)
      },
      { timeout: 20_000, interval: 100 },
    )
  })
  afterAll(() => area.removeAll())

  it.each([
    ['by the file that the engine writes', OWN_SYSTEM],
    ['by the engine alone', ELSEWHERE],
  ])('are read on from where the last reading ended, each line once: %s', async (_, paths) => {
    const read = collectorOf({ paths, logSinkOf })
    const first = await read()
    const begun = first.log('steady')
    expect(textsOf('steady')?.slice(0, 2).toSorted()).toEqual(['stderr two', 'stdout one'])
    expect(begun?.read).toMatchObject({ skipped: false, complete: true })
    expect(begun?.read.lines).toBe(textsOf('steady')?.length)
    expect(sum(begun?.perMinute.lines)).toBe(begun?.read.lines)
    expect(sum(begun?.perHour.stderrLines)).toBe(1)
    expect(begun?.perHour.lines.length).toBe(24)

    expect((await read()).log('steady')?.read).toMatchObject({
      lines: 0,
      bytes: 0,
      from: null,
      complete: true,
    })

    await write('steady', 'for n in 1 2 3; do echo more $n >/proc/1/fd/1; done')
    const { log } = await read()
    expect(log('steady')?.read).toMatchObject({ lines: 3, bytes: 21, skipped: false })
    expect(textsOf('steady')?.slice(-3)).toEqual(['stdout more 1', 'stdout more 2', 'stdout more 3'])
    expect(sum(log('steady')?.perHour.lines)).toBe((begun?.read.lines ?? 0) + 3)
    expect(textsOf('steady')?.length).toBe((begun?.read.lines ?? 0) + 3)
  })

  it('of a terminal, and binary ones, are text; one that ended is read to its end, once', async () => {
    const read = collectorOf({ logSinkOf })
    const { log } = await read()
    expect(textsOf('terminal')).toEqual(['stdout a', 'stdout b'])
    expect(textsOf('binary')?.at(-1)).toBe('stdout after')
    expect(textsOf('ended')).toEqual(['stdout bye'])
    expect(log('ended')?.lines).toEqual([])
    await read()
    expect(textsOf('ended')).toEqual(['stdout bye'])
  })

  it('that cannot be read are named, with the driver', async () => {
    const { gaps, log } = await collectorOf()()
    expect(log('none')).toBeUndefined()
    expect(gaps).toEqual([
      {
        kind: 'absent',
        source: 'docker:local',
        missing: `log of container ${area.name('none')}`,
        reason: 'The logging driver none keeps nothing that the engine can read',
        remedy: expect.stringContaining('--log-driver local'),
      },
    ])
  })

  it('that were rotated away before they were read say that something is missing', async () => {
    const read = collectorOf({ logSinkOf })
    await read()
    await write(
      'rotated',
      'for n in $(seq 400); do echo line $n of many that fill the file; done >/proc/1/fd/1',
    )
    const { log } = await read()
    expect(log('rotated')?.read).toMatchObject({ skipped: true, complete: true })
    const texts = textsOf('rotated') ?? []
    expect(texts[1]).toBe('skipped')
    expect(texts.at(-1)).toBe('stdout line 400 of many that fill the file')
    // What is known begins anew: fewer lines than were written are never shown as all of them.
    expect(sum(log('rotated')?.perMinute.lines)).toBe(0)
  })

  it('of a flood are read up to 20 MB, the newest, within the time that is given', async () => {
    const read = collectorOf({ logSinkOf })
    await read()
    // 22 MB in about a second.
    await write(
      'flood',
      'yes "a line of a flood that nobody can read, however long he sits there" | head -n 330000 >/proc/1/fd/1',
    )
    await write('flood', 'echo after the flood >/proc/1/fd/1')
    const begun = performance.now()
    let flood = (await read()).log('flood')
    let taken: number = flood?.read.bytes ?? 0
    const skipped = flood?.read.skipped
    expect(performance.now() - begun).toBeLessThan(15_000)
    // A busy machine may need several readings for it; each goes on where the last has stopped.
    for (let turn = 0; turn < 40 && !flood?.read.complete; turn++) {
      flood = (await read()).log('flood')
      taken += flood?.read.bytes ?? 0
    }
    expect(skipped).toBe(true)
    expect(flood?.read.complete).toBe(true)
    expect(taken).toBeGreaterThan(10 * MEBIBYTE)
    expect(taken).toBeLessThan(21 * MEBIBYTE)
    const texts = textsOf('flood') ?? []
    expect(texts.at(-1)).toBe('stdout after the flood')
    expect(texts.filter((text) => text === 'skipped').length).toBe(1)
  }, 120_000)
})
