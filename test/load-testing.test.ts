import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseConfig } from '../src/config.ts'
import { createLoad, loadTargets, loadTestProposal, loadTests } from '../src/load-testing.ts'
import { checkMessageBlocks } from '../src/playground/block-kit/validate.ts'
import type { Load } from '../src/remediate/engines.ts'
import { offerMessage } from '../src/slack/commands/loadtest.ts'
import { openWorkbench, type Workbench } from './remediate/commands/workbench.ts'
import { HOST } from './remediate/support.ts'

/** A real server over a real socket, which counts what it is asked and by whom. */
let server: Server
let delayMilliseconds = 0
let status = 200
const asked: string[] = []

let bench: Workbench
let load: Load
let url: string

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(String(request.headers.authorization))
    setTimeout(() => response.writeHead(status).end('ok'), delayMilliseconds)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
  const targets = loadTargets(
    parseConfig(
      `services:
  - name: api
    url: ${url}?key=secret
    headers: { Authorization: Bearer token }
    loadTest: { rate: 40, duration: 1s, connections: 4 }
  - name: web
    url: ${url}`,
      'test.yaml',
      {},
    ),
  )
  // Asked for only when a test runs, since the bench has the store.
  load = {
    target: (service) => targets.find((each) => each.service === service) ?? null,
    shownUrl: (target) => own().shownUrl(target),
    keep: (test) => own().keep(test),
    results: (service) => own().results(service),
  }
  bench = await openWorkbench({ engines: { load } })
  const own = () => createLoad(targets, { store: bench.store, host: HOST })
})
afterAll(async () => {
  await bench?.close()
  server?.closeAllConnections()
  server?.close()
})

const request = (service: string, ...assignments: string[]) => {
  const person = { id: 'U1', userGroups: [] }
  const { command, targetName, assignments: all } = loadTestProposal({ service, assignments, person }, load)
  return [command, targetName, ...all] as const
}

it('a load test is approved like any change, keeps within its bounds, and stands beside the one before it', async () => {
  const plan = await bench.plan(...request('api'))
  expect(plan.steps.map(({ exact }) => exact)).toEqual([
    `autocannon --connections 4 --overallRate 40 --duration 1 ${url}?…`,
  ])
  expect(asked.length).toBe(1)

  const first = await bench.apply(plan)
  expect(first).toMatchObject({ outcome: 'verified', verdict: 'helped' })
  // What was asked for within its second, and the looks before and after; whom it asked as is in config.
  expect(asked.length).toBeGreaterThan(20)
  expect(asked.length).toBeLessThan(70)
  expect(new Set(asked)).toEqual(new Set(['Bearer token']))

  delayMilliseconds = 60
  const second = await bench.apply(await bench.plan(...request('api', 'rate=20')))
  const median = (list: typeof second.before) =>
    Number(list.find(({ label }) => label === 'P50 under load')?.value)
  expect(median(second.before)).toBeLessThan(0.05)
  expect(median(second.after)).toBeGreaterThanOrEqual(0.05)

  const offers = await loadTests(loadTargets(parseConfig('', 'test.yaml', {})), load)
  expect(offers).toEqual([])
  const results = await load.results('api')
  expect(results.map(({ rate, failed }) => [rate, failed])).toEqual([
    [40, 0],
    [20, 0],
  ])
  const target = load.target('api')
  if (!target) throw new Error('config names it')
  const message = offerMessage([{ target, url: load.shownUrl(target), results }])
  expect(checkMessageBlocks(message.blocks)).toMatchObject({ ok: true })
  expect(JSON.stringify(message)).not.toContain('secret')
})

it('nothing is sent to what config does not name, beyond what it allows, or where nothing answers', async () => {
  expect(await bench.whyNot(...request('web'))).toContain('no loadTest for the service web')
  expect(await bench.whyNot(...request('api', 'rate=41'))).toMatch(/most requests a second/)
  status = 500
  expect(await bench.whyNot(...request('api'))).toContain('answers with status 500')
  status = 200
})
