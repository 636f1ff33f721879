/**
 * What a collection costs, beside what people use today: `npm run bench:collect` (`-- --short` for a look at it). Needs
 * a Docker engine (PERFBOT_TEST_DOCKER_SOCKET, else /var/run/docker.sock), the docker command, and root or the group
 * docker. The last line is one JSON object.
 */
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { benchContainers, printContainers } from './collect/containers.ts'
import { startCrowd } from './collect/crowd.ts'
import { startDatabase } from './collect/database.ts'
import { benchSteady, printSteady } from './collect/steady.ts'
import { benchWhole, printWhole } from './collect/whole.ts'

const PARTS = ['containers', 'whole', 'steady'] as const
const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    /** Of the steady state. */
    seconds: { type: 'string' },
    part: { type: 'string', multiple: true },
  },
})
const parts = new Set<string>(options.part ?? PARTS)
const runs = options.short ? 8 : 20
const steadySeconds = Number(options.seconds ?? (options.short ? 20 : 60))

const socket = process.env.PERFBOT_TEST_DOCKER_SOCKET ?? '/var/run/docker.sock'
const loadBefore = loadavg()[0] ?? 0
console.log(`load of the machine before: ${loadBefore.toFixed(1)}`)
const crowd = await startCrowd(socket)
const database = await startDatabase()
try {
  const figures: Record<string, unknown> = { loadBefore }
  await crowd.growTo(30)
  if (parts.has('whole')) {
    const whole = await benchWhole(crowd, database, runs)
    printWhole(whole)
    figures.whole = whole
  }
  if (parts.has('steady')) {
    const steady = await benchSteady(crowd, database, steadySeconds)
    printSteady(steady)
    figures.steady = steady
  }
  if (parts.has('containers')) {
    // The larger crowd last: containers are made, never taken away.
    const containers = []
    for (const count of options.short ? [30] : [30, 100])
      containers.push(await benchContainers(crowd, count, runs))
    printContainers(containers)
    figures.containers = containers
  }
  console.log(JSON.stringify(figures))
} finally {
  await crowd.remove()
  await database.stop()
}
