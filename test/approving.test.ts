import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type ApprovalResult, type ApprovingPorts, approve, reject } from '../src/approving.ts'
import { recover } from '../src/executing.ts'
import type { FixPlan } from '../src/model/fix-plan.ts'
import { seconds, timestamp } from '../src/model/units.ts'
import { headFileIn } from '../src/store/audit-head.ts'
import type { Store } from '../src/store/store.ts'
import { openWorkbench, type Workbench } from './remediate/commands/workbench.ts'
import { HOST } from './remediate/support.ts'

/** A kernel setting in a folder that stands for /proc/sys: real files, and every change of them is counted. */
const SETTING = 'vm.swappiness'
let bench: Workbench
let plan: FixPlan
let sysctlRoot: string

const value = async () => (await readFile(join(sysctlRoot, 'vm/swappiness'), 'utf8')).trim()
const person = (id: string) => ({ id, userGroups: [] })
const click = (
  id: string,
  changes: { planId?: string; digest?: string } = {},
  ports: ApprovingPorts = bench.ports,
) => approve({ planId: plan.id, digest: plan.digest, ...changes, person: person(id) }, ports)
const reasonOf = (result: ApprovalResult) => (result.kind === 'refused' ? result.reason : result.kind)
const actions = async () => (await bench.store.auditAfter(0)).map(({ action }) => action)

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-approving-'))
  sysctlRoot = join(directory, 'sys')
  const sysctlDirectory = join(directory, 'sysctl.d')
  await mkdir(join(sysctlRoot, 'vm'), { recursive: true })
  await mkdir(sysctlDirectory)
  await writeFile(join(sysctlRoot, 'vm/swappiness'), '60\n')
  bench = await openWorkbench({
    engines: { machine: { sysctlRoot, sysctlDirectory, programs: {} } },
    longestWait: 0.05,
  })
  onTestFinished(async () => {
    await bench.close()
    await rm(directory, { recursive: true })
  })
  plan = await bench.plan('host.set-sysctl', HOST, `setting=${SETTING}`, 'value=10')
})

describe('a click', () => {
  test('fifty at once are one execution', async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => click(index % 2 ? 'U1' : 'U2')),
    )
    const executed = results.filter(({ kind }) => kind === 'executed')
    expect(executed).toMatchObject([{ execution: { outcome: 'verified', verdict: 'helped' } }])
    const refusals = new Set(results.filter(({ kind }) => kind === 'refused').map(reasonOf))
    expect([...refusals]).toEqual(['This fix has been approved already, and is applied at most once.'])
    expect(await value()).toBe('10')
    expect((await actions()).filter((action) => action !== 'refused')).toEqual([
      'proposed',
      'approved',
      'started',
      'step',
      'finished',
    ])
  })

  test.each<[string, (ports: ApprovingPorts) => Promise<ApprovalResult>, string]>([
    [
      'of a wrong user',
      () => click('U9'),
      'You are not among those who may approve fixes of medium risk here.',
    ],
    [
      'on a plan that has expired',
      (ports) => click('U1', {}, { ...ports, clock: () => new Date(plan.expiresAt) }),
      'This plan has expired: the machine may have changed since. Measure again for a new one.',
    ],
    [
      'with a forged digest',
      () => click('U1', { digest: 'f'.repeat(64) }),
      'The plan is not the one that was shown. Measure again.',
    ],
    [
      'with a forged plan',
      () => approve({ planId: 'x', digest: plan.digest, person: person('U1') }, bench.ports),
      'This plan is no longer known. Measure again for a new one.',
    ],
    [
      'in a freeze',
      (ports) => {
        const [from, until] = [new Date(0), new Date('2999-01-01')].map(timestamp)
        const freezes = [{ from: from as never, until: until as never, reason: 'Black Friday' }]
        return click('U1', {}, { ...ports, policy: { ...ports.policy, freezes } })
      },
      'Nothing is changed until 2999-01-01T00:00:00.000Z: Black Friday',
    ],
    [
      'of who proposed it alone, where config says so',
      (ports) => click('U1', {}, { ...ports, policy: { ...ports.policy, ownProposals: false } }),
      'You proposed it yourself, and nobody approves alone what they proposed. Somebody else has to.',
    ],
  ])('%s is refused, and changes nothing', async (_, attempt, reason) => {
    expect(reasonOf(await attempt(bench.ports))).toBe(reason)
    expect(await value()).toBe('60')
    expect(await actions()).toEqual(['proposed', 'refused'])
  })

  test('after the machine changed is refused, and the plan as it would be now is shown', async () => {
    await writeFile(join(sysctlRoot, 'vm/swappiness'), '33\n')
    const result = await click('U1')
    if (result.kind !== 'executed') throw new Error(reasonOf(result))
    expect(result.execution).toMatchObject({
      outcome: 'refused',
      message: `Not applied: the ${SETTING} of ${HOST} is now 33; when this plan was made it was 60. Ask for a new report.`,
    })
    expect(result.replacement?.preconditions[0]).toMatchObject({ expected: 33 })
    expect(result.replacement?.digest).not.toBe(plan.digest)
    expect((await bench.store.openPlans(HOST, plan.createdAt)).map(({ id }) => id)).toEqual([
      result.replacement?.id,
    ])
  })

  test('on what was rejected is refused, with who said no and why', async () => {
    await reject({ planId: plan.id, person: person('U2'), reason: 'not on a Friday' }, bench.ports)
    expect(await click('U1')).toMatchObject({
      kind: 'refused',
      reason: 'It was rejected: not on a Friday',
      earlier: 'U2',
    })
  })

  test('of one is not enough for high risk, and of the same person twice neither', async () => {
    const high = { ...plan, id: 'high', risk: 'high' as const }
    await bench.store.savePlan(high)
    const attempt = (id: string) => click(id, { planId: 'high' })
    expect(await attempt('U1')).toMatchObject({ kind: 'waiting', missing: 1 })
    expect(reasonOf(await attempt('U1'))).toBe(
      'You have approved it already. A fix of high risk needs 2 different people.',
    )
    expect(await value()).toBe('60')
    // The second one's yes is taken; the plan was made high by hand here, and its digest says so.
    expect(await attempt('U2')).toMatchObject({ kind: 'executed', execution: { outcome: 'refused' } })
  })
})

describe('a perfbot that is ended in the middle', () => {
  const CUT = 'the power is out'

  /** A store that keeps no more after so many writes of the journal: what a kill there would have left. */
  const endedAfter = (writes: number): Store => {
    let left = writes
    return {
      ...bench.store,
      saveRun: async (...given) => {
        if (left === 0) throw new Error(CUT)
        left -= 1
        return bench.store.saveRun(...given)
      },
    }
  }

  test('is taken up at each boundary by exactly one of several, and done once', async () => {
    const endings: string[] = []
    for (let writes = 0; writes < 6; writes += 1) {
      await writeFile(join(sysctlRoot, 'vm/swappiness'), '60\n')
      await rm(join(bench.ports.engines.machine.sysctlDirectory, '90-perfbot-vm-swappiness.conf'), {
        force: true,
      })
      plan = await bench.plan('host.set-sysctl', HOST, `setting=${SETTING}`, 'value=10')
      const lease = { leaseSeconds: seconds(0.05) }
      const cut = await click('U1', {}, { ...bench.ports, ...lease, store: endedAfter(writes) }).catch(String)
      if (typeof cut !== 'string') {
        endings.push(cut.kind)
        break
      }
      expect(cut).toContain(CUT)
      await new Promise((resolve) => setTimeout(resolve, 80))
      const others = ['b', 'c', 'd'].map((owner) => ({ ...bench.ports, owner }))
      const recovered = await Promise.all(others.map((ports) => recover(ports, () => {})))
      expect(recovered.flat()).toHaveLength(1)
      endings.push(recovered.flat()[0]?.execution.outcome ?? 'none')
      expect(await value()).toBe('10')
      expect(await bench.store.unendedRuns()).toEqual([])
    }
    expect(endings).toEqual(['verified', 'verified', 'verified', 'verified', 'verified', 'executed'])
    expect(await bench.store.verifyAudit()).toBeNull()
  })

  test('who was taken over does nothing more', async () => {
    const store: Store = { ...bench.store, saveRun: async () => false }
    await expect(click('U1', {}, { ...bench.ports, store })).rejects.toThrow(
      'Another perfbot goes on with execution',
    )
    expect(await value()).toBe('60')
  })
})

describe('the audit log', () => {
  test('tells the whole story, with readings and verdict, and no secret', async () => {
    await approve(
      { planId: plan.id, digest: plan.digest, person: person('U1'), reason: 'password=hunter2' },
      bench.ports,
    )
    const entries = await bench.store.auditAfter(0)
    expect(JSON.stringify(entries)).not.toContain('hunter2')
    expect(entries.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'proposed U1',
      'approved U1',
      'started U1',
      'step U1',
      'finished U1',
    ])
    expect(entries.at(-1)?.detail).toMatchObject({
      outcome: 'verified',
      verdict: 'helped',
      [`before.${SETTING}`]: 60,
      [`after.${SETTING}`]: 10,
    })
    expect(entries.every(({ detail }) => detail.digest === plan.digest)).toBe(true)
  })

  test('whose end was cut off is found out, by the store and by the file beside it', async () => {
    await click('U1')
    const path = join(bench.directory, 'perfbot.sqlite')
    const cut = (sql: string) => {
      using database = new DatabaseSync(path)
      database.exec(sql)
    }
    cut('DELETE FROM audit WHERE sequence = 5')
    expect(await bench.store.verifyAudit()).toEqual({
      sequence: 5,
      reason: 'the log ends before it, but the store remembers line 5: its end was cut off',
    })
    cut('UPDATE audit_head SET sequence = 4, hash = (SELECT hash FROM audit WHERE sequence = 4)')
    const file = headFileIn(bench.directory).path
    expect(await bench.store.verifyAudit()).toEqual({
      sequence: 5,
      reason: `the log ends before it, but ${file} remembers line 5: its end was cut off`,
    })
  })
})
