import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FixPlan, planDigest } from '../../src/model/fix-plan.ts'
import { API_ID, container, MEBIBYTE, makeSnapshot, planned, postgres, reasonAgainst } from './support.ts'

const setMemory = (memory: number, changes = {}) => ({
  command: 'container.set-memory-limit',
  parameters: { memory },
  target: container('api'),
  snapshot: makeSnapshot({ container: changes }),
})
const setParameter = (name: string, value: string, changes = {}) => ({
  command: 'postgres.set-parameter',
  parameters: { name, value },
  target: postgres('main'),
  snapshot: makeSnapshot({ database: changes }),
})
const limits = (memory: number | null, swap: number | null) => ({
  limits: { memoryBytes: memory, memorySwapBytes: swap, cpuCores: null, pids: null },
})

describe('a memory limit', () => {
  test('keeps the swap allowance, states the undo, and names the line for the compose file', () => {
    const plan = planned(setMemory(512 * MEBIBYTE))
    expect(FixPlan.parse(plan)).toEqual(plan)
    expect(plan.title).toBe('Set the memory limit of api to 512 MiB')
    expect(plan.steps.map(({ exact }) => exact)).toEqual([
      'docker update --memory 512m --memory-swap 768m api',
    ])
    expect(plan.undo.map(({ exact }) => exact)).toEqual([
      'docker update --memory 256m --memory-swap 512m api',
    ])
    expect(plan.notes.join('\n')).toContain('`mem_limit: 512m`')
    expect(plan.expectation).toMatchObject({ reading: 'container.memory-limit', becomes: 512 * MEBIBYTE })
    expect(plan.preconditions[0]).toEqual({ reading: 'container.id', label: 'identifier', expected: API_ID })
  })

  test.each([
    ['unlimited swap stays unlimited', limits(256 * MEBIBYTE, -1), '--memory 512m --memory-swap -1 api'],
    ['no swap stays none', limits(256 * MEBIBYTE, 256 * MEBIBYTE), '--memory 512m --memory-swap 512m api'],
    [
      'swap that is not set is as much as the memory',
      limits(null, null),
      '--memory 512m --memory-swap 1g api',
    ],
  ])('%s', (_, changes, exact) => {
    expect(planned(setMemory(512 * MEBIBYTE, changes)).steps[0]?.exact).toBe(`docker update ${exact}`)
  })

  test('of a container without one: the undo is the memory of the machine, and the plan says why', () => {
    const plan = planned(setMemory(512 * MEBIBYTE, limits(null, null)))
    expect(plan.undo[0]?.arguments.memory).toBe(16 * 1024 * MEBIBYTE)
    expect(plan.notes[0]).toContain('Docker cannot remove a limit. The undo sets 16 GiB')
    expect(plan.risk).toBe('medium')
  })

  test.each([
    [128 * MEBIBYTE, 'the memory working set of api is now 240 MiB; this fix is for at most 128 MiB'],
    [5 * MEBIBYTE, 'memory can be 6 MiB to 16 GiB, not 5 MiB'],
    [17 * 1024 * MEBIBYTE, 'memory can be 6 MiB to 16 GiB, not 17 GiB'],
    [0.5, 'memory has to be a whole number of bytes, not 0.5'],
  ])('of %s bytes is not possible', (memory, reason) => {
    expect(reasonAgainst(setMemory(memory))).toBe(reason)
  })

  test('is refused for a container that does not run, that is not there, or that two engines have', () => {
    expect(reasonAgainst(setMemory(512 * MEBIBYTE, { state: 'exited', usage: null }))).toBe(
      'the state of api is now exited; it has to be running',
    )
    const request = setMemory(512 * MEBIBYTE)
    expect(reasonAgainst({ ...request, target: container('web') })).toMatch(/^there is no container web/)
    const [api] = request.snapshot.containers
    const twice = { ...request.snapshot, containers: [api, api].filter((each) => each !== undefined) }
    expect(reasonAgainst({ ...request, snapshot: twice })).toMatch(/^several engines have a container api/)
  })
})

describe('a restart', () => {
  const request = { command: 'container.restart', target: container('api') }

  test('cannot be taken back and says so; it is judged by a new start', () => {
    const snapshot = makeSnapshot()
    const plan = planned({ ...request, snapshot })
    expect(plan).toMatchObject({ undo: [], risk: 'medium', interruption: 'container-restart' })
    expect(plan.notes).toEqual(['A restart cannot be taken back.'])
    expect(plan.expectation.becomes).toEqual({ differentFrom: snapshot.containers[0]?.startedAt })
  })

  test('of a container that has exited interrupts nothing', () => {
    const plan = planned({
      ...request,
      snapshot: makeSnapshot({ container: { state: 'exited', usage: null } }),
    })
    expect(plan).toMatchObject({ risk: 'low', interruption: 'none' })
    expect(plan.expectation.becomes).toEqual({ differentFrom: null })
  })
})

describe('a PostgreSQL parameter', () => {
  test('that a reload applies is judged by its value, in its own unit', () => {
    const plan = planned(setParameter('work_mem', '64MB'))
    expect(plan.interruption).toBe('none')
    expect(plan.expectation).toMatchObject({ reading: 'postgres.setting', becomes: 64 * MEBIBYTE })
    expect(plan.steps[0]?.exact).toBe(`ALTER SYSTEM SET work_mem = '64MB';\nSELECT pg_reload_conf();`)
  })

  test('that needs a restart says so beforehand and is judged by pending_restart', () => {
    const plan = planned(setParameter('shared_buffers', '4GB'))
    expect(plan).toMatchObject({ interruption: 'server-restart-to-take-effect', risk: 'medium' })
    expect(plan.expectation).toMatchObject({ reading: 'postgres.setting-pending-restart', becomes: 'yes' })
    expect(plan.expectation.statement).toContain('goes on with 128 MiB')
  })

  test.each([
    ['archive_command', 'rm -rf /', /^name can be shared_buffers, /],
    ['work_mem; DROP TABLE users', '64MB', /^name can be shared_buffers, /],
    ['__proto__', '64MB', /^name can be shared_buffers, /],
    ['work_mem', `64MB'; DROP TABLE users; --`, /needs a value with its unit/],
    ['work_mem', '65536', /needs a value with its unit, as in 256MB, not 65536/],
    ['work_mem', '5min', /needs a value with its unit/],
    ['work_mem', '2GB', 'work_mem can be 64 KiB to 1 GiB, not 2 GiB'],
    ['shared_buffers', '8GB', 'shared_buffers can be 128 KiB to 6.4 GiB, not 8 GiB'],
    ['work_mem', '65537B', 'work_mem is counted in units of kB, and 65537B is no multiple'],
    ['random_page_cost', '{{target.name}}', 'random_page_cost is a plain number, not {{target.name}}'],
    ['fsync', 'off', 'fsync can be on, not "off"'],
  ])('%s = %s is not possible', (name, value, reason) => {
    expect(reasonAgainst(setParameter(name, value))).toMatch(reason)
  })

  test('bounded by the memory of the machine is not possible for a server elsewhere', () => {
    expect(reasonAgainst(setParameter('shared_buffers', '1GB', { onThisHost: false }))).toContain(
      'the memory of the machine is not known',
    )
  })
})

test('what is asked of no command, or of the wrong target, is not possible', () => {
  const snapshot = makeSnapshot()
  expect(reasonAgainst({ command: 'container.format-disk', target: container('api'), snapshot })).toBe(
    'the catalogue has no command container.format-disk',
  )
  expect(reasonAgainst({ command: 'container.restart', target: postgres('main'), snapshot })).toBe(
    'container.restart is for a container, not for PostgreSQL main',
  )
  const parameters = { force: 'yes' }
  expect(
    reasonAgainst({ command: 'container.restart', parameters, target: container('api'), snapshot }),
  ).toBe('container.restart has no parameter force')
})

describe('the digest', () => {
  const plan = planned(setMemory(512 * MEBIBYTE))
  const step = plan.steps[0] as FixPlan['steps'][number]

  test('is the same for the same change, whenever it is planned', () => {
    const later = planned({ ...setMemory(512 * MEBIBYTE), now: new Date('2030-01-01T00:00:00Z') })
    expect(later.digest).toBe(plan.digest)
    expect(later.expiresAt).not.toBe(plan.expiresAt)
  })

  test('differs for every other limit', () => {
    const memory = fc.integer({ min: 256, max: 4096 }).filter((mebibytes) => mebibytes !== 512)
    fc.assert(
      fc.property(memory, (mebibytes) => {
        expect(planned(setMemory(mebibytes * MEBIBYTE)).digest).not.toBe(plan.digest)
      }),
    )
  })

  test('differs when anything that acts is altered', () => {
    const text = fc.string({ minLength: 1 })
    const alterations: fc.Arbitrary<Partial<FixPlan>> = fc.oneof(
      text.map((host) => ({ host })),
      text.map((command) => ({ command })),
      text.map((name) => ({ target: { ...plan.target, name } })),
      text.map((extra) => ({ parameters: { ...plan.parameters, extra } })),
      text.map((operation) => ({ steps: [{ ...step, operation }] })),
      text.map((exact) => ({ steps: [{ ...step, exact }] })),
      fc.nat().map((memory) => ({ steps: [{ ...step, arguments: { ...step.arguments, memory } }] })),
      fc.constant<Partial<FixPlan>>({ steps: [step, step] }),
      fc.constant<Partial<FixPlan>>({ undo: [] }),
      fc.constantFrom('medium' as const, 'high' as const).map((risk) => ({ risk })),
      fc.constant<Partial<FixPlan>>({ interruption: 'container-restart' as const }),
      fc.nat(plan.preconditions.length - 1).map((left) => ({
        preconditions: plan.preconditions.filter((_, index) => index !== left),
      })),
      fc.nat().map((becomes) => ({ expectation: { ...plan.expectation, becomes } })),
      fc.array(text, { maxLength: 1 }).map((notes) => ({ notes })),
    )
    fc.assert(
      fc.property(alterations, (change) => {
        const altered = { ...plan, ...change }
        fc.pre(JSON.stringify(altered) !== JSON.stringify(plan))
        expect(planDigest(altered)).not.toBe(plan.digest)
      }),
    )
  })
})
