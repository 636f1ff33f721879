import type { ContainerTotals } from '../../model/container-reading.ts'
import { bytes } from '../../model/units.ts'

type Interfaces = NonNullable<ContainerTotals['network']>

/** The loopback, and what kernel modules put into every network namespace: the engine's API does not show them. */
const NOT_OF_THE_CONTAINER = /^(lo|tunl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|sit0|ip6tnl0|ip6gre0)$/

/** /proc/PID/net/dev: two lines of heading, then `name: 8 figures received, 8 transmitted`. */
export const readNetDev = (text: string): Interfaces =>
  text
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).trim()
      const figures = line
        .slice(colon + 1)
        .trim()
        .split(/\s+/)
        .map(Number)
      const [
        receivedBytes = 0,
        receivedPackets = 0,
        receiveErrors = 0,
        receiveDrops = 0,
        ,
        ,
        ,
        ,
        transmittedBytes = 0,
        transmittedPackets = 0,
        transmitErrors = 0,
        transmitDrops = 0,
      ] = figures
      if (colon === -1 || figures.length < 12 || NOT_OF_THE_CONTAINER.test(name)) return []
      return [
        {
          interface: name,
          receivedBytes: bytes(receivedBytes),
          receivedPackets,
          receiveErrors,
          receiveDrops,
          transmittedBytes: bytes(transmittedBytes),
          transmittedPackets,
          transmitErrors,
          transmitDrops,
        },
      ]
    })
