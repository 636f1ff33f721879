import type { InterfaceReading } from '../host-devices.ts'
import type { HostReading, SocketsReading, TcpReading } from '../host-reading.ts'
import { counter, flag, gauge, type MetricOf, type Point } from './metric.ts'

type Host = MetricOf<HostReading>

const onEachInterface =
  (read: (each: InterfaceReading) => number | null | undefined) =>
  (host: HostReading): Point[] =>
    host.network.map((each) => [{ device: each.interface }, read(each)])

type Direction = NonNullable<InterfaceReading['counters']>['received']

/** Both directions, by node_exporter's words for them. */
const inBothDirections = (
  word: string,
  title: string,
  unit: 'bytes' | 'count',
  help: string,
  read: (direction: Direction) => number,
): Host[] => [
  counter(`node_network_receive_${word}_total`, {
    title: `${title} received`,
    unit,
    help: `${help} received, since the interface exists.`,
    read: onEachInterface(({ counters }) => counters && read(counters.received)),
  }),
  counter(`node_network_transmit_${word}_total`, {
    title: `${title} transmitted`,
    unit,
    help: `${help} transmitted, since the interface exists.`,
    read: onEachInterface(({ counters }) => counters && read(counters.transmitted)),
  }),
]

const interfaces: readonly Host[] = [
  gauge('perfbot_network_receive_bytes_per_second', {
    title: 'Network in',
    unit: 'bytes_per_second',
    help: 'Bytes received, mean since the reading before.',
    history: true,
    read: onEachInterface(({ receivedBytes }) => receivedBytes),
  }),
  gauge('perfbot_network_transmit_bytes_per_second', {
    title: 'Network out',
    unit: 'bytes_per_second',
    help: 'Bytes sent, mean since the reading before.',
    history: true,
    read: onEachInterface(({ transmittedBytes }) => transmittedBytes),
  }),
  gauge('perfbot_network_errors_per_second', {
    title: 'Network errors',
    unit: 'per_second',
    help: 'Errors in both directions, mean since the reading before.',
    history: true,
    read: onEachInterface(({ errors }) => errors),
  }),
  gauge('perfbot_network_drops_per_second', {
    title: 'Network drops',
    unit: 'per_second',
    help: 'Packets dropped in both directions, mean since the reading before.',
    history: true,
    read: onEachInterface(({ drops }) => drops),
  }),
  gauge('node_network_speed_bytes', {
    title: 'Network speed',
    unit: 'bytes_per_second',
    help: 'What the link negotiated; absent where it has no speed.',
    read: onEachInterface(({ speed }) => speed),
  }),
  gauge('node_network_up', {
    title: 'Network up',
    unit: 'count',
    help: 'Whether the interface is up (1).',
    read: onEachInterface(({ state }) => flag(state === null ? null : state === 'up')),
  }),
  ...inBothDirections('bytes', 'Network bytes', 'bytes', 'Bytes', ({ bytes }) => bytes),
  ...inBothDirections('packets', 'Packets', 'count', 'Packets', ({ packets }) => packets),
  ...inBothDirections('errs', 'Packets with errors', 'count', 'Errors of packets', ({ errors }) => errors),
  ...inBothDirections('drop', 'Packets dropped', 'count', 'Packets dropped that were', ({ drops }) => drops),
]

/** The kernel's own words for each, and ours. */
const TCP_COUNTERS = [
  ['Tcp_ActiveOpens', 'TCP connections opened', 'Connections opened from here', 'activeOpens'],
  ['Tcp_PassiveOpens', 'TCP connections accepted', 'Connections opened from elsewhere', 'passiveOpens'],
  ['Tcp_AttemptFails', 'TCP attempts failed', 'Connections that did not come about', 'attemptFails'],
  ['Tcp_EstabResets', 'TCP connections reset', 'Connections that were reset', 'establishedResets'],
  ['Tcp_InSegs', 'TCP segments in', 'Segments received', 'segmentsIn'],
  ['Tcp_OutSegs', 'TCP segments out', 'Segments sent for the first time', 'segmentsOut'],
  ['Tcp_RetransSegs', 'TCP segments retransmitted', 'Segments sent again', 'retransmits'],
  ['Tcp_OutRsts', 'TCP resets sent', 'Resets sent', 'resetsSent'],
  [
    'TcpExt_ListenOverflows',
    'Accept queue overflows',
    'Times that an accept queue was full',
    'listenOverflows',
  ],
  ['TcpExt_ListenDrops', 'Connections dropped', 'Connections dropped at a listening socket', 'listenDrops'],
  ['TcpExt_TCPSynRetrans', 'TCP openings repeated', 'First segments sent again', 'synRetransmits'],
  ['TcpExt_TCPTimeouts', 'TCP timeouts', 'Segments that were not acknowledged in time', 'timeouts'],
] as const satisfies readonly (readonly [string, string, string, keyof TcpReading['counters']])[]

const tcp: readonly Host[] = [
  gauge('node_netstat_Tcp_CurrEstab', {
    title: 'TCP connections',
    unit: 'count',
    help: 'Connections that are established or wait to be closed by this side.',
    history: true,
    read: (host) => host.tcp?.established,
  }),
  gauge('perfbot_tcp_retransmits_per_second', {
    title: 'TCP retransmits',
    unit: 'per_second',
    help: 'Segments sent again, mean since the reading before.',
    history: true,
    read: (host) => host.tcp?.retransmits,
  }),
  gauge('perfbot_tcp_listen_drops_per_second', {
    title: 'TCP listen drops',
    unit: 'per_second',
    help: 'Connections dropped at a listening socket, mean since the reading before.',
    history: true,
    read: (host) => host.tcp?.listenDrops,
  }),
  ...TCP_COUNTERS.map(([name, title, help, counted]) =>
    counter<HostReading>(`node_netstat_${name}`, {
      title,
      unit: 'count',
      help: `${help}, since boot.`,
      read: (host) => host.tcp?.counters[counted],
    }),
  ),
]

const SOCKETS = [
  ['sockets_used', 'Sockets', 'Sockets of all kinds', 'used'],
  ['TCP_inuse', 'TCP sockets', 'TCP sockets in use', 'tcpInUse'],
  ['TCP_orphan', 'TCP sockets orphaned', 'TCP sockets that no process holds', 'tcpOrphaned'],
  ['TCP_tw', 'TCP sockets in TIME_WAIT', 'TCP sockets that wait to be forgotten', 'tcpTimeWait'],
  ['TCP_alloc', 'TCP sockets allocated', 'TCP sockets that take memory', 'tcpAllocated'],
  ['UDP_inuse', 'UDP sockets', 'UDP sockets in use', 'udpInUse'],
] as const satisfies readonly (readonly [string, string, string, keyof SocketsReading])[]

const sockets: readonly Host[] = [
  ...SOCKETS.map(([name, title, help, read]) =>
    gauge<HostReading>(`node_sockstat_${name}`, {
      title,
      unit: 'count',
      help: `${help}.`,
      read: (host) => host.sockets?.[read],
    }),
  ),
  gauge('node_sockstat_TCP_mem_bytes', {
    title: 'TCP memory',
    unit: 'bytes',
    help: 'Memory that TCP buffers take.',
    read: (host) => host.sockets?.tcpMemoryBytes,
  }),
  gauge('node_nf_conntrack_entries', {
    title: 'Connections tracked',
    unit: 'count',
    help: 'Connections that the firewall keeps track of.',
    history: true,
    read: (host) => host.conntrack?.entries,
  }),
  gauge('node_nf_conntrack_entries_limit', {
    title: 'Connections trackable',
    unit: 'count',
    help: 'Connections that the firewall can keep track of.',
    read: (host) => host.conntrack?.limit,
  }),
]

export const hostNetworkMetrics: readonly Host[] = [...interfaces, ...tcp, ...sockets]
