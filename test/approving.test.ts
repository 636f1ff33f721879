import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { closeInterrupted, createOneAtATime } from '../src/approving.ts'
import type { Target } from '../src/model/target.ts'
import { timestamp } from '../src/model/units.ts'
import { openStore } from '../src/store/store.ts'
import { makePlan } from './support/plan.ts'

const api: Target = { kind: 'container', host: 'atlas', name: 'api' }

it('what was cut off by a kill is ended in the audit, once, as something to look at', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-approving-'))
  const store = await openStore({ directory })
  onTestFinished(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  const at = timestamp(new Date('2026-03-14T09:10:00Z'))
  await store.savePlan(makePlan())
  await store.claimPlan({ planId: 'plan-1', digest: 'd1', person: 'U024BE7LH', at })
  await store.appendAudit({ at, actor: 'U024BE7LH', action: 'started', subject: 'plan-1', detail: {} })

  const ports = { store, clock: () => new Date('2026-03-14T10:00:00Z'), newId: () => 'e1' }
  const cutOff = await closeInterrupted(ports)
  expect(cutOff.map(({ id }) => id)).toEqual(['plan-1'])
  expect((await store.executionOf('plan-1'))?.message).toContain('Look at container api')
  expect((await store.audit(1))[0]).toMatchObject({ action: 'finished', subject: 'plan-1' })
  expect(await closeInterrupted(ports)).toEqual([])
  expect(await store.verifyAudit()).toBeNull()
})

it('work on one target goes in line, also after a failure, and work on others does not wait', async () => {
  const oneAtATime = createOneAtATime()
  const order: string[] = []
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const first = oneAtATime(api, async () => {
    await gate
    order.push('first')
    throw new Error('it failed')
  })
  const second = oneAtATime(api, async () => order.push('second'))
  await oneAtATime({ ...api, name: 'webui' }, async () => order.push('other'))
  open()
  await expect(first).rejects.toThrow('it failed')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})
