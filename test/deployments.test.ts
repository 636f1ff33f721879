import { afterEach, beforeEach, expect, it } from 'vitest'
import { deploymentMarks } from '../src/charting.ts'
import { deploymentEvents, deploymentsSince, noticeDeployments } from '../src/deployments.ts'
import { formatValue } from '../src/model/format.ts'
import { timestamp } from '../src/model/units.ts'
import { deploymentTable } from '../src/report/deployment-lines.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { makeDirectory } from './store/directory.ts'
import { makeContainer, makeSnapshot } from './support/snapshot.ts'

const NOW = Date.parse('2026-03-14T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (before: number) => timestamp(new Date(NOW - before))

let store: Store
beforeEach(async () => {
  store = await openStore({ directory: await makeDirectory() })
})
afterEach(() => store.close())

const taken = (before: number, containers: Parameters<typeof makeContainer>[0][]) =>
  makeSnapshot({
    host: 'atlas',
    takenAt: at(before),
    containers: containers.map((changes) => makeContainer({ image: 'app:1', ...changes })),
  })

it('a deployment is noticed once, also over a reading without its engine, and its effect is told by itself', async () => {
  for (let before = 26 * HOUR; before > 0; before -= 5 * MINUTE) {
    const jitter = 1e6 * Math.sin(before / 1e5)
    await store.saveSamples(
      'atlas',
      at(before),
      ['api', 'web'].map((name) => ({
        metric: 'container_memory_working_set_bytes',
        labels: { engine: 'local', name },
        value: (name === 'api' && before <= 2 * HOUR ? 3 : 2) * 1024 ** 3 + jitter,
      })),
    )
  }
  const anew = { name: 'api', id: 'f'.repeat(64), image: 'app:2', createdAt: at(2 * HOUR) }
  await noticeDeployments(taken(3 * HOUR, [{ name: 'api' }, { name: 'web' }]), store)
  await noticeDeployments(taken(2.5 * HOUR, []), store)
  await noticeDeployments(taken(HOUR, [anew, { name: 'web' }]), store)
  await noticeDeployments(taken(0, [anew, { name: 'web' }]), store)

  const ports = { store, host: 'atlas', now: at(0) }
  expect(await deploymentEvents(at(24 * HOUR), ports)).toMatchObject([{ at: at(2 * HOUR) }])
  const deployments = await deploymentsSince(at(24 * HOUR), ports)
  const [table] = deploymentTable(deployments)
  expect(table?.rows.map((row) => row.map(({ value, unit }) => formatValue(value, unit)))).toEqual([
    ['14 Mar 2026, 10:00 UTC', 'container api: image app:1 → app:2', 'Container memory', '2 GiB', '3 GiB'],
  ])
  // Before there are enough readings nothing is claimed.
  const early = await deploymentsSince(at(24 * HOUR), { ...ports, now: at(2 * HOUR - 10 * MINUTE) })
  expect(early).toMatchObject([{ compared: 0, changed: [] }])
})

it('a deployment is marked in charts of what was deployed and of the machine, not of its neighbours', async () => {
  await noticeDeployments(taken(2 * HOUR, [{ name: 'api' }]), store)
  await noticeDeployments(taken(HOUR, [{ name: 'api', imageId: 'sha256:c' }]), store)
  const events = await deploymentEvents(at(24 * HOUR), { store, host: 'atlas' })
  const marksOn = (labels: Record<string, string>) =>
    deploymentMarks(events, {
      from: at(24 * HOUR),
      to: at(0),
      trends: [
        {
          series: { id: 1, host: 'atlas', metric: 'm', labels },
          trend: { resolution: 'raw', stepSeconds: 60, points: [] },
          unusual: [],
        },
      ],
    }).length
  expect([{ engine: 'local', name: 'api' }, { service: 'api' }, { mode: 'user' }].map(marksOn)).toEqual([
    1, 1, 1,
  ])
  expect([{ engine: 'local', name: 'web' }, { server: 'main' }].map(marksOn)).toEqual([0, 0])
})
