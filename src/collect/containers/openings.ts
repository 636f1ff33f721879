import type { ContainerReading } from '../../model/container-reading.ts'
import type { Inspection } from './inspection.ts'

/** `{"5432/tcp": [{HostIp, HostPort}]}`; published on IPv4 and IPv6 it stands there twice, and is one opening. */
export function readPorts(
  ports: NonNullable<Inspection['NetworkSettings']['Ports']>,
): ContainerReading['ports'] {
  return Object.entries(ports).flatMap(([port, bindings]): ContainerReading['ports'] => {
    const [number = '', protocol = 'tcp'] = port.split('/')
    const containerPort = Number(number)
    if (!bindings?.length) return [{ containerPort, protocol, hostPort: null, hostIp: null }]
    const seen = new Set<string>()
    return bindings.flatMap(({ HostIp, HostPort }) => {
      const hostIp = HostIp === '' || HostIp === '::' || HostIp == null ? '0.0.0.0' : HostIp
      const key = `${hostIp} ${HostPort}`
      // Empty or 0: the engine will choose one when it starts.
      if (seen.has(key) || !Number(HostPort)) return []
      seen.add(key)
      return [{ containerPort, protocol, hostPort: Number(HostPort), hostIp }]
    })
  })
}

const ENGINE_SOCKET = /\/(docker|podman)\.sock$|^(\/var)?\/run$/

export function readMounts(
  mounts: NonNullable<Inspection['Mounts']>,
): Pick<ContainerReading, 'mounts' | 'hasDockerSocket'> {
  return {
    mounts: mounts.map(({ Type, Name, Source, Destination, RW }) => ({
      type: Type ?? '',
      source: (Type === 'volume' ? Name : Source) || Source || '',
      destination: Destination,
      writable: RW,
    })),
    hasDockerSocket: mounts.some(({ Source }) => ENGINE_SOCKET.test(Source ?? '')),
  }
}
