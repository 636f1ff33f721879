import { describe, expect, test } from 'vitest'
import { type FixPlan, planDigest } from '../../src/model/fix-plan.ts'
import {
  applyFix,
  container,
  MEBIBYTE,
  makeSnapshot,
  noEngines,
  ownCatalogue,
  planned,
  portsOf,
} from './support.ts'

const plan = planned({
  command: 'container.set-memory-limit',
  parameters: { memory: 512 * MEBIBYTE },
  target: container('api'),
  snapshot: makeSnapshot(),
})

/** No engine is behind these ports: whatever goes beyond the checks fails. */
async function refusal(
  refused: FixPlan,
  ports: Partial<Parameters<typeof portsOf>[0]> = {},
): Promise<string> {
  const rim = portsOf({ snapshot: async () => makeSnapshot(), ...ports })
  const execution = await applyFix(refused, 'U1', rim)
  expect(execution).toMatchObject({ outcome: 'refused', after: [], person: 'U1', planId: plan.id })
  expect(rim.audited.map(({ action, actor, subject }) => ({ action, actor, subject }))).toEqual([
    { action: 'refused', actor: 'U1', subject: plan.id },
  ])
  return execution.message
}

describe('a plan is refused, with the reason, and nothing is touched', () => {
  test.each([
    [
      {
        limits: { memoryBytes: 384 * MEBIBYTE, memorySwapBytes: 768 * MEBIBYTE, cpuCores: null, pids: null },
      },
      'Not applied: the memory limit of api is now 384 MiB; when this plan was made it was 256 MiB. Ask for a new report.',
    ],
    [
      { id: 'c'.repeat(64) },
      'Not applied: the identifier of api is now cccccccccccc; when this plan was made it was aaaaaaaaaaaa. Ask for a new report.',
    ],
    [
      { state: 'exited', usage: null },
      'Not applied: the state of api is now exited; when this plan was made it was running. Ask for a new report.',
    ],
    [
      { name: 'api-2' },
      'Not applied: there is no container api, or it could not be read. Ask for a new report.',
    ],
  ])('because of what is there at the click: %o', async (changes, message) => {
    expect(await refusal(plan, { snapshot: async () => makeSnapshot({ container: changes }) })).toBe(message)
  })

  test('because it has expired', async () => {
    const message = await refusal(plan, { clock: () => new Date(plan.expiresAt) })
    expect(message).toBe(`Not applied: this plan expired at ${plan.expiresAt}. Ask for a new report.`)
  })

  test('because it was altered after it was shown', async () => {
    const altered = { ...plan, risk: 'high' as const }
    expect(await refusal(altered)).toContain('its digest differs')
  })

  test('because the command file says something else by now', async () => {
    const command = ownCatalogue.get(plan.command)
    if (!command) throw new Error('the command is gone')
    const edited = new Map(ownCatalogue).set(plan.command, {
      ...command,
      undo: [...command.undo, ...command.steps],
    })
    const message = await refusal(plan, { catalogue: edited })
    expect(message).toContain('would do something else today than what was shown')
  })

  test('because the present state cannot be read', async () => {
    const message = await refusal(plan, { snapshot: () => Promise.reject(new Error('the engine is away')) })
    expect(message).toBe('Not applied: the present state could not be read (the engine is away). Try again.')
  })
})

test('a plan of a former version, with a reading that is no more, is refused', async () => {
  const content = { ...plan, preconditions: [{ reading: 'container.mood', label: 'mood', expected: 'good' }] }
  const message = await refusal({ ...content, digest: planDigest(content) })
  expect(message).toContain('could not be checked again (there is no reading container.mood')
})

test('without a record nothing is applied', async () => {
  const asked: string[] = []
  const ports = portsOf({
    snapshot: async () => makeSnapshot(),
    engines: {
      ...noEngines,
      docker(name) {
        asked.push(name)
        return null
      },
    },
    journal: () => Promise.reject(new Error('the disk is full')),
  })
  await expect(applyFix(plan, 'U1', ports)).rejects.toThrow('the disk is full')
  expect(asked).toEqual([])
})

test('a snapshot that was under way before the question is not trusted', async () => {
  const shared = { ...makeSnapshot(), durationSeconds: 5 as never }
  const fresh = makeSnapshot({ container: { state: 'exited', usage: null } })
  const snapshots = [shared, fresh]
  const message = await refusal(plan, { snapshot: async () => snapshots.shift() ?? fresh })
  expect(message).toContain('the state of api is now exited')
})
