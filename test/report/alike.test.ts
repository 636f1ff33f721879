import { expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import type { Incident } from '../../src/model/incident.ts'
import { describeAlike, told } from '../../src/report/alike.ts'

const unlimited = (name: string, changes: Partial<Finding> = {}): Finding => ({
  id: `no-memory-limit-${name}`,
  rule: 'no-memory-limit',
  severity: 'low',
  target: { kind: 'container', host: 'atlas', name },
  title: `${name} has no memory limit`,
  impact: 'If it leaks, the kernel may kill another in its place.',
  rootCause: 'None was set.',
  symptoms: [],
  evidence: [],
  fixes: [{ kind: 'manual', title: 'Set one', change: 'mem_limit' }],
  ...changes,
})

const crowd = Array.from({ length: 40 }, (_, index) => unlimited(`web-${index}`))
const numbersOf = (findings: Finding[], incidents: Incident[] = []) =>
  told({ findings, incidents }).map(({ finding, number, alike }) => [
    finding.target.name,
    number,
    alike.length,
  ])

test('what is true of forty targets in the same words is told once, and names the others', () => {
  const other = unlimited('api', { rule: 'no-healthcheck', rootCause: 'Nobody asks how it is.' })
  expect(numbersOf([...crowd.slice(0, 2), other, ...crowd.slice(2)])).toEqual([
    ['web-0', 1, 39],
    ['api', 2, 0],
  ])
  const [first] = told({ findings: crowd, incidents: [] })
  expect(describeAlike(first?.alike ?? [])).toMatch(/^39 others: web-1, web-2, .* and 27 more$/)
  expect(describeAlike(crowd.slice(0, 1))).toBe('one other: web-0')
})

test('what differs in severity, cause or fix stands for itself, and so does what a button can fix', () => {
  const button = { kind: 'command', title: 'Restart', command: 'container.restart', parameters: {} } as const
  const findings = [
    unlimited('a'),
    unlimited('b', { severity: 'medium' }),
    unlimited('c', { rootCause: 'It was taken away.' }),
    unlimited('d', { fixes: [{ kind: 'manual', title: 'Set one', change: 'mem_limit: 1g' }] }),
    unlimited('e', { fixes: [button] }),
    unlimited('f', { fixes: [button] }),
  ]
  expect(numbersOf(findings).map(([name]) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('neither a root nor what follows from it disappears in a crowd', () => {
  const [root, symptom, ...rest] = crowd.slice(0, 4) as [Finding, Finding, ...Finding[]]
  const incident = {
    root: root.id,
    severity: 'low',
    symptoms: [{ finding: symptom.id, because: 'web-0 took its memory' }],
  } as Incident
  expect(numbersOf([root, symptom, ...rest], [incident])).toEqual([
    ['web-0', 1, 0],
    ['web-1', null, 0],
    ['web-2', 2, 1],
  ])
})
