/**
 * What a collection costs, beside what people use today: `npm run bench:collect`. Needs a Docker engine
 * (PERFBOT_TEST_DOCKER_SOCKET, else /var/run/docker.sock), the docker command, and root or the group docker.
 */
import { loadavg } from 'node:os'
import { benchContainers, printContainers } from './collect/containers.ts'
import { startCrowd } from './collect/crowd.ts'

const socket = process.env.PERFBOT_TEST_DOCKER_SOCKET ?? '/var/run/docker.sock'
const crowd = await startCrowd(socket)
try {
  const loadBefore = loadavg()[0] ?? 0
  const containers = []
  for (const count of [30, 100]) containers.push(await benchContainers(crowd, count))
  console.log(`load of the machine before: ${loadBefore.toFixed(1)}`)
  printContainers(containers)
  console.log(JSON.stringify({ loadBefore, containers }))
} finally {
  await crowd.remove()
}
