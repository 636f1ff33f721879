import type { TcpReading } from '../../model/host-reading.ts'
import { rate } from './counters.ts'

export type TcpCounters = Pick<TcpReading, 'established' | 'counters'>

/**
 * /proc/net/snmp and /proc/net/netstat, which go in pairs of lines: `Tcp: RtoAlgorithm RtoMin …`, `Tcp: 1 200 …`.
 * Null where one of them has no TCP.
 */
export function parseTcpCounters(snmp: string | null, netstat: string | null): TcpCounters | null {
  const tcp = pairOf('Tcp', snmp)
  const extended = pairOf('TcpExt', netstat)
  if (!tcp || !extended) return null
  const of = (name: string) => tcp.get(name) ?? 0
  const extendedOf = (name: string) => extended.get(name) ?? 0
  return {
    established: of('CurrEstab'),
    counters: {
      activeOpens: of('ActiveOpens'),
      passiveOpens: of('PassiveOpens'),
      attemptFails: of('AttemptFails'),
      establishedResets: of('EstabResets'),
      segmentsIn: of('InSegs'),
      segmentsOut: of('OutSegs'),
      retransmits: of('RetransSegs'),
      resetsSent: of('OutRsts'),
      listenOverflows: extendedOf('ListenOverflows'),
      listenDrops: extendedOf('ListenDrops'),
      synRetransmits: extendedOf('TCPSynRetrans'),
      timeouts: extendedOf('TCPTimeouts'),
    },
  }
}

function pairOf(protocol: string, text: string | null): Map<string, number> | null {
  const [names, values] = (text ?? '')
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' ').slice(1))
  if (!names || !values) return null
  return new Map(names.map((name, index) => [name, Number(values[index])]))
}

export function tcpReading(
  earlier: TcpCounters | null,
  later: TcpCounters | null,
  elapsedSeconds: number,
): TcpReading | null {
  if (!later) return null
  const of = (name: keyof TcpCounters['counters']) =>
    rate(earlier?.counters[name], later.counters[name], elapsedSeconds)
  return {
    ...later,
    segmentsIn: of('segmentsIn'),
    segmentsOut: of('segmentsOut'),
    retransmits: of('retransmits'),
    listenOverflows: of('listenOverflows'),
    listenDrops: of('listenDrops'),
  }
}
