import type { InterfaceReading } from '../../model/host-devices.ts'
import { bytes, bytesPerSecond } from '../../model/units.ts'
import { rate } from './counters.ts'
import { kernelFile, numberIn } from './kernel-file.ts'

type Direction = { bytes: number; packets: number; errors: number; drops: number }

export type InterfaceCounters = { interface: string; received: Direction; transmitted: Direction }

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
      const from = (first: number): Direction => {
        const [bytes = 0, packets = 0, errors = 0, drops = 0] = counters.slice(first, first + 4)
        return { bytes, packets, errors, drops }
      }
      return { interface: line.slice(0, separator).trim(), received: from(0), transmitted: from(8) }
    })
    .filter((counters) => !INNER.test(counters.interface))

export type LinkTraits = Pick<InterfaceReading, 'speed' | 'state'>

const MEGABIT_BYTES = 125_000

/** From /sys/class/net. The speed asks the driver, and is -1 or an error where the link has none. */
export function readLink(sysfs: string, name: string): LinkTraits {
  const folder = `${sysfs}/class/net/${name}`
  const megabits = numberIn(`${folder}/speed`)
  return {
    speed: megabits !== null && megabits > 0 ? bytesPerSecond(megabits * MEGABIT_BYTES) : null,
    state: kernelFile(`${folder}/operstate`)?.trim() || null,
  }
}

export const interfaceReadings = (
  earlier: readonly InterfaceCounters[],
  later: readonly InterfaceCounters[],
  elapsedSeconds: number,
  traitsOf: (name: string) => LinkTraits,
): InterfaceReading[] =>
  later.map((counters) => {
    const before = earlier.find((other) => other.interface === counters.interface)
    const rateOf = (count: (of: InterfaceCounters) => number) =>
      // One that appeared meanwhile has no rate yet, and one that was made anew counts anew: in all of its counters.
      before && !wasReset(before, counters) ? rate(count(before), count(counters), elapsedSeconds) : null
    const throughput = (direction: 'received' | 'transmitted') => {
      const value = rateOf((of) => of[direction].bytes)
      return value === null ? null : bytesPerSecond(value)
    }
    return {
      interface: counters.interface,
      receivedBytes: throughput('received'),
      transmittedBytes: throughput('transmitted'),
      receivedPackets: rateOf(({ received }) => received.packets),
      transmittedPackets: rateOf(({ transmitted }) => transmitted.packets),
      errors: rateOf(({ received, transmitted }) => received.errors + transmitted.errors),
      drops: rateOf(({ received, transmitted }) => received.drops + transmitted.drops),
      ...traitsOf(counters.interface),
      counters: { received: countersOf(counters.received), transmitted: countersOf(counters.transmitted) },
    }
  })

const wasReset = (before: InterfaceCounters, later: InterfaceCounters): boolean =>
  (['received', 'transmitted'] as const).some((direction) =>
    (['bytes', 'packets', 'errors', 'drops'] as const).some(
      (kind) => later[direction][kind] < before[direction][kind],
    ),
  )

const countersOf = (direction: Direction) => ({ ...direction, bytes: bytes(direction.bytes) })
