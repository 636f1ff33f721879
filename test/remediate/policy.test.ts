import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Execution, Outcome } from '../../src/model/execution.ts'
import { Risk, type Vote } from '../../src/model/fix-plan.ts'
import { seconds, timestamp } from '../../src/model/units.ts'
import { isAutomatic, tripped } from '../../src/remediate/automatic.ts'
import {
  type ApprovalPolicy,
  type Members,
  mayApprove,
  mayVote,
  nobody,
  systemPerson,
  untimely,
} from '../../src/remediate/policy.ts'
import { makePlan } from '../support/plan.ts'

const members = (changes: Partial<Members>): Members => ({ ...nobody, ...changes })
const policyWith = (changes: Partial<ApprovalPolicy> = {}, approvers = members({ users: ['U1', 'U2'] })) => ({
  see: null,
  ask: null,
  admin: approvers,
  approve: { low: approvers, medium: approvers, high: approvers },
  ownProposals: true,
  windows: [],
  freezes: [],
  ...changes,
})
const person = (id: string) => ({ id, userGroups: [] })
const vote = (by: string): Vote => ({
  planId: 'plan-1',
  digest: 'd1',
  person: by,
  at: timestamp(new Date('2026-03-14T09:00:00Z')),
  decision: 'approved',
  reason: '',
})

describe('who may approve', () => {
  test('an empty list means nobody, and says so', () => {
    const answer = mayApprove({ id: 'U1', userGroups: ['S1'] }, 'low', policyWith({}, nobody))
    expect(answer).toMatchObject({ allowed: false, reason: expect.stringContaining('Nobody may approve') })
  })

  test('a person who is not listed is told whom to ask', () => {
    const policy = policyWith()
    expect(mayApprove(person('U9'), 'medium', policy)).toEqual({
      allowed: false,
      reason: 'You are not among those who may approve fixes of medium risk here.',
      ask: policy.approve.medium,
    })
  })

  test('exactly those are allowed who are listed for that risk, in a listed group, or in a listed channel', () => {
    const id = fc.string({ maxLength: 2 })
    const ids = fc.array(id, { maxLength: 4 })
    const people = fc.record({ id, userGroups: ids, channel: id })
    const lists = fc.record({ users: ids, userGroups: ids, channels: ids, systemUsers: fc.constant([]) })
    fc.assert(
      fc.property(people, lists, fc.constantFrom(...Risk.options), (who, list, risk) => {
        const expected =
          list.users.includes(who.id) ||
          who.userGroups.some((group) => list.userGroups.includes(group)) ||
          list.channels.includes(who.channel)
        const policy = policyWith({ approve: { low: nobody, medium: nobody, high: nobody, [risk]: list } })
        expect(mayApprove(who, risk, policy).allowed).toBe(expected)
        for (const other of Risk.options.filter((each) => each !== risk)) {
          expect(mayApprove(who, other, policy).allowed).toBe(false)
        }
      }),
    )
  })

  test('an account of the machine counts only where it is listed as one', () => {
    const policy = policyWith({}, members({ users: ['root'], systemUsers: ['deploy'] }))
    expect(mayApprove(systemPerson('deploy'), 'low', policy).allowed).toBe(true)
    expect(mayApprove(systemPerson('root'), 'low', policy).allowed).toBe(false)
    expect(mayApprove(person('deploy'), 'low', policy).allowed).toBe(false)
  })

  test('high risk needs a second person; nobody counts twice', () => {
    const plan = makePlan({ risk: 'high' })
    expect(mayVote(person('U1'), plan, [], policyWith()).allowed).toBe(true)
    expect(mayVote(person('U1'), plan, [vote('U1')], policyWith())).toMatchObject({
      reason: 'You have approved it already. A fix of high risk needs 2 different people.',
      ask: { users: ['U2'] },
    })
    expect(mayVote(person('U2'), plan, [vote('U1')], policyWith()).allowed).toBe(true)
  })

  test('what one proposed oneself, somebody else approves, where config says so', () => {
    const plan = makePlan({ proposedBy: 'U1' })
    expect(mayVote(person('U1'), plan, [], policyWith()).allowed).toBe(true)
    expect(mayVote(person('U1'), plan, [], policyWith({ ownProposals: false }))).toMatchObject({
      reason: expect.stringContaining('nobody approves alone what they proposed'),
    })
    expect(mayVote(person('U2'), plan, [], policyWith({ ownProposals: false })).allowed).toBe(true)
  })
})

describe('when', () => {
  const at = (time: string) => timestamp(new Date(time))

  test('a freeze holds up everything, with its reason', () => {
    const freeze = { from: at('2026-12-23T00:00Z'), until: at('2026-12-27T00:00Z'), reason: 'Christmas' }
    const policy = policyWith({ freezes: [freeze] })
    expect(untimely('low', at('2026-12-24T12:00Z'), policy)).toContain('Christmas')
    expect(untimely('low', at('2026-12-27T00:00Z'), policy)).toBeNull()
  })

  test.each([
    // A Friday in March, one hour ahead of UTC.
    ['2026-03-13T21:30Z', true],
    ['2026-03-14T01:59Z', false],
    ['2026-03-14T00:30Z', true],
    ['2026-03-13T20:59Z', false],
    ['2026-03-14T22:00Z', false],
  ])('a window over midnight, in its own time zone: %s is within it: %s', (time, isWithin) => {
    const window = {
      days: ['fri'] as const,
      from: '22:00',
      to: '02:00',
      timezone: 'Europe/Berlin',
      risks: ['medium'] as const,
    }
    const policy = policyWith({ windows: [window] })
    expect(untimely('medium', at(time), policy) === null).toBe(isWithin)
    expect(untimely('low', at(time), policy)).toBeNull()
  })
})

describe('without asking', () => {
  const policy = {
    commands: [{ command: 'container.set-memory-limit', targets: ['api'] }],
    failures: 2,
    pause: seconds(3600),
  }
  const at = (minutes: number) => timestamp(new Date(Date.UTC(2026, 2, 14, 9, minutes)))
  const execution = (outcome: Outcome, minutes: number, by = 'perfbot'): Execution => ({
    id: `e${minutes}`,
    planId: 'p',
    digest: 'd',
    person: by,
    startedAt: at(minutes),
    finishedAt: at(minutes),
    outcome,
    verdict: null,
    message: '',
    before: [],
    after: [],
  })

  test('only what config names, never of high risk, never what a person proposed', () => {
    expect(isAutomatic(makePlan(), policy)).toBe(true)
    expect(isAutomatic(makePlan({ risk: 'high' }), policy)).toBe(false)
    expect(isAutomatic(makePlan({ proposedBy: 'U1' }), policy)).toBe(false)
    expect(isAutomatic(makePlan({ command: 'container.restart' }), policy)).toBe(false)
    const elsewhere = { kind: 'container', host: 'atlas', name: 'web' } as const
    expect(isAutomatic(makePlan({ target: elsewhere }), policy)).toBe(false)
  })

  test('so many failures in a row stop it for a while', () => {
    const failed = [execution('undone', 1), execution('failed', 2)]
    expect(tripped(failed, at(3), policy)).toContain('the last 2 fixes')
    expect(tripped(failed, at(70), policy)).toBeNull()
    expect(tripped([...failed, execution('verified', 3)], at(4), policy)).toBeNull()
    expect(tripped([...failed, execution('refused', 3)], at(4), policy)).toContain('the last 2 fixes')
    expect(tripped([execution('failed', 1), execution('failed', 2, 'U1')], at(3), policy)).toBeNull()
    expect(Outcome.options).toHaveLength(5)
  })
})
