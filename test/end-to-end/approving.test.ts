import type Docker from 'dockerode'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FixPlan } from '../../src/model/fix-plan.ts'
import { describeWithDocker, dockerSocket, waitForContainer } from '../support/docker.ts'
import { type DockerArea, importBusybox } from '../support/docker-area.ts'
import { FOUNDER, type System, startSystem } from './system.ts'

const person = { id: FOUNDER, userGroups: [] }

describeWithDocker('approvals on a real engine', (client: Docker) => {
  let area: DockerArea
  let system: System
  let container: Docker.Container

  const startedAt = async () => (await container.inspect()).State.StartedAt

  /** A plan to restart the unhealthy container, out of a report of its own. */
  async function planToRestart(): Promise<FixPlan> {
    const report = await system.perfbot.takeReport()
    const offered = await system.perfbot.fixesOf(report.id)
    const plan = offered.map((fix) => fix.plan).find(({ command }) => command === 'container.restart')
    if (!plan)
      throw new Error(`no plan to restart among ${offered.map((fix) => fix.plan.title).join(', ') || 'none'}`)
    return plan
  }

  beforeAll(async () => {
    area = await importBusybox(client)
    container = await area.run('sick', 'trap "exit 0" TERM; while true; do sleep 0.2; done', {
      Healthcheck: { Test: ['CMD', 'false'], Interval: 1e9, Retries: 1, Timeout: 1e9 },
    })
    await waitForContainer(container, ({ State }) => State.Health?.Status === 'unhealthy')
    const socket = dockerSocket()
    if (!socket) throw new Error('the engine is gone')
    system = await startSystem({ docker: [{ name: 'local', socket, configured: true }] })
  })

  afterAll(async () => {
    await system?.stop()
    await area?.removeAll()
  })

  it('two plans for the same change, approved at once, change it once', { timeout: 90_000 }, async () => {
    const [first, second] = [await planToRestart(), await planToRestart()]
    const results = await Promise.all(
      [first, second].map(({ id, digest }) => system.perfbot.approve({ planId: id, digest, person })),
    )
    const outcomes = results.map((result) =>
      result.kind === 'executed' ? result.execution.outcome : result.kind === 'refused' && result.reason,
    )
    expect(outcomes.toSorted()).toEqual([
      `Another fix of container ${area.name('sick')} is under way, and there is one at a time. Try again when it has ended.`,
      'verified',
    ])
  })

  it('a bot that is stopped in the middle of a fix brings it to its end first', {
    timeout: 90_000,
  }, async () => {
    await waitForContainer(container, ({ State }) => State.Health?.Status === 'unhealthy')
    const { id, digest } = await planToRestart()
    const before = await startedAt()
    const approved = system.perfbot.approve({ planId: id, digest, person })
    while ((await system.perfbot.audit(5)).every(({ action }) => action !== 'started'))
      await new Promise((resolve) => setTimeout(resolve, 50))
    await system.stop()
    expect(await approved).toMatchObject({ kind: 'executed', execution: { outcome: 'verified' } })
    expect(await startedAt()).not.toBe(before)
  })
})
