import type { ContainerReading } from '../../model/container-reading.ts'
import { type Door, doorOf, imageBase, nameFor } from '../found-container.ts'

/** What it takes to read a Redis that was found in a container. Nothing of it is done by itself. */
export type RedisProposal = Door & {
  readonly name: string
  /** How to get a prompt of the server. */
  readonly cli: string
}

const PORT = 6379

/** The images that people run Redis and its forks from; exporters and browsers are called after it too. */
const SERVERS = /^(redis|redis-stack(-server)?|valkey(-bundle)?|keydb|dragonfly)$/

/** Null for a container that does not run a Redis server. */
export function proposeRedis(container: ContainerReading): RedisProposal | null {
  const image = imageBase(container.image)
  if (container.state !== 'running' || !SERVERS.test(image)) return null
  return {
    ...doorOf(container, PORT),
    name: nameFor(container.compose?.service ?? container.name),
    cli: `docker exec -it ${container.name} ${image.startsWith('valkey') ? 'valkey-cli' : 'redis-cli'}`,
  }
}
