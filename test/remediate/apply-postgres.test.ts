import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collection, createCollection } from '../../src/collect/collection.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import type { Execution } from '../../src/model/execution.ts'
import { settingNamed } from '../../src/model/postgres-reading.ts'
import { seconds } from '../../src/model/units.ts'
import { OPERATIONS } from '../../src/remediate/operations.ts'
import { applyFix, HOST, MEBIBYTE, noEngines, planned, portsOf, postgres } from './support.ts'

describe('fixes on a real PostgreSQL', () => {
  let server: ThrowawayPostgres
  let collection: Collection
  let admin: pg.Client

  beforeAll(async () => {
    // On the command line, which ALTER SYSTEM does not win against.
    server = await startThrowawayPostgres({ random_page_cost: '2.5' })
    admin = new pg.Client(server.superuserUrl)
    await admin.connect()
    collection = createCollection({
      host: HOST,
      windowSeconds: seconds(0.2),
      deadlineSeconds: seconds(10),
      paths: OWN_SYSTEM,
      docker: [],
      postgres: [{ name: 'main', url: server.url, configured: true }],
      redis: [],
      services: [],
      ollama: [],
      inferenceProbe: null,
      nvidiaSmi: { command: 'nvidia-smi', configured: false },
    })
  })
  afterAll(async () => {
    await collection?.close()
    await admin?.end()
    await server?.stop()
  })

  const planOf = async (name: string, value: string) =>
    planned({
      command: 'postgres.set-parameter',
      parameters: { name, value },
      target: postgres('main'),
      snapshot: await collection.snapshot(),
    })
  const ports = (url = server.superuserUrl) =>
    portsOf({
      snapshot: () => collection.snapshot(),
      engines: { ...noEngines, postgres: (name) => (name === 'main' ? url : null) },
      wait: (duration) => new Promise((resolve) => setTimeout(resolve, Math.min(duration, 0.5) * 1000)),
    })
  const set = async (name: string, value: string): Promise<Execution> =>
    applyFix(await planOf(name, value), 'U1', ports())
  /** By another's hand. A reload reaches each session in its own time: waits until the collection's sees it. */
  async function setByHand(name: string, value: string): Promise<void> {
    await admin.query(`ALTER SYSTEM SET ${name} = '${value}'`)
    await admin.query('SELECT pg_reload_conf()')
    const source = async () => {
      const [reading] = (await collection.snapshot()).databases
      return reading && settingNamed(reading, name)?.source
    }
    await expect.poll(source, { timeout: 10_000 }).toBe('configuration file')
  }
  /** What postgresql.auto.conf holds for a setting: null is no entry. */
  const entryOf = async (name: string): Promise<string | null> => {
    const sql = `SELECT setting FROM pg_file_settings WHERE name = $1 AND sourcefile LIKE '%postgresql.auto.conf'`
    return (await admin.query<{ setting: string }>(sql, [name])).rows[0]?.setting ?? null
  }

  test('a parameter that a reload applies is set and seen', async () => {
    const execution = await set('work_mem', '64MB')
    expect(execution.message).toBe('Applied and verified: the work_mem of main is 64 MiB; it was 4 MiB.')
    expect(execution.after[0]).toMatchObject({ value: 64 * MEBIBYTE, source: 'pg_settings.work_mem' })
    expect((await admin.query('SHOW work_mem')).rows).toEqual([{ work_mem: '64MB' }])
  })

  test('a parameter that needs a restart waits for it', async () => {
    const plan = await planOf('shared_buffers', '256MB')
    expect(plan.interruption).toBe('server-restart-to-take-effect')
    const execution = await applyFix(plan, 'U1', ports())
    expect(execution.message).toBe(
      'Applied and verified: the pending restart for shared_buffers of main is yes; it was no.',
    )
    expect(await entryOf('shared_buffers')).toBe('256MB')
    expect((await admin.query('SHOW shared_buffers')).rows).toEqual([{ shared_buffers: '128MB' }])
  })

  test('a value that the command line overrides is undone: the entry is gone again', async () => {
    const execution = await set('random_page_cost', '1.1')
    expect(execution.message).toBe(
      'Undone: 3 s after the change the random_page_cost of main was 2.5 and not 1.1. ' +
        'Now the random_page_cost of main is 2.5; before the fix it was 2.5.',
    )
    expect(await entryOf('random_page_cost')).toBeNull()
  })

  test('a value that the role overrides is undone: the former entry is back', async () => {
    await setByHand('idle_in_transaction_session_timeout', '7min')
    await admin.query(`ALTER ROLE perfbot SET idle_in_transaction_session_timeout = '9min'`)
    await collection.close()
    const execution = await set('idle_in_transaction_session_timeout', '5min')
    expect(execution.message).toContain('was 9 min and not 5 min')
    expect(execution.outcome).toBe('undone')
    expect(await entryOf('idle_in_transaction_session_timeout')).toBe('7min')
  })

  test('what the undo will put back is in the audit log before anything is changed', async () => {
    await setByHand('maintenance_work_mem', '96MB')
    const rim = ports()
    await applyFix(await planOf('maintenance_work_mem', '128MB'), 'U1', rim)
    expect(rim.audited[0]).toMatchObject({
      action: 'started',
      detail: { 'undo.1.former': 'entry', 'undo.1.value': '96MB' },
    })
  })

  test('a role that may not is told what to grant, and with that it may', async () => {
    const refused = await applyFix(await planOf('track_io_timing', 'on'), 'U1', ports(server.url))
    expect(refused.outcome).toBe('refused')
    const grants = /a superuser has to run: (.*)\.$/.exec(refused.message)?.[1]
    await admin.query(grants ?? 'no grants in the message')
    const allowed = await applyFix(await planOf('track_io_timing', 'on'), 'U1', ports(server.url))
    expect(allowed.outcome, allowed.message).toBe('verified')
  })

  test.each([
    ['work_mem', `1MB'; CREATE ROLE intruder SUPERUSER; --`],
    ['work_mem', `1MB\\'; CREATE ROLE intruder SUPERUSER; --`],
    ['work_mem = 1; CREATE ROLE intruder SUPERUSER; --', '1MB'],
    ['work_mem"; CREATE ROLE intruder SUPERUSER; --', '1MB'],
  ])('even past planning, %s = %s does nothing but fail', async (setting, value) => {
    const alterSystem = OPERATIONS.get('postgres.alter-system')
    const { engines } = ports()
    const run = async () =>
      alterSystem?.run({ server: 'main', setting, value }, engines, AbortSignal.timeout(5000))
    await expect(run()).rejects.toThrow()
    expect((await admin.query(`SELECT FROM pg_roles WHERE rolname = 'intruder'`)).rowCount).toBe(0)
  })
})
