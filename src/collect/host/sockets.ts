import type { HostReading, SocketsReading } from '../../model/host-reading.ts'
import { bytes } from '../../model/units.ts'
import { numberIn } from './kernel-file.ts'

/** /proc/net/sockstat: `TCP: inuse 5 orphan 0 tw 0 alloc 6 mem 1`; the memory is in pages. */
export function parseSockets(text: string | null, pageBytes: number): SocketsReading | null {
  if (text === null) return null
  const of = (protocol: string, name: string): number => {
    const match = new RegExp(`^${protocol}:(?: \\w+ \\d+)*? ${name} (\\d+)`, 'm').exec(text)
    return match ? Number(match[1]) : 0
  }
  return {
    used: of('sockets', 'used'),
    tcpInUse: of('TCP', 'inuse'),
    tcpOrphaned: of('TCP', 'orphan'),
    tcpTimeWait: of('TCP', 'tw'),
    tcpAllocated: of('TCP', 'alloc'),
    tcpMemoryBytes: bytes(of('TCP', 'mem') * pageBytes),
    udpInUse: of('UDP', 'inuse'),
  }
}

/** Tracked connections of the reader's network. Null without nf_conntrack. */
export function readConntrack(procfs: string): HostReading['conntrack'] {
  const entries = numberIn(`${procfs}/sys/net/netfilter/nf_conntrack_count`)
  const limit = numberIn(`${procfs}/sys/net/netfilter/nf_conntrack_max`)
  return entries === null || limit === null ? null : { entries, limit }
}
