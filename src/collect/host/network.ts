import type { HostReading } from '../../model/host-reading.ts'
import { bytesPerSecond, perSecond } from '../../model/units.ts'
import { rate } from './counters.ts'

export type InterfaceCounters = {
  interface: string
  receivedBytes: number
  transmittedBytes: number
  errors: number
  drops: number
}

/** Loopback, and the inner side of containers and machines, whose traffic the real interfaces carry too. */
const INNER =
  /^(lo\d*|veth.*|docker\d*|docker_gwbridge|br-.*|virbr.*|vnet.*|tap.*|ifb\d+|dummy\d+|cali.*|cni.*|flannel.*|tunl\d+|sit\d+|ip6tnl\d+)$/

/** /proc/net/dev: two lines of headings, then eight counters received and eight transmitted. */
export const parseInterfaceCounters = (text: string): InterfaceCounters[] =>
  text
    .split('\n')
    .slice(2)
    .filter((line) => line.includes(':'))
    .map((line) => {
      const separator = line.lastIndexOf(':')
      const counters = line
        .slice(separator + 1)
        .trim()
        .split(/\s+/)
        .map(Number)
      const at = (index: number) => counters[index] ?? 0
      return {
        interface: line.slice(0, separator).trim(),
        receivedBytes: at(0),
        transmittedBytes: at(8),
        errors: at(2) + at(10),
        drops: at(3) + at(11),
      }
    })
    .filter((counters) => !INNER.test(counters.interface))

export const networkRates = (
  earlier: readonly InterfaceCounters[],
  later: readonly InterfaceCounters[],
  elapsedSeconds: number,
): HostReading['network'] =>
  later.map((counters) => {
    const before = earlier.find((other) => other.interface === counters.interface) ?? counters
    const perSecondOf = (kind: 'receivedBytes' | 'transmittedBytes' | 'errors' | 'drops') =>
      rate(before[kind], counters[kind], elapsedSeconds)
    return {
      interface: counters.interface,
      receivedBytes: bytesPerSecond(perSecondOf('receivedBytes')),
      transmittedBytes: bytesPerSecond(perSecondOf('transmittedBytes')),
      errors: perSecond(perSecondOf('errors')),
      drops: perSecond(perSecondOf('drops')),
    }
  })
