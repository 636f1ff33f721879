import type { ContainerReading } from '../model/container-reading.ts'

/** The last part of an image's name, without registry, tag and digest: what the server in it is called. */
export const imageBase = (image: string): string => /([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1] ?? image

/** As names in the configuration may be. */
export const nameFor = (text: string): string => text.replace(/[^\w.-]/g, '-')

export type Door = {
  readonly host: string
  readonly port: number
  /** What must be changed before, if perfbot could not reach it as it is. */
  readonly obstacle: string | null
}

/** Where a server in a container is reached: at the port that it publishes, else at its own address. */
export function doorOf({ ports, addresses }: ContainerReading, port: number): Door {
  const published = ports.find(
    ({ containerPort, hostPort }) => containerPort === port && hostPort !== null,
  )?.hostPort
  const [address] = addresses
  return {
    host: published ? '127.0.0.1' : (address ?? '127.0.0.1'),
    port: published ?? port,
    obstacle:
      published || address
        ? null
        : `Publish its port, for this machine only: ports: ["127.0.0.1:${port}:${port}"], or run perfbot in its network`,
  }
}

/** As an address stands in a URL. */
export const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** `app-db` → `APP_DB_PASSWORD`. */
export const passwordVariable = (name: string): string =>
  `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_PASSWORD`.replace(/^(\d)/, '_$1')
