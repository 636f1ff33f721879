import { approve } from '../../../src/approving.ts'
import { recover } from '../../../src/executing.ts'
import { openStore, type Store } from '../../../src/store/store.ts'
import { PERSON, portsFor } from './ports.ts'

/**
 * A perfbot that approves one plan, or takes up what another left, and is killed in the middle of it: by itself at the
 * boundary whose number it is given, or by whoever started it. A boundary lies before and after each write of the
 * journal, so also right before and right after each thing that is done to an engine.
 */
const [directory, socket, postgres, owner, planId, boundary] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
]
// Whoever started it may have stopped listening.
process.stdout.on('error', () => {})
let passed = 0
function atBoundary(): void {
  passed += 1
  if (passed === Number(boundary)) process.kill(process.pid, 'SIGKILL')
}

async function between<Result>(write: () => Promise<Result>): Promise<Result> {
  atBoundary()
  const result = await write()
  atBoundary()
  return result
}

const real = await openStore({ directory })
const store: Store = {
  ...real,
  openRun: (...given) => between(() => real.openRun(...given)),
  saveRun: (...given) => between(() => real.saveRun(...given)),
}
const ports = await portsFor(store, owner, { socket, postgres })
process.stdout.write('ready\n')
if (planId === 'recover') {
  await recover(ports, (run, error) => process.stderr.write(`${run.id}: ${String(error)}\n`))
} else {
  const plan = await store.plan(planId)
  if (!plan) throw new Error(`there is no plan ${planId}`)
  await approve({ planId, digest: plan.digest, person: PERSON }, ports)
}
await real.close()
process.stdout.write(`${passed}\n`)
process.exit()
