import Docker from 'dockerode'
import { mapBounded } from '../../../src/collect/concurrency.ts'
import { type DockerArea, importBusybox } from '../../support/docker-area.ts'

/** A crowd of small containers on a real engine: most are idle, and one in ten writes a line a second. */
export type Crowd = {
  readonly client: Docker
  readonly socket: string
  growTo(count: number): Promise<void>
  remove(): Promise<void>
}

const IDLE = 'echo ready; exec sleep 100000'
const WRITING = 'while :; do echo tick; sleep 1; done'

export async function startCrowd(socket: string): Promise<Crowd> {
  const client = new Docker({ socketPath: socket })
  const area: DockerArea = await importBusybox(client)
  let started = 0
  return {
    client,
    socket,
    async growTo(count) {
      const missing = Array.from({ length: count - started }, (_, index) => started + index)
      started = count
      await mapBounded(missing, 4, (index) => area.run(`crowd-${index}`, index % 10 === 0 ? WRITING : IDLE))
    },
    remove: () => area.removeAll(),
  }
}
