import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayApprove } from '../../src/remediate/policy.ts'

const ids = fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 })
const people = fc.record({ id: fc.string({ maxLength: 3 }), userGroups: ids })
const policies = fc.record({ users: ids, userGroups: ids })

test('an empty list means nobody, and says so', () => {
  const answer = mayApprove({ id: 'U1', userGroups: ['S1'] }, { users: [], userGroups: [] })
  expect(answer).toMatchObject({ allowed: false, reason: expect.stringContaining('Nobody may approve') })
})

test('a person who is not listed is told whom to ask', () => {
  const policy = { users: ['U1'], userGroups: ['S1'] }
  expect(mayApprove({ id: 'U2', userGroups: [] }, policy)).toEqual({
    allowed: false,
    reason: 'You are not among those who may approve fixes here.',
    ask: policy,
  })
})

test('exactly those are allowed who are listed or in a listed group', () => {
  fc.assert(
    fc.property(people, policies, (person, policy) => {
      const listed = policy.users.some((user) => user === person.id)
      const grouped = policy.userGroups.some((group) => person.userGroups.indexOf(group) >= 0)
      expect(mayApprove(person, policy).allowed).toBe(listed || grouped)
    }),
  )
})
