import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HostEvent } from '../../src/model/event.ts'
import type { Report } from '../../src/model/report.ts'
import type { Store } from '../../src/store/store.ts'
import { makePlan } from '../support/plan.ts'
import { makeReport } from '../support/report.ts'
import { claim, makeExecution, makeLease, makeRun, makeSnapshot, makeVote, minute } from './records.ts'

/** What every store has to do. `open` gives an empty one. */
export function describeStore(engine: string, open: () => Promise<Store>): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe(`what comes of people in ${engine}`, () => {
    test('a setting takes the place of the one before, of one host', async () => {
      const setting = { host: 'atlas', name: 'threshold:cpuBusy', value: 0.8, by: 'U1', at: minute(0) }
      await store.saveSetting(setting)
      await store.saveSetting({ ...setting, host: 'borea', value: 0.5 })
      await store.saveSetting({ ...setting, value: 0.95, by: 'U2', at: minute(1) })
      expect(await store.settings('atlas')).toEqual([{ ...setting, value: 0.95, by: 'U2', at: minute(1) }])
    })

    test('feedback is what was said last of a text, and stands among the records', async () => {
      const feedback = {
        id: 'summary r1 U1',
        host: 'atlas',
        at: minute(0),
        by: 'U1',
        of: 'summary',
        about: 'r1',
        model: 'qwen3:4b',
        text: 'All is well.',
        verdict: 'bad',
      } as const
      await store.saveFeedback(feedback)
      await store.saveFeedback({ ...feedback, verdict: 'good' })
      expect(await store.feedback()).toEqual([{ ...feedback, verdict: 'good' }])
      const records = []
      for await (const record of store.records()) records.push(record)
      expect(records).toContainEqual({ table: 'feedback', ...feedback, verdict: 'good' })
    })

    test('an event is taken once, however many want it, until it is forgotten', async () => {
      const taken = await Promise.all([1, 2, 3].map(() => store.takeEvent('Ev1', minute(0))))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await store.takeEvent('Ev2', minute(5))).toBe(true)
      await store.forgetEvents(minute(3))
      expect(await store.takeEvent('Ev1', minute(6))).toBe(true)
      expect(await store.takeEvent('Ev2', minute(6))).toBe(false)
    })
  })

  describe(`snapshots in ${engine}`, () => {
    test('come back as they were, oldest first, of one host, from a time on, up to a number', async () => {
      for (const at of [3, 1, 2, 0]) await store.saveSnapshot(makeSnapshot(`s${at}`, minute(at)))
      await store.saveSnapshot(makeSnapshot('elsewhere', minute(2), 'borea'))
      expect(await store.snapshotsSince('atlas', minute(1), 9)).toEqual(
        [1, 2, 3].map((at) => makeSnapshot(`s${at}`, minute(at))),
      )
      // Of more than asked for, the newest: rules judge what lasts until now.
      expect(await store.snapshotsSince('atlas', minute(1), 2)).toEqual(
        [2, 3].map((at) => makeSnapshot(`s${at}`, minute(at))),
      )
      expect(await store.snapshotsSince('atlas', minute(4), 9)).toEqual([])
    })

    test('saved again are there once', async () => {
      await store.saveSnapshot(makeSnapshot('s', minute(0)))
      await store.saveSnapshot(makeSnapshot('s', minute(0)))
      expect(await store.snapshotsSince('atlas', minute(0), 9)).toHaveLength(1)
    })

    test('with a number that JSON cannot hold are refused, not saved as something else', async () => {
      const snapshot = { ...makeSnapshot('s', minute(0)), durationSeconds: Number.NaN as never }
      await expect(store.saveSnapshot(snapshot)).rejects.toThrow('its "durationSeconds" is NaN')
    })
  })

  describe(`reports in ${engine}`, () => {
    test('come back as they were, whatever their texts and numbers', async () => {
      const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0))
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), number, async (text, value) => {
          const report = makeReport({ id: 'r', headline: text })
          Object.assign(report.findings[0]?.evidence[0] ?? {}, { value, label: text })
          await store.saveReport(report)
          expect(await store.report('r')).toEqual(report)
        }),
        { numRuns: 30 },
      )
    })

    test('saved again take the later text', async () => {
      await store.saveReport(makeReport())
      const narrative = { writer: 'computed', text: 'Another.', reason: 'none' } as const
      await store.saveReport(makeReport({ narrative }))
      expect((await store.report('report-1'))?.narrative).toEqual(narrative)
    })

    test('are found by age and host', async () => {
      await store.saveReport(makeReport({ id: 'old', createdAt: minute(0) }))
      await store.saveReport(makeReport({ id: 'new', createdAt: minute(9) }))
      await store.saveReport(makeReport({ id: 'other', createdAt: minute(99), host: 'borea' }))
      expect((await store.latestReport('atlas'))?.id).toBe('new')
      expect((await store.latestReport('atlas', minute(9)))?.id).toBe('old')
      expect(await store.latestReport('atlas', minute(0))).toBeNull()
      expect(await store.report('none')).toBeNull()
    })
  })

  describe(`findings over time in ${engine}`, () => {
    const seen = async () =>
      (await store.findingsSeen('atlas')).map(({ id, firstSeenAt, lastSeenAt, resolvedAt }) => ({
        rule: id.replace(/-[0-9a-f]{6}$/, ''),
        firstSeenAt,
        lastSeenAt,
        resolvedAt,
      }))
    const reportAt = (minutes: number, changes: Partial<Report>) =>
      makeReport({ id: `at-${minutes}`, createdAt: minute(minutes), ...changes })
    const [crash, buffers] = makeReport().findings as [Report['findings'][number], Report['findings'][number]]

    test('are first seen, last seen, resolved, and come back', async () => {
      await store.saveReport(reportAt(0, { findings: [crash, buffers] }))
      await store.saveReport(reportAt(1, { findings: [crash] }))
      expect(await seen()).toEqual([
        { rule: 'container-restart-loop', firstSeenAt: minute(0), lastSeenAt: minute(1), resolvedAt: null },
        {
          rule: 'postgres-shared-buffers',
          firstSeenAt: minute(0),
          lastSeenAt: minute(0),
          resolvedAt: minute(1),
        },
      ])
      await store.saveReport(reportAt(2, { findings: [{ ...buffers, severity: 'high' }] }))
      expect(
        (await store.findingsSeen('atlas')).map((finding) => [finding.severity, finding.resolvedAt]),
      ).toEqual([
        ['high', null],
        ['critical', minute(2)],
      ])
    })

    test('are not resolved by a rule that could not look', async () => {
      await store.saveReport(reportAt(0, { findings: [crash, buffers] }))
      const blind = { verdict: 'could-not-look', lookedAt: 'nothing' } as const
      await store.saveReport(
        reportAt(1, {
          findings: [],
          checks: [
            { ...blind, rule: buffers.rule, target: buffers.target },
            // The engine did not answer: its containers are not known, and the check is about the host.
            { ...blind, rule: crash.rule, target: { kind: 'host', host: 'atlas', name: 'atlas' } },
          ],
        }),
      )
      expect((await seen()).map(({ resolvedAt }) => resolvedAt)).toEqual([null, null])
      const elsewhere = { ...buffers.target, name: 'other' }
      await store.saveReport(
        reportAt(2, { findings: [], checks: [{ ...blind, rule: buffers.rule, target: elsewhere }] }),
      )
      expect((await seen()).map(({ resolvedAt }) => resolvedAt)).toEqual([minute(2), minute(2)])
    })

    test('are not changed by an older report that is saved late', async () => {
      await store.saveReport(reportAt(5, { findings: [crash] }))
      const before = await seen()
      await store.saveReport(reportAt(1, { findings: [buffers] }))
      expect(await seen()).toEqual(before)
    })
  })

  describe(`events in ${engine}`, () => {
    const [crash] = makeReport().findings
    if (!crash) throw new Error('the fixture has a finding')
    const reportWith = (at: number, findings: Report['findings']): Report =>
      makeReport({ id: `r${at}`, createdAt: minute(at), findings, checks: [] })

    test('tell of each turn of a finding once, however often its report is saved', async () => {
      const milder = { ...crash, severity: 'medium' } as const
      for (const [at, findings] of [
        [0, [milder]],
        [1, [crash]],
        [2, []],
        [3, [milder]],
        [4, [milder]],
      ] as const) {
        await store.saveReport(reportWith(at, [...findings]))
        await store.saveReport(reportWith(at, [...findings]))
      }
      const told = await store.events('atlas', { subject: crash.id })
      expect(told.map(({ kind, at }) => [kind, at])).toEqual([
        ['appeared', minute(0)],
        ['worse', minute(1)],
        ['resolved', minute(2)],
        ['returned', minute(3)],
      ])
      expect(told[2]).toMatchObject({ title: crash.title, severity: 'critical' })
      expect(await store.events('borea')).toEqual([])
    })

    test('are found by kind, time and number, oldest first, and forgotten when they are old', async () => {
      const deployed = (at: number): HostEvent => ({
        kind: 'deployed',
        host: 'atlas',
        at: minute(at),
        subject: 'container api',
        title: 'container api: image app:1 → app:2',
        target: { kind: 'container', host: 'atlas', name: 'api' },
        labels: [{ name: 'api' }],
        changes: ['image app:1 → app:2'],
      })
      await store.saveReport(reportWith(1, [crash]))
      await store.saveEvents([deployed(0), deployed(2), deployed(2), deployed(5)])
      const kinds = ['deployed'] as const
      const at = async (wanted: Parameters<Store['events']>[1]) =>
        (await store.events('atlas', wanted)).map((event) => event.at)
      expect(await at({ kinds })).toEqual([0, 2, 5].map(minute))
      expect(await at({ kinds, limit: 2 })).toEqual([2, 5].map(minute))
      expect(await at({ since: minute(1), limit: 9 })).toEqual([1, 2, 5].map(minute))
      await store.pruneEvents(minute(2))
      expect(await store.events('atlas')).toEqual([deployed(2), deployed(5)])
    })

    test('rest on what was last seen in use', async () => {
      const target = { kind: 'container', host: 'atlas', name: 'api' } as const
      const seen = (image: string) => ({ subject: 'container api on local', target, traits: { image } })
      await store.saveDeployed([seen('app:1')])
      await store.saveDeployed([seen('app:2')])
      expect(await store.deployed('atlas')).toEqual([seen('app:2')])
      expect(await store.deployed('borea')).toEqual([])
    })
  })

  describe(`plans in ${engine}`, () => {
    test('come back as they were, and do not change', async () => {
      await store.savePlan(makePlan())
      await store.savePlan(makePlan())
      expect(await store.plan('plan-1')).toEqual(makePlan())
      expect(await store.plan('none')).toBeNull()
      await expect(store.savePlan(makePlan({ title: 'Another' }))).rejects.toThrow('another plan plan-1')
    })

    test('are open while newest for their finding and command, not expired, not claimed, not rejected', async () => {
      await store.savePlan(makePlan({ id: 'older', createdAt: minute(0) }))
      await store.savePlan(makePlan({ id: 'newest', createdAt: minute(1), expiresAt: minute(61) }))
      await store.savePlan(makePlan({ id: 'restart', command: 'container-restart', expiresAt: minute(9) }))
      await store.savePlan(makePlan({ id: 'elsewhere', host: 'borea' }))
      const open = async (at: number) => (await store.openPlans('atlas', minute(at))).map(({ id }) => id)
      expect(await open(2)).toEqual(['newest', 'restart'])
      expect(await open(9)).toEqual(['newest'])
      await claim(store, { id: 'newest' })
      expect(await open(9)).toEqual([])
      expect(await open(2)).toEqual(['restart'])
      await store.saveVote(makeVote({ planId: 'restart', decision: 'rejected' }), [])
      expect(await open(2)).toEqual([])
    })

    test('are found by the report that offered them, in the order of planning', async () => {
      await store.savePlan(makePlan({ id: 'b', reportId: 'r1', createdAt: minute(0) }))
      await store.savePlan(makePlan({ id: 'a', reportId: 'r1', createdAt: minute(1) }))
      await store.savePlan(makePlan({ id: 'c', reportId: 'r2' }))
      expect((await store.plansOf('r1')).map(({ id }) => id)).toEqual(['b', 'a'])
      expect(await store.plansOf('none')).toEqual([])
    })

    test('are claimed by exactly one of many callers', async () => {
      await store.savePlan(makePlan())
      const people = Array.from({ length: 50 }, (_, index) => `U${index}`)
      const claims = await Promise.all(people.map((person) => claim(store, {}, person)))
      const opened = claims.filter(({ kind }) => kind === 'opened')
      expect([opened.length, claims.length]).toEqual([1, 50])
      expect(claims.every(({ kind }) => kind === 'opened' || kind === 'claimed')).toBe(true)
      const winner = people[claims.findIndex(({ kind }) => kind === 'opened')]
      expect((await store.approvalOf('plan-1'))?.person).toBe(winner)
      expect((await store.votesOf('plan-1')).map(({ person }) => person)).toEqual([winner])
      expect(await store.approvalOf('none')).toBeNull()
    })

    test('cannot be approved unseen', async () => {
      await store.savePlan(makePlan())
      await expect(claim(store, { digest: 'd2' })).rejects.toThrow('another digest')
      await expect(claim(store, { id: 'p9' })).rejects.toThrow('no plan p9')
      expect(await store.approvalOf('plan-1')).toBeNull()
    })

    test('take one voice of each person', async () => {
      await store.savePlan(makePlan())
      expect(await store.saveVote(makeVote(), [])).toBe(true)
      expect(await store.saveVote(makeVote({ decision: 'rejected' }), [])).toBe(false)
      expect(await store.saveVote(makeVote({ person: 'U2', at: minute(6) }), [])).toBe(true)
      expect((await store.votesOf('plan-1')).map(({ person, decision }) => [person, decision])).toEqual([
        ['U024BE7LH', 'approved'],
        ['U2', 'approved'],
      ])
    })
  })

  describe(`runs in ${engine}`, () => {
    const entry = { at: minute(5), actor: 'U1', action: 'step', subject: 'plan-1', detail: {} } as const
    const open = (planId = 'plan-1', id = `e-${planId}`) =>
      store.openRun(makePlan({ id: planId }), makeVote({ planId }), makeRun({ id, planId }), makeLease(), [
        entry,
      ])
    beforeEach(async () => {
      for (const id of ['plan-1', 'plan-2']) await store.savePlan(makePlan({ id }))
    })

    test('come back as far as they have come, with their audit lines, until they have ended', async () => {
      await open()
      const applying = makeRun({ id: 'e-plan-1', stage: 'applying', remembered: [{ former: 'no entry' }] })
      expect(await store.saveRun(applying, makeLease(), [entry, entry])).toBe(true)
      expect(await store.unendedRuns()).toEqual([{ run: applying, lease: makeLease() }])
      expect(await store.audit(9)).toHaveLength(3)
      const execution = makeExecution({ id: 'e-plan-1' })
      expect(await store.saveRun({ ...applying, stage: 'ended' }, makeLease(), [], execution)).toBe(true)
      expect(await store.unendedRuns()).toEqual([])
      expect(await store.executionOf('plan-1')).toEqual(execution)
      expect(await store.executions(9)).toEqual([execution])
      // An end is an end: nothing more is written, nor said in the audit.
      expect(await store.saveRun(applying, makeLease(), [entry])).toBe(false)
      expect(await store.audit(9)).toHaveLength(3)
    })

    test('are one at a time for a target, whichever plan they are of', async () => {
      expect(await open()).toEqual({ kind: 'opened' })
      expect(await open('plan-2')).toEqual({ kind: 'busy', planId: 'plan-1' })
      // The yes that came at the wrong time was none: it can be said again.
      expect(await store.votesOf('plan-2')).toEqual([])
      await store.saveRun(
        makeRun({ id: 'e-plan-1', stage: 'ended' }),
        makeLease(),
        [],
        makeExecution({ id: 'e-plan-1' }),
      )
      expect(await open('plan-2')).toEqual({ kind: 'opened' })
    })

    test('are taken over by exactly one, and then are no more their former owner’s', async () => {
      await open()
      const others = Array.from({ length: 20 }, (_, index) => makeLease(`bot-${index + 2}`))
      const taken = await Promise.all(others.map((lease) => store.takeOver('e-plan-1', makeLease(), lease)))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await store.saveRun(makeRun({ id: 'e-plan-1' }), makeLease(), [entry])).toBe(false)
      expect(await store.renewLease('e-plan-1', makeLease())).toBe(false)
      const winner = others[taken.indexOf(true)] ?? makeLease()
      expect(await store.saveRun(makeRun({ id: 'e-plan-1' }), winner, [])).toBe(true)
    })

    test('that have ended are reopened by exactly one', async () => {
      await open()
      const undoing = makeRun({ id: 'e-plan-1', stage: 'undoing' })
      expect(await store.reopenRun(undoing, makeLease(), [])).toEqual({ kind: 'claimed' })
      await store.saveRun({ ...undoing, stage: 'ended' }, makeLease(), [], makeExecution({ id: 'e-plan-1' }))
      const opened = await Promise.all([1, 2, 3].map(() => store.reopenRun(undoing, makeLease(), [entry])))
      expect(opened.filter(({ kind }) => kind === 'opened')).toHaveLength(1)
      expect(await store.run('e-plan-1')).toEqual(undoing)
    })
  })

  describe(`the audit log in ${engine}`, () => {
    const entry = (subject: string) =>
      ({
        at: minute(0),
        actor: 'U1',
        action: 'approved',
        subject,
        detail: { plan: 'p', size: 1, by: null },
      }) as const

    test('numbers its lines, newest first, in the order of many writers at once', async () => {
      const lines = await Promise.all(['a', 'b', 'c'].map((subject) => store.appendAudit(entry(subject))))
      const inOrder = lines.toSorted((left, right) => left.sequence - right.sequence)
      expect(inOrder.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
      expect(await store.audit(2)).toEqual([inOrder[2], inOrder[1]])
      expect(await store.verifyAudit()).toBeNull()
    })

    test('holds whatever text is written to it', async () => {
      // zod leaves a key __proto__ out of a record; the keys of a detail are perfbot's own words.
      const text = fc.string({ unit: 'binary' }).filter((each) => each !== '__proto__')
      await fc.assert(
        fc.asyncProperty(text, text, fc.double(), async (subject, value, number) => {
          const line = await store.appendAudit({ ...entry(subject), detail: { [value]: value, number } })
          expect(await store.audit(1)).toEqual([line])
          expect(await store.verifyAudit()).toBeNull()
        }),
        { numRuns: 50 },
      )
    })
  })

  test(`${engine} forgets what is old, but nothing that was approved, executed or audited`, async () => {
    for (const at of [0, 10]) {
      await store.saveSnapshot(makeSnapshot(`s${at}`, minute(at)))
      await store.saveReport(makeReport({ id: `r${at}`, createdAt: minute(at) }))
    }
    const old = { createdAt: minute(0), expiresAt: minute(1) }
    for (const id of ['unused', 'approved', 'executed']) await store.savePlan(makePlan({ id, ...old }))
    await store.savePlan(makePlan({ id: 'lasting', createdAt: minute(0), expiresAt: minute(60) }))
    await store.saveVote(makeVote({ planId: 'approved' }), [])
    await claim(store, { id: 'executed' })
    await store.saveRun(
      makeRun({ id: 'e-executed-U024BE7LH', stage: 'ended' }),
      makeLease(),
      [],
      makeExecution({ id: 'e-executed-U024BE7LH', planId: 'executed' }),
    )
    await store.appendAudit({ at: minute(0), actor: 'U1', action: 'approved', subject: 's', detail: {} })

    await store.prune({ snapshots: minute(10), reports: minute(5) })

    expect((await store.snapshotsSince('atlas', minute(0), 9)).map(({ id }) => id)).toEqual(['s10'])
    expect([await store.report('r0'), (await store.report('r10'))?.id]).toEqual([null, 'r10'])
    expect(await store.findingsSeen('atlas')).toHaveLength(2)
    expect(await store.plan('unused')).toBeNull()
    for (const id of ['approved', 'executed', 'lasting']) expect(await store.plan(id)).not.toBeNull()
    expect(await store.votesOf('approved')).toHaveLength(1)
    expect(await store.executionOf('executed')).not.toBeNull()
    expect(await store.audit(9)).toHaveLength(1)
  })
}
