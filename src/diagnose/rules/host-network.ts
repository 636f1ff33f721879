import { counted, formatRatio, formatValue } from '../../model/format.ts'
import type { InterfaceReading } from '../../model/host-devices.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING, unlessHeld } from '../history.ts'
import { type Context, measured, rule, type Verdict } from '../rule.ts'
import { machine, partsOf } from '../subjects.ts'

const WINDOW = minutes(30)

/** Ends of containers' cables, bridges and tunnels have neither plug nor speed: what is wrong there shows elsewhere. */
const VIRTUAL = /^(?:lo|veth|br-|docker|virbr|cni|flannel|cali|tun|tap|wg|dummy)/

const interfaces = (context: Context) =>
  partsOf(
    machine(context),
    ({ network }) => network.filter((each) => !VIRTUAL.test(each.interface)),
    (each) => each.interface,
  )

const interfaceIn = (snapshot: Snapshot, name: string): InterfaceReading | undefined =>
  snapshot.machine?.network.find((each) => each.interface === name)

const sumOf = (
  reading: InterfaceReading | undefined,
  names: readonly ('packets' | 'errors' | 'drops')[],
): number | null => {
  const counters = reading?.counters
  if (!counters) return null
  return names.reduce((sum, name) => sum + counters.received[name] + counters.transmitted[name], 0)
}

export const networkErrors = rule({
  id: 'host-net-errors',
  about: 'host',
  looksAt: 'packets that an interface lost, of all in the last 30 minutes',
  subjects: interfaces,
  check({ interface: name }, context): Verdict {
    const grown = (names: readonly ('packets' | 'errors' | 'drops')[]) =>
      growth(context, WINDOW, (past) => sumOf(interfaceIn(past, name), names))
    const [lost, packets] = [grown(['errors', 'drops']), grown(['packets'])]
    if (!lost || !packets) return NO_EARLIER_READING
    const share = lost.by / Math.max(1, packets.by)
    const { networkErrors: most, networkErrorPackets: least } = context.thresholds
    if (lost.by < least || share <= most) return 'passed'
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${name} lost ${formatRatio(share)} of its packets`,
      impact: 'Connections over it stall and send again.',
      rootCause: 'Errors point to cable, plug or duplex; drops to full queues or a CPU that cannot keep up.',
      evidence: [
        figure('errors and drops', lost.by, 'count', '/proc/net/dev'),
        figure('packets', packets.by, 'count', '/proc/net/dev'),
        figure('counted over', lost.over, 'seconds', '/proc/net/dev'),
      ],
      fixes: [
        manual(
          'See which counter grows',
          `ip -s -s link show ${name}; ethtool -S ${name} | grep -iE 'err|drop'`,
        ),
      ],
    }
  },
})

const busy = ({ receivedBytes, transmittedBytes, speed }: InterfaceReading): number | null =>
  speed === null || speed <= 0 || receivedBytes === null || transmittedBytes === null
    ? null
    : Math.max(receivedBytes, transmittedBytes) / speed

export const networkSaturated = rule({
  id: 'host-net-saturated',
  about: 'host',
  looksAt: 'traffic of an interface against the speed of its link, for five minutes',
  subjects: interfaces,
  check(reading, context): Verdict {
    const share = busy(reading)
    if (share === null) return { couldNotLook: 'its speed or traffic is not stated' }
    const most = context.thresholds.networkBusy
    if (share <= most) return 'passed'
    const { interface: name, speed } = reading
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const before = interfaceIn(past, name)
      const then = before ? busy(before) : null
      return then === null ? null : then > most
    })
    if (verdict) return verdict
    const figure = measured(context)
    return {
      severity: 'high',
      title: `${name} carries ${formatRatio(share)} of what its link can`,
      impact: 'Whatever talks over it waits.',
      rootCause: `The link is ${formatValue(speed, 'bytes_per_second')} and full in one direction.`,
      evidence: [
        figure('received', reading.receivedBytes ?? 0, 'bytes_per_second', '/proc/net/dev'),
        figure('transmitted', reading.transmittedBytes ?? 0, 'bytes_per_second', '/proc/net/dev'),
        figure('speed of the link', speed ?? 0, 'bytes_per_second', `/sys/class/net/${name}/speed`),
      ],
      fixes: [manual('Find who sends', `iftop -i ${name}, or: ss -tinp | sort -k2`)],
    }
  },
})

export const linkChanged = rule({
  id: 'host-net-link',
  about: 'host',
  looksAt: 'state and speed of a link against half an hour ago',
  subjects: interfaces,
  check({ interface: name, state, speed }, context): Verdict {
    const before = context.history.recent.flatMap((past) => interfaceIn(past, name) ?? [])
    if (before.length === 0) return NO_EARLIER_READING
    const wasUp = before.some((past) => past.state === 'up')
    const lost = wasUp && (state === 'down' || state === 'lowerlayerdown')
    const fastest = Math.max(...before.map((past) => past.speed ?? 0))
    const slower = speed !== null && speed > 0 && speed < fastest
    if (!lost && !slower) return 'passed'
    const figure = measured(context)
    return {
      severity: lost ? 'high' : 'medium',
      title: lost
        ? `${name} has lost its link`
        : `${name} fell from ${formatValue(fastest, 'bytes_per_second')} to ${formatValue(speed, 'bytes_per_second')}`,
      impact: lost ? 'Nothing goes over it.' : 'It carries less than it did.',
      rootCause: 'Cable, plug or the port of the switch; or somebody changed its settings.',
      evidence: [
        figure('speed before', fastest, 'bytes_per_second', `/sys/class/net/${name}/speed`),
        figure('speed now', speed ?? 0, 'bytes_per_second', `/sys/class/net/${name}/speed`),
      ],
      fixes: [manual('See what both ends say', `ethtool ${name}; journalctl -k --grep ${name} | tail`)],
    }
  },
})

export const retransmits = rule({
  id: 'host-tcp-retransmits',
  about: 'host',
  looksAt: 'TCP segments sent again, of all sent in the last 30 minutes',
  subjects: machine,
  check({ tcp }, context): Verdict {
    if (!tcp) return { couldNotLook: 'TCP is not counted here' }
    const again = growth(context, WINDOW, (past) => past.machine?.tcp?.counters.retransmits)
    const sent = growth(context, WINDOW, (past) => past.machine?.tcp?.counters.segmentsOut)
    if (!again || !sent) return NO_EARLIER_READING
    const { thresholds } = context
    const share = again.by / Math.max(1, sent.by)
    if (again.by < thresholds.retransmittedSegments || share <= thresholds.retransmits) return 'passed'
    const figure = measured(context)
    return {
      severity: share > thresholds.retransmitsHigh ? 'high' : 'medium',
      title: `${formatRatio(share)} of the TCP segments had to be sent again`,
      impact: 'Each one costs its connection a fifth of a second or more.',
      rootCause: 'Packets are lost on the way: a full link, a bad cable, or a peer that cannot keep up.',
      evidence: [
        figure('sent again', again.by, 'count', '/proc/net/snmp RetransSegs'),
        figure('sent', sent.by, 'count', '/proc/net/snmp OutSegs'),
      ],
      fixes: [manual('See to whom', "ss -ti '( state established )' | grep -B1 'retrans:'")],
    }
  },
})

export const listenOverflow = rule({
  id: 'host-listen-overflow',
  about: 'host',
  looksAt: 'connections refused by a full accept queue in the last 30 minutes',
  subjects: machine,
  check({ tcp, kernelSettings }, context): Verdict {
    if (!tcp) return { couldNotLook: 'TCP is not counted here' }
    const grown = growth(context, WINDOW, (past) => past.machine?.tcp?.counters.listenOverflows)
    if (!grown) return NO_EARLIER_READING
    if (grown.by < context.thresholds.listenOverflows) return 'passed'
    const most = Number(kernelSettings['net.core.somaxconn'])
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${counted(grown.by, 'connection')} found the accept queue of a server full`,
      impact: 'Their clients wait a second and more before they try again.',
      rootCause: 'A program accepts more slowly than clients connect, or its backlog is too short.',
      evidence: [
        figure('overflows', grown.by, 'count', '/proc/net/netstat ListenOverflows'),
        figure('counted over', grown.over, 'seconds', '/proc/net/netstat'),
        ...(most > 0 ? [figure('net.core.somaxconn', most, 'count', 'sysctl net.core.somaxconn')] : []),
      ],
      fixes: [
        manual('Find the queue that is full (Recv-Q above Send-Q)', 'ss -ltn'),
        ...(most > 0 && most < 4096
          ? [manual('Allow longer ones', 'sysctl -w net.core.somaxconn=4096')]
          : []),
      ],
    }
  },
})

export const conntrackFull = rule({
  id: 'host-conntrack',
  about: 'host',
  looksAt: 'tracked connections against nf_conntrack_max',
  subjects: machine,
  check({ conntrack }, context): Verdict {
    if (!conntrack || conntrack.limit <= 0) return { couldNotLook: 'connections are not tracked here' }
    const share = conntrack.entries / conntrack.limit
    const { thresholds } = context
    if (share <= thresholds.conntrack) return 'passed'
    const figure = measured(context)
    return {
      severity: share > thresholds.conntrackCritical ? 'critical' : 'high',
      title: `${formatRatio(share)} of the connections that the firewall can track are taken`,
      impact: 'Beyond the limit new connections are dropped without a word.',
      rootCause: 'More connections are open, or linger after their end, than nf_conntrack_max allows.',
      evidence: [
        figure('tracked', conntrack.entries, 'count', 'nf_conntrack_count'),
        figure('limit', conntrack.limit, 'count', 'nf_conntrack_max'),
      ],
      fixes: [manual('Raise it', `sysctl -w net.netfilter.nf_conntrack_max=${conntrack.limit * 2}`)],
    }
  },
})
