import { afterAll, beforeAll, expect, it } from 'vitest'
import { lookBack, type PastAnswer } from '../src/looking-back.ts'
import type { Report } from '../src/model/report.ts'
import { checkMessageBlocks } from '../src/playground/block-kit/validate.ts'
import { historyMessage } from '../src/slack/commands/history.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { makeDirectory } from './store/directory.ts'
import { claim, makeExecution, makeLease, makeRun, minute } from './store/records.ts'
import { makePlan } from './support/plan.ts'
import { makeReport } from './support/report.ts'

const [crash, buffers] = makeReport().findings
if (!crash || !buffers) throw new Error('the fixture has findings')

let store: Store
beforeAll(async () => {
  store = await openStore({ directory: await makeDirectory() })
  const at = async (time: number, findings: Report['findings']) =>
    store.saveReport(makeReport({ id: `r${time}`, createdAt: minute(time), findings, checks: [] }))
  await at(0, [crash, buffers])
  await at(10, [buffers])
  await at(20, [crash, buffers])
  await at(30, [buffers])
  await at(40, [crash, { ...buffers, severity: 'high' }])
  await store.savePlan(makePlan({ id: 'p', findingId: buffers.id, title: 'Set shared_buffers of main' }))
  await claim(store, { id: 'p' })
  await store.saveRun(
    makeRun({ id: 'e-p-U024BE7LH', planId: 'p', stage: 'ended' }),
    makeLease(),
    [],
    makeExecution({ id: 'e-p-U024BE7LH', planId: 'p', finishedAt: minute(45), verdict: 'helped' }),
  )
  await store.saveEvents([
    {
      kind: 'deployed',
      host: 'atlas',
      at: minute(15),
      subject: 'container api on local',
      title: 'container api: image app:1 → app:2',
      target: { kind: 'container', host: 'atlas', name: 'api' },
      labels: [],
      changes: ['image app:1 → app:2'],
    },
  ])
})
afterAll(() => store?.close())

const ask = (asked: string): Promise<PastAnswer> => lookBack(asked, { store, host: 'atlas', now: minute(60) })
const told = (answer: PastAnswer) =>
  answer.kind === 'unknown' ? [] : answer.lines.map(({ what, at }) => [what, at])

it('a finding has its turns, how often it came, and how long it was there', async () => {
  const answer = await ask(crash.id.slice(0, -3))
  expect(told(answer)).toEqual([
    ['came', minute(0)],
    ['resolved', minute(10)],
    ['came again', minute(20)],
    ['resolved', minute(30)],
    ['came again', minute(40)],
  ])
  expect(answer).toMatchObject({ times: 3, isFlapping: true, presentSeconds: 40 * 60 })
  expect(historyMessage(answer).text).toContain('It is there; it came 3 times within 7 d')
})

it('a finding has its fixes, with what they brought', async () => {
  const answer = await ask(buffers.id)
  expect(told(answer).map(([what]) => what)).toEqual(['came', 'got worse', 'fix verified, helped'])
  expect(JSON.stringify(answer)).toContain('Set shared_buffers of main; limit: 256 MiB → 512 MiB')
})

it('anything has what is about it, and nothing asked has the latest of all', async () => {
  expect(told(await ask('app:2'))).toEqual([['deployed', minute(15)]])
  const all = await ask('')
  expect(told(all).at(-1)).toEqual(['fix verified, helped', minute(45)])
  for (const answer of [all, await ask('app:2'), await ask(crash.id), await ask('nothing like it')]) {
    expect(checkMessageBlocks(historyMessage(answer).blocks)).toMatchObject({ ok: true })
  }
})

it('a slip of the finger leads to what was meant, and what is unknown to what there is', async () => {
  expect(await ask('contaner-restart-loop')).toMatchObject({ suggestions: ['container-restart-loop'] })
  expect(await ask('zzz')).toMatchObject({ kind: 'unknown', suggestions: [crash.id, buffers.id].sort() })
})
