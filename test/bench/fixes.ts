import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Docker from 'dockerode'
import pg from 'pg'
import type { ApprovingPorts } from '../../src/approving.ts'
import { startThrowawayPostgres } from '../../src/demo/postgres.ts'
import { recover } from '../../src/executing.ts'
import type { FixPlan } from '../../src/model/fix-plan.ts'
import { type ProposalRequest, propose } from '../../src/proposing.ts'
import { openStore } from '../../src/store/store.ts'
import { dockerSocket } from '../support/docker.ts'
import { importBusybox } from '../support/docker-area.ts'
import { HOST, PERSON, portsFor } from './fixes/ports.ts'
import { type Lane, removeContainers, SCENARIOS, type Scenario } from './fixes/scenarios.ts'

/**
 * Fixes on a real Docker engine and a real PostgreSQL, in processes of their own that are killed with SIGKILL: every
 * other one at the next boundary of its steps, the others after a random time; of four, one more is killed while it
 * takes the run up. Then two perfbots at once take up what is left, and the engines are asked how often what was done.
 */
const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '200' }, lanes: { type: 'string', default: '6' } },
})
const RUNS = Number(options.runs)
const LANES = Number(options.lanes)
/** As many as the longest of the scenarios has, and one that is never reached. */
const BOUNDARIES = 18
const LONGEST_MS = 6000

const socket = dockerSocket()
if (!socket) throw new Error('no Docker engine answers: set PERFBOT_TEST_DOCKER_SOCKET')
const client = new Docker({ socketPath: socket })
const area = await importBusybox(client)
const server = await startThrowawayPostgres({ shared_preload_libraries: 'pg_stat_statements' })
const admin = new pg.Client(server.superuserUrl)
await admin.connect()
await admin.query('CREATE EXTENSION pg_stat_statements')
await admin.query('CREATE TABLE bench AS SELECT i AS a, i % 7 AS b FROM generate_series(1, 100000) AS i')
const lane: Lane = { area, client, admin }
const engines = { socket, postgres: server.superuserUrl }

type Kill =
  | { readonly kind: 'boundary'; readonly at: number }
  | { readonly kind: 'random'; readonly afterMs: number }
type Result = {
  readonly scenario: string
  readonly kill: Kill['kind']
  /** Whether the process was still at it when it was killed. */
  readonly wasKilled: boolean
  readonly ending: string
  readonly resumptions: number
  readonly lost: boolean
  readonly doubled: boolean
  readonly untidy: boolean
  readonly auditWhole: boolean
  readonly note: string
}

/** Starts one, and kills it or lets it kill itself. True when it was killed before its end. */
async function killedProcess(directory: string, owner: string, planId: string, kill: Kill): Promise<boolean> {
  const boundary = kill.kind === 'boundary' ? String(kill.at) : '0'
  const script = join(import.meta.dirname, 'fixes/killed-process.ts')
  const child = spawn(
    process.execPath,
    [script, directory, socket as string, engines.postgres, owner, planId, boundary],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  if (kill.kind === 'random') {
    await Promise.race([sleep(kill.afterMs), ended])
    child.kill('SIGKILL')
  }
  const [, signal] = await ended
  return signal === 'SIGKILL'
}

/** A machine that is busy with killing may not answer in time at first. */
async function planned(request: ProposalRequest, ports: ApprovingPorts): Promise<FixPlan> {
  for (let tries = 1; ; tries += 1) {
    const proposal = await propose(request, HOST, ports)
    if (proposal.kind === 'proposed') return proposal.plan
    if (tries === 10) throw new Error(`${request.command}: ${proposal.reason}`)
    await sleep(2000)
  }
}

async function oneRun(index: number): Promise<Result> {
  const scenario = SCENARIOS[index % SCENARIOS.length] as Scenario
  const turn = Math.floor(index / SCENARIOS.length)
  const kill: Kill =
    turn % 2 === 0
      ? { kind: 'boundary', at: 1 + ((turn / 2) % BOUNDARIES) }
      : { kind: 'random', afterMs: Math.random() * LONGEST_MS }
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-bench-'))
  const store = await openStore({ directory })
  try {
    const run = `r${index}`
    const ports = await portsFor(store, `a${index}`, engines)
    const { target, assignments } = await scenario.prepare(lane, run)
    const request = { command: scenario.command, targetName: target, assignments, person: PERSON }
    const plan = await planned(request, ports)
    const since = Math.floor(Date.now() / 1000)
    const wasKilled = await killedProcess(directory, `k${index}`, plan.id, kill)
    if (index % 4 === 3 - (turn % 4)) {
      await sleep(ports.leaseSeconds * 1000)
      await killedProcess(directory, `l${index}`, 'recover', {
        kind: 'random',
        afterMs: Math.random() * LONGEST_MS,
      })
    }

    // Two at once, until nothing is under way; what one cannot take up yet, it leaves.
    const other = await portsFor(store, `b${index}`, engines)
    let note = ''
    const failed = (_run: unknown, error: unknown) => {
      note = String(error)
    }
    while ((await store.unendedRuns()).length > 0) {
      await Promise.all([recover(ports, failed), recover(other, failed)])
      await sleep(200)
    }
    const execution = await store.executionOf(plan.id)
    const approval = await store.approvalOf(plan.id)
    const { times, tidy } = await scenario.done(lane, run, since)
    const isOpen =
      approval === null && (await store.openPlans(HOST, plan.createdAt)).some(({ id }) => id === plan.id)
    const expected = execution ? scenario.expected(execution.outcome) : [0]
    const resumed = await store.audit(100)
    return {
      scenario: scenario.name,
      kill: kill.kind,
      wasKilled,
      ending: execution?.outcome ?? (isOpen ? 'still to approve' : 'none'),
      resumptions: resumed.filter(({ action }) => action === 'resumed').length,
      lost: execution === null && !isOpen,
      doubled: !expected.includes(times),
      untidy: !tidy,
      auditWhole: (await store.verifyAudit()) === null,
      note: expected.includes(times) ? note : `${run}: done ${times} times, ${execution?.message} ${note}`,
    }
  } finally {
    await removeContainers(lane, `r${index}`)
    await store.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const begun = performance.now()
const results: Result[] = []
const broken: string[] = []
let isStopping = false
// Whoever has waited long enough gets the table of the runs so far; those under way are brought to their end.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    isStopping = true
  })
try {
  let next = 0
  const work = async () => {
    while (next < RUNS && !isStopping) {
      const index = next
      next += 1
      try {
        results.push(await oneRun(index))
      } catch (error) {
        // The bench's own trouble, an engine that is too busy to make a container: said, and no result.
        broken.push(`r${index}: ${String(error)}`)
      }
      const done = results.length + broken.length
      const seconds = Math.round((performance.now() - begun) / 1000)
      if (done % 10 === 0) process.stderr.write(`${done} of ${RUNS} after ${seconds} s\n`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, work))
} finally {
  await admin.end()
  await Promise.all([area.removeAll(), server.stop()])
}

const tally = (some: readonly Result[]) => ({
  runs: some.length,
  killed: some.filter(({ wasKilled }) => wasKilled).length,
  resumed: some.filter(({ resumptions }) => resumptions > 0).length,
  verified: some.filter(({ ending }) => ending === 'verified').length,
  undone: some.filter(({ ending }) => ending === 'undone').length,
  refused: some.filter(({ ending }) => ending === 'refused').length,
  needPerson: some.filter(({ ending }) => ending === 'failed').length,
  stillToApprove: some.filter(({ ending }) => ending === 'still to approve').length,
  lost: some.filter(({ lost }) => lost).length,
  doubled: some.filter(({ doubled }) => doubled).length,
  untidy: some.filter(({ untidy }) => untidy).length,
  brokenAudits: some.filter(({ auditWhole }) => !auditWhole).length,
})
const HEADS = [
  '',
  'runs',
  'killed',
  'resumed',
  'verified',
  'undone',
  'refused',
  'person',
  'open',
  'lost',
  'doubled',
  'untidy',
  'audit',
]
const rows = [
  ...SCENARIOS.map(({ name }) => ({ name, of: results.filter(({ scenario }) => scenario === name) })),
  { name: 'killed at a boundary', of: results.filter(({ kill }) => kill === 'boundary') },
  { name: 'killed at a random time', of: results.filter(({ kill }) => kill === 'random') },
  { name: 'all', of: results },
]
const line = (cells: readonly (string | number)[]) =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(36) : String(cell).padStart(9))).join('')
console.log(line(HEADS))
for (const { name, of } of rows) console.log(line([name, ...Object.values(tally(of))]))
for (const { note } of results) if (note !== '') console.log(note)
for (const reason of broken) console.log(`not finished: ${reason}`)
const all = tally(results)
console.log(
  JSON.stringify({
    ...all,
    notFinished: broken.length,
    seconds: Math.round((performance.now() - begun) / 1000),
  }),
)
if (all.lost + all.doubled + all.untidy + all.brokenAudits + broken.length > 0) process.exitCode = 1
process.exit()
