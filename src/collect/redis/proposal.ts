import type { ContainerReading } from '../../model/container-reading.ts'

/** What it takes to read a Redis that was found in a container. Nothing of it is done by itself. */
export type RedisProposal = {
  readonly name: string
  readonly host: string
  readonly port: number
  /** How to get a prompt of the server. */
  readonly cli: string
  /** What must be changed before, if perfbot could not reach it as it is. */
  readonly obstacle: string | null
}

const PORT = 6379

/** The images that people run Redis and its forks from; exporters and browsers are called after it too. */
const SERVERS = /^(redis|redis-stack(-server)?|valkey(-bundle)?|keydb|dragonfly)$/

const baseOf = (image: string): string => /([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1] ?? image

/** Null for a container that does not run a Redis server. */
export function proposeRedis(container: ContainerReading): RedisProposal | null {
  const image = baseOf(container.image)
  if (container.state !== 'running' || !SERVERS.test(image)) return null
  const published = container.ports.find(
    ({ containerPort, hostPort }) => containerPort === PORT && hostPort !== null,
  )?.hostPort
  const [address] = container.addresses
  return {
    name: (container.compose?.service ?? container.name).replace(/[^\w.-]/g, '-'),
    host: published ? '127.0.0.1' : (address ?? '127.0.0.1'),
    port: published ?? PORT,
    cli: `docker exec -it ${container.name} ${image.startsWith('valkey') ? 'valkey-cli' : 'redis-cli'}`,
    obstacle:
      published || address
        ? null
        : `Publish its port, for this machine only: ports: ["127.0.0.1:${PORT}:${PORT}"], or run perfbot in its network`,
  }
}
