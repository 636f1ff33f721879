import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Collection, createCollection } from '../../src/collect/collection.ts'
import { connectEngine } from '../../src/collect/containers/engine-client.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { seconds } from '../../src/model/units.ts'
import type { CommandDefinition } from '../../src/remediate/catalogue.ts'

import { describeWithDocker, dockerSocket } from '../support/docker.ts'
import { type DockerArea, importBusybox, type RunOptions } from '../support/docker-area.ts'
import {
  applyFix,
  container,
  HOST,
  MEBIBYTE,
  milestones,
  noEngines,
  ownCatalogue,
  planned,
  portsOf,
} from './support.ts'

// The engine measures usage for a second or two, and every test asks several times, all at once.
vi.setConfig({ testTimeout: 90_000 })

const memory = (mebibytes: number, swap?: number): RunOptions => ({
  HostConfig: { Memory: mebibytes * MEBIBYTE, ...(swap === undefined ? {} : { MemorySwap: swap }) },
})

describeWithDocker('fixes on a real engine', (client) => {
  let area: DockerArea
  let collection: Collection

  beforeAll(async () => {
    area = await importBusybox(client)
    collection = createCollection({
      host: HOST,
      windowSeconds: seconds(0.2),
      deadlineSeconds: seconds(10),
      paths: OWN_SYSTEM,
      docker: [connectEngine({ name: 'local', socket: dockerSocket() ?? '', configured: true })],
      postgres: [],
      redis: [],
      services: [],
      ollama: [],
      inferenceProbe: null,
      nvidiaSmi: { command: 'nvidia-smi', configured: false },
    })
  })
  afterAll(async () => {
    await collection?.close()
    await area?.removeAll()
  })

  const snapshot = () => collection.snapshot()
  /** The tests run side by side and share snapshots: the one under way may be older than the question. */
  const freshSnapshot = async () => {
    await snapshot()
    return snapshot()
  }
  const ports = (catalogue = ownCatalogue) =>
    portsOf({
      snapshot,
      catalogue,
      engines: { ...noEngines, docker: (name) => (name === 'local' ? client : null) },
      wait: (duration) => sleep(duration * 1000),
    })
  const limitsOf = async (part: string) => {
    const { HostConfig } = await client.getContainer(area.name(part)).inspect()
    return { memory: HostConfig.Memory, swap: HostConfig.MemorySwap }
  }
  const memoryPlan = async (part: string, mebibytes: number, catalogue = ownCatalogue) =>
    planned({
      command: 'container.set-memory-limit',
      parameters: { memory: mebibytes * MEBIBYTE },
      target: container(area.name(part)),
      snapshot: await freshSnapshot(),
      catalogue,
    })
  /** A catalogue in which the command has been given other parts. */
  const changed = (id: string, parts: Partial<CommandDefinition>) => {
    const command = ownCatalogue.get(id)
    if (!command) throw new Error(`there is no ${id}`)
    return new Map(ownCatalogue).set(id, { ...command, ...parts })
  }
  /** After the change, an expectation that cannot be met. */
  const disappointing = (id: string) =>
    changed(id, {
      expectation: { reading: 'container.memory-limit', becomes: 1, within: 1, statement: 'never' },
    })

  test.concurrent('a memory limit is raised as docker inspect shows, and every stage is audited', async () => {
    await area.run('raise', 'sleep 1000', memory(64))
    const plan = await memoryPlan('raise', 256)
    const rim = ports()
    const execution = await applyFix(plan, 'U1', rim)
    expect(execution.message).toBe(
      `Applied and verified: the memory limit of ${area.name('raise')} is 256 MiB; it was 64 MiB.`,
    )
    expect(execution).toMatchObject({ outcome: 'verified', digest: plan.digest })
    expect(execution.before[0]).toMatchObject({ label: 'memory limit', value: 64 * MEBIBYTE })
    expect(execution.after[0]).toMatchObject({ label: 'memory limit', value: 256 * MEBIBYTE })
    // 64 MiB of memory with 128 MiB of both leave 64 MiB of swap, and that stays.
    expect(await limitsOf('raise')).toEqual({ memory: 256 * MEBIBYTE, swap: 320 * MEBIBYTE })
    expect(milestones(rim.audited)).toMatchObject([
      { action: 'started', actor: 'U1', detail: { steps: plan.steps[0]?.exact, digest: plan.digest } },
      { action: 'finished', detail: { outcome: 'verified' } },
    ])
  })

  test.concurrent.each([
    ['no swap', 64 * MEBIBYTE, 256 * MEBIBYTE],
    ['all the swap there is', -1, -1],
  ])('a container that may use %s may still', async (name, swap, expected) => {
    const part = `swap${swap > 0 ? '-none' : '-all'}`
    await area.run(part, 'sleep 1000', memory(64, swap))
    const execution = await applyFix(await memoryPlan(part, 256), 'U1', ports())
    expect(execution.outcome, `${name}: ${execution.message}`).toBe('verified')
    expect(await limitsOf(part)).toEqual({ memory: 256 * MEBIBYTE, swap: expected })
  })

  test.concurrent('what does not do what was expected of it is undone', async () => {
    await area.run('undo', 'sleep 1000', memory(64))
    const catalogue = disappointing('container.set-memory-limit')
    const execution = await applyFix(await memoryPlan('undo', 256, catalogue), 'U1', ports(catalogue))
    expect(execution.message).toBe(
      `Undone: 1 s after the change the memory limit of ${area.name('undo')} was 256 MiB and not 1 B. ` +
        `Now the memory limit of ${area.name('undo')} is 64 MiB; before the fix it was 64 MiB.`,
    )
    expect(execution.outcome).toBe('undone')
    expect(await limitsOf('undo')).toEqual({ memory: 64 * MEBIBYTE, swap: 128 * MEBIBYTE })
  })

  test.concurrent('a limit where there was none is undone as far as Docker can', async () => {
    await area.run('none', 'sleep 1000')
    const total = (await freshSnapshot()).machine?.memory.totalBytes
    const catalogue = changed('container.set-memory-limit', {
      expectation: { reading: 'container.memory-limit', becomes: 1, within: 1, statement: 'never' },
    })
    const execution = await applyFix(await memoryPlan('none', 64, catalogue), 'U1', ports(catalogue))
    expect(execution).toMatchObject({
      outcome: 'undone',
      message: expect.stringMatching(/before the fix it was none\.$/),
    })
    expect((await limitsOf('none')).memory).toBe(total)
  })

  test.concurrent('a step that fails half way takes back the ones before it', async () => {
    const id = 'container.set-memory-limit'
    await area.run('half', 'sleep 1000', memory(64))
    const missing = { engine: 'local', container: '0'.repeat(64), name: 'nothing' }
    const steps = [
      ...(ownCatalogue.get(id)?.steps ?? []),
      { operation: 'container.restart', arguments: missing },
    ]
    const catalogue = changed(id, { steps })
    const execution = await applyFix(await memoryPlan('half', 256, catalogue), 'U1', ports(catalogue))
    expect(execution.message).toMatch(/^Undone: `docker restart nothing` was not begun: .*no such container/i)
    expect(execution.outcome).toBe('undone')
    expect(await limitsOf('half')).toEqual({ memory: 64 * MEBIBYTE, swap: 128 * MEBIBYTE })
  })

  test.concurrent('a container that was recreated since is not touched', async () => {
    const first = await area.run('again', 'sleep 1000', memory(64))
    const plan = await memoryPlan('again', 256)
    await first.remove({ force: true })
    const second = await area.run('again', 'sleep 1000', memory(64))
    const execution = await applyFix(plan, 'U1', ports())
    expect(execution.outcome).toBe('refused')
    expect(execution.message).toBe(
      `Not applied: the identifier of ${area.name('again')} is now ${second.id.slice(0, 12)}; ` +
        `when this plan was made it was ${first.id.slice(0, 12)}. Ask for a new report.`,
    )
    expect((await limitsOf('again')).memory).toBe(64 * MEBIBYTE)
  })

  /** A run counts when it has lasted for some seconds. */
  const restartPlan = async (part: string) => {
    await sleep(9000)
    return planned({
      command: 'container.restart',
      target: container(area.name(part)),
      snapshot: await freshSnapshot(),
    })
  }

  test.concurrent('a restart gives a new run; the same plan a second time is refused', async () => {
    const api = await area.run('restart', "trap 'exit 0' TERM; while true; do sleep 0.1; done")
    const { StartedAt } = (await api.inspect()).State
    const plan = await restartPlan('restart')
    const execution = await applyFix(plan, 'U1', ports())
    expect(execution.outcome, execution.message).toBe('verified')
    const { State } = await api.inspect()
    expect(State.Running).toBe(true)
    expect(State.StartedAt > StartedAt).toBe(true)
    expect(await applyFix(plan, 'U1', ports())).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('the start of the present run of'),
    })
  })

  test.concurrent('a container in a crash loop is not called restarted, though it runs at the instant', async () => {
    await area.run('loops', 'sleep 4; exit 1', { HostConfig: { RestartPolicy: { Name: 'always' } } })
    let execution = await applyFix(await restartPlan('loops'), 'U1', ports())
    // It may have fallen over, or come back, between the plan and the click.
    for (let tries = 0; execution.outcome === 'refused' && tries < 5; tries += 1) {
      execution = await applyFix(await restartPlan('loops'), 'U1', ports())
    }
    expect(execution.outcome, execution.message).toBe('failed')
  })

  test.concurrent('a container that falls over again after its start is not called restarted', async () => {
    const script =
      'test -e /tmp/was && exit 3; touch /tmp/was; trap "exit 0" TERM; while true; do sleep 0.1; done'
    await area.run('falls', script)
    const execution = await applyFix(await restartPlan('falls'), 'U1', ports())
    expect(execution.outcome, execution.message).toBe('failed')
    expect(execution.message).toContain('This command has no undo')
  })
})
