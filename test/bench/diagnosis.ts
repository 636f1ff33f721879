import { parseArgs } from 'node:util'
import { createEngines } from '../scenarios/engines.ts'
import { type Ran, runScenario } from '../scenarios/run.ts'
import { DOMAINS, type Scenario } from '../scenarios/scenario.ts'
import { SCENARIOS } from '../scenarios/scenarios.ts'

/**
 * Breaks real systems one after another and holds what perfbot finds against what is broken: found, missed, false,
 * and how long it takes from the readings to the diagnosis. `--only WORD` runs those whose domain or name has the
 * word, `--verbose` shows every finding. Needs what test/support/announce.ts names; as root.
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})
const LIMIT_SECONDS = 2

type Outcome = Ran | { readonly scenario: Scenario; readonly failed: string }

/** Lanes whose engines do not get into each other's way run side by side. */
const LANES: readonly (readonly Scenario['domain'][])[] = [
  ['containers'],
  ['postgres', 'services'],
  ['redis', 'host', 'gpus'],
]
/** What is under load, or made of everything, has the machine to itself. */
const ALONE: readonly Scenario['domain'][] = ['systems', 'healthy']

const engines = createEngines(process.env.PERFBOT_TEST_DOCKER_SOCKET ?? '/var/run/docker.sock')
const outcomes: Outcome[] = []
const chosen = SCENARIOS.filter(({ domain, name }) => `${domain} ${name}`.includes(options.only))

async function runAll(domains: readonly Scenario['domain'][]): Promise<void> {
  for (const domain of domains) {
    for (const scenario of chosen.filter((each) => each.domain === domain)) {
      const outcome = await runScenario(scenario, engines).catch(
        (error: unknown): Outcome => ({ scenario, failed: String(error) }),
      )
      outcomes.push(outcome)
      print(outcome)
    }
  }
}

function print(outcome: Outcome): void {
  const { domain, name } = outcome.scenario
  if ('failed' in outcome) {
    console.log(`could not run  ${domain}: ${name}\n               ${outcome.failed}`)
    return
  }
  const isWell = outcome.missed.length + outcome.false.length === 0
  const took = `${Math.round(outcome.diagnosisSeconds * 1000)} ms`
  console.log(`${isWell ? 'as expected  ' : 'NOT EXPECTED '}  ${domain}: ${name} (${took})`)
  for (const missed of outcome.missed) console.log(`               missed: ${missed}`)
  for (const wrong of outcome.false) console.log(`               false: ${wrong}`)
  if (!options.verbose) return
  for (const { severity, rule, title } of outcome.findings)
    console.log(`               ${severity.padEnd(9)}${rule}: ${title}`)
}

function sumOf(group: readonly Outcome[]) {
  const ran = group.filter((outcome) => 'found' in outcome)
  return {
    scenarios: group.length,
    asExpected: ran.filter((each) => each.missed.length + each.false.length === 0).length,
    found: ran.reduce((sum, { found }) => sum + found, 0),
    missed: ran.reduce((sum, { missed }) => sum + missed.length, 0),
    false: ran.reduce((sum, each) => sum + each.false.length, 0),
    couldNotRun: group.length - ran.length,
    slowestSeconds: Math.max(0, ...ran.map(({ diagnosisSeconds }) => diagnosisSeconds)),
  }
}

const begun = performance.now()
try {
  await Promise.all(LANES.map(runAll))
  await runAll(ALONE)
} finally {
  await engines.stop()
}

const real = outcomes.filter(({ scenario }) => scenario.recorded === null)
const recorded = outcomes.filter(({ scenario }) => scenario.recorded !== null)
const rows = [
  ...DOMAINS.map((domain) => ({
    name: domain as string,
    ...sumOf(real.filter(({ scenario }) => scenario.domain === domain)),
  })),
  { name: 'all on real engines', ...sumOf(real) },
  { name: 'on recorded readings', ...sumOf(recorded) },
]
const titles = ['scenarios', 'as expected', 'found', 'missed', 'false', 'could not run', 'slowest']
console.log(`\n${'system'.padEnd(24)}${titles.map((title) => title.padStart(14)).join('')}`)
for (const row of rows) {
  const { scenarios, asExpected, found, missed, false: wrong, couldNotRun, slowestSeconds } = row
  const figures = [scenarios, asExpected, found, missed, wrong, couldNotRun]
  const cells = [...figures.map(String), `${Math.round(slowestSeconds * 1000)} ms`]
  console.log(`${row.name.padEnd(24)}${cells.map((cell) => cell.padStart(14)).join('')}`)
}
console.log(
  JSON.stringify({
    real: sumOf(real),
    recorded: sumOf(recorded),
    seconds: (performance.now() - begun) / 1000,
    limits: { missed: 0, false: 0, slowestSeconds: LIMIT_SECONDS },
  }),
)
