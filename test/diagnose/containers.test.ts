import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, cores, ratio } from '../../src/model/units.ts'
import {
  MEBIBYTE,
  makeContainer,
  makeHistory,
  makeLogTail,
  makeUsage,
  minutesBefore,
} from '../support/snapshot.ts'
import { findingOf, foundBy, look } from './support.ts'

const logOf = (container: { id: string; name: string }, lines: string[]) => [makeLogTail(container, lines)]

describe('a container', () => {
  it('in a crash loop is critical, with the cause from its log and the exact change', () => {
    const api = makeContainer({ state: 'restarting', exitCode: 1, restartCount: 14, usage: null })
    const finding = findingOf('crash-loop', {
      containers: [api],
      logs: logOf(api, [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 3, in <module>',
        '    from cryptography.fernet import Fernet',
        "ModuleNotFoundError: No module named 'cryptography'",
      ]),
    })
    expect(finding.severity).toBe('critical')
    expect(finding.rootCause).toBe('The Python module cryptography is not in the image.')
    expect(finding.fixes[0]).toMatchObject({
      command: 'container.add-package',
      parameters: { installer: 'pip', package: 'cryptography' },
    })
    expect(finding.fixes[1]).toMatchObject({
      kind: 'manual',
      change: expect.stringContaining('requirements.txt: cryptography'),
    })
    expect(finding.evidence).toContainEqual(expect.objectContaining({ label: 'restarts', value: 14 }))
  })

  it('that happens to run at the moment of the reading is still in its loop', () => {
    const api = makeContainer({ restartCount: 5, startedAt: minutesBefore(0.2) })
    expect(foundBy({ containers: [api] })).toContain('crash-loop')
  })

  it('in a crash loop is still in it a minute later, when it has not restarted since', () => {
    const api = makeContainer({ restartCount: 9, startedAt: minutesBefore(0.3) })
    const minuteAgo = makeHistory(1, () => ({ containers: [{ ...api, startedAt: minutesBefore(1.1) }] }))
    expect(foundBy({ containers: [api] }, minuteAgo)).toEqual(['crash-loop'])
    // Over the ten minutes the count tells: nine restarts that are all older are no loop.
    const tenMinutes = makeHistory(10, () => ({ containers: [api] }))
    expect(foundBy({ containers: [api] }, tenMinutes)).toEqual([])
  })

  it('that was in a crash loop until somebody stopped it is not', () => {
    const stopped = { state: 'exited', restartCount: 9, finishedAt: minutesBefore(1), usage: null } as const
    expect(foundBy({ containers: [makeContainer({ ...stopped, exitCode: 143 })] })).toEqual([])
    const longAgo = { ...stopped, exitCode: 1, finishedAt: minutesBefore(90) }
    expect(foundBy({ containers: [makeContainer(longAgo)] })).toEqual(['exited-error'])
  })

  it('whose end, log or cause is not known is spoken of in whole sentences', () => {
    const told = (changes: Parameters<typeof makeContainer>[0], lines?: string[]) => {
      const api = makeContainer({ restartCount: 9, startedAt: minutesBefore(0.2), ...changes })
      const logs = lines ? logOf(api, lines) : []
      const { title, rootCause } = findingOf('crash-loop', { containers: [api], logs })
      return { title, rootCause }
    }
    expect(told({}, [])).toEqual({
      title: 'api restarts again and again',
      rootCause:
        'How its last run ended is not known: it runs at this moment, and the engine forgets the exit code at each start. Its log is empty.',
    })
    expect(told({ state: 'restarting', exitCode: 1, usage: null })).toEqual({
      title: 'api restarts again and again: ended with an error',
      rootCause: 'Its last run ended with exit code 1: ended with an error. Its log was not read.',
    })
    expect(told({ state: 'restarting', exitCode: 137, usage: null }, ['bye']).rootCause).toBe(
      'Its last run ended with exit code 137: killed by SIGKILL. Its log names no cause that is known here; its last word is below.',
    )
  })

  it('that restarted long ago and has run since is not', () => {
    expect(
      foundBy({ containers: [makeContainer({ restartCount: 5, startedAt: minutesBefore(600) })] }),
    ).toEqual([])
  })

  it('that was stopped by hand is nobody’s fault', () => {
    const stopped = (exitCode: number) => makeContainer({ state: 'exited', exitCode, usage: null })
    expect(foundBy({ containers: [stopped(0)] })).toEqual([])
    expect(foundBy({ containers: [stopped(137)] })).toEqual([])
    expect(foundBy({ containers: [stopped(143)] })).toEqual([])
    expect(foundBy({ containers: [stopped(1)] })).toEqual(['exited-error'])
  })

  it('killed for its memory is not called a crash loop, and gets a larger limit proposed', () => {
    const api = makeContainer({
      state: 'restarting',
      exitCode: 137,
      oomKilled: true,
      restartCount: 9,
      usage: null,
    })
    expect(foundBy({ containers: [api] })).toEqual(['oom-killed'])
    const [fix] = findingOf('oom-killed', { containers: [api] }).fixes
    expect(fix).toMatchObject({
      command: 'container.set-memory-limit',
      parameters: { memory: 672 * MEBIBYTE },
    })
  })

  it('killed for its memory is spoken of for half an hour after it runs again, not for ever', () => {
    const back = (minutes: number) =>
      makeContainer({ oomKilled: true, restartCount: 1, startedAt: minutesBefore(minutes) })
    expect(foundBy({ containers: [back(5)] })).toEqual(['oom-killed'])
    expect(foundBy({ containers: [back(31)] })).toEqual([])
    const down = makeContainer({
      state: 'exited',
      exitCode: 137,
      oomKilled: true,
      startedAt: minutesBefore(90),
      finishedAt: minutesBefore(80),
      usage: null,
    })
    expect(foundBy({ containers: [down] })).toEqual(['oom-killed'])
  })

  it('killed for its memory gets its limit raised once, not in each report anew', () => {
    const killed = (limit: number, used: number) =>
      makeContainer({
        oomKilled: true,
        restartCount: 1,
        startedAt: minutesBefore(5),
        limits: { memoryBytes: bytes(limit * MEBIBYTE), memorySwapBytes: null, cpuCores: null, pids: null },
        usage: makeUsage({ memoryWorkingSetBytes: bytes(used * MEBIBYTE) }),
      })
    const kindOfFix = (containers: Snapshot['containers'], recent: Snapshot[] = []) =>
      findingOf('oom-killed', { containers }, recent).fixes[0]?.kind
    expect(kindOfFix([killed(512, 450)])).toBe('command')
    const before = makeHistory(1, () => ({ containers: [killed(512, 450)] }))
    expect(kindOfFix([killed(672, 450)], before)).toBe('manual')
    expect(kindOfFix([killed(512, 100)])).toBe('manual')
  })

  it('whose child process was killed is found by the counter of its cgroup', () => {
    const killed = (oomKills: number) => makeContainer({ usage: makeUsage({ oomKills }) })
    expect(foundBy({ containers: [killed(2)] })).toEqual([])
    expect(
      foundBy(
        { containers: [killed(2)] },
        makeHistory(5, () => ({ containers: [killed(1)] })),
      ),
    ).toEqual(['oom-killed'])
  })

  it('close to its memory limit gets one with headroom, in a size a person would choose', () => {
    const webui = makeContainer({
      name: 'webui',
      usage: makeUsage({ memoryWorkingSetBytes: bytes(490 * MEBIBYTE) }),
    })
    const finding = findingOf('memory-near-limit', { containers: [webui] })
    expect(finding.title).toBe('webui uses 95.7 % of its memory limit')
    expect(finding.rootCause).toContain('too few readings')
    expect(finding.fixes[0]).toMatchObject({ parameters: { memory: 640 * MEBIBYTE } })
  })

  it('that was near its limit for a moment only is left alone', () => {
    const at = (mebibytes: number) =>
      makeContainer({ usage: makeUsage({ memoryWorkingSetBytes: bytes(mebibytes * MEBIBYTE) }) })
    const spike = makeHistory(10, (before) => ({ containers: [at(before > 1 ? 100 : 490)] }))
    expect(foundBy({ containers: [at(490)] }, spike)).toEqual([])
    expect(
      foundBy(
        { containers: [at(490)] },
        makeHistory(10, () => ({ containers: [at(489)] })),
      ),
    ).toEqual(['memory-near-limit'])
  })

  it('at its limit is found whatever is missing of its past', () => {
    const full = makeContainer({ usage: makeUsage({ memoryWorkingSetBytes: bytes(502 * MEBIBYTE) }) })
    const whole = makeHistory(10, () => ({ containers: [full] }))
    const withGap = makeHistory(10, (before) => ({ containers: before === 5 ? [] : [full] }))
    const unmeasured = makeHistory(10, (before) => ({
      containers: [before === 5 ? { ...full, usage: null } : full],
    }))
    const young = makeHistory(10, (before) => ({ containers: before <= 3 ? [full] : [] }))
    for (const recent of [whole, [], withGap, unmeasured, young]) {
      expect(foundBy({ containers: [full] }, recent)).toEqual(['memory-near-limit'])
    }
    const causeIn = (recent: typeof whole) =>
      findingOf('memory-near-limit', { containers: [full] }, recent).rootCause
    expect(causeIn(withGap)).toContain('in every reading')
    expect(causeIn(young)).toContain('too few readings')
  })

  it('without a memory limit is not near it', () => {
    const free = makeContainer({
      limits: { memoryBytes: null, memorySwapBytes: null, cpuCores: null, pids: null },
    })
    expect(foundBy({ containers: [free] })).toEqual([])
  })

  it('is throttled by its periods, also at a low average use', () => {
    const limits = { memoryBytes: null, memorySwapBytes: null, cpuCores: cores(0.5), pids: null }
    const throttled = (share: number | null) =>
      makeContainer({ limits, usage: makeUsage({ throttledRatio: share === null ? null : ratio(share) }) })
    expect(foundBy({ containers: [throttled(0.1)] })).toEqual([])
    expect(foundBy({ containers: [throttled(null)] })).toEqual([])
    expect(foundBy({ containers: [throttled(0.6)] })).toEqual(['cpu-throttled'])
  })

  it('with a healthcheck that cannot run is told from one whose service is broken', () => {
    const health = (lastExitCode: number, lastOutput: string) =>
      makeContainer({
        health: { status: 'unhealthy', failingStreak: 8, lastExitCode, lastOutput, probes: [] },
      })
    const broken = findingOf('unhealthy', { containers: [health(127, '/bin/sh: curl: not found')] })
    expect(broken.severity).toBe('medium')
    expect(broken.title).toContain('cannot run')
    const down = findingOf('unhealthy', { containers: [health(1, 'HTTP 500')] })
    expect(down.severity).toBe('high')
    expect(down.fixes).toContainEqual(expect.objectContaining({ command: 'container.restart' }))
  })

  it('that sets variables its software ignores is told which work instead', () => {
    const postgres = makeContainer({
      name: 'postgres',
      image: 'postgres:18',
      environment: [
        { name: 'POSTGRES_PASSWORD', value: null },
        { name: 'POSTGRES_PASSWORD_FILE', value: null },
        { name: 'POSTGRES_SHARED_BUFFERS', value: '256MB' },
      ],
    })
    const finding = findingOf('env-ignored', { containers: [postgres] })
    expect(finding.evidence.map((evidence) => evidence.label)).toEqual(['POSTGRES_SHARED_BUFFERS'])
    expect(finding.fixes[0]).toMatchObject({
      change: expect.stringContaining('ALTER SYSTEM SET shared_buffers'),
    })

    const ollama = makeContainer({
      name: 'ollama',
      image: 'ollama/ollama:0.12.0',
      environment: [
        { name: 'OLLAMA_NUM_PARALLEL', value: '4' },
        { name: 'OLLAMA_CONCURRENT_REQUESTS', value: '8' },
      ],
    })
    const ignored = findingOf('env-ignored', { containers: [ollama] })
    expect(ignored.title).toContain('OLLAMA_CONCURRENT_REQUESTS')
    expect(ignored.fixes[0]).toMatchObject({ change: expect.stringContaining('OLLAMA_NUM_PARALLEL') })
  })

  it('of PostgreSQL may have variables of its own for its init scripts', () => {
    const names = [
      'POSTGRES_NON_ROOT_USER',
      'POSTGRES_NON_ROOT_PASSWORD',
      'POSTGRES_MULTIPLE_DATABASES',
      'POSTGRES_PORT',
      'POSTGRES_HOST_AUTH_METHOD',
    ]
    const postgres = makeContainer({
      image: 'postgres:18',
      environment: names.map((name) => ({ name, value: null })),
    })
    expect(foundBy({ containers: [postgres] })).toEqual([])
  })

  it('on two engines under one name are two, and so are their findings', () => {
    const looping = { state: 'restarting', exitCode: 1, restartCount: 9, usage: null } as const
    const containers = ['local', 'build'].map((engine, index) =>
      makeContainer({ ...looping, engine, id: String(index).repeat(64) }),
    )
    expect(new Set(look({ containers }).findings.map(({ id }) => id)).size).toBe(2)
  })

  it('of another image may use those names as it likes', () => {
    const other = makeContainer({
      image: 'example/app:1',
      environment: [{ name: 'POSTGRES_HOST', value: null }],
    })
    expect(foundBy({ containers: [other] })).toEqual([])
  })
})
