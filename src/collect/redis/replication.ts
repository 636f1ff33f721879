import type { RedisReading, RedisReplica } from '../../model/redis-reading.ts'
import { bytes, seconds } from '../../model/units.ts'
import { type InfoFields, packedParts } from './info-fields.ts'

type Replication = RedisReading['replication']

export function replicationOf(info: InfoFields): Replication {
  const isReplica = info.text('role') === 'slave'
  const offset = info.required('master_repl_offset')
  const backlog = info.flag('repl_backlog_active') === true ? info.number('repl_backlog_size') : null
  return {
    role: isReplica ? 'replica' : 'primary',
    replicas: replicasOf(info, offset),
    source: isReplica ? sourceOf(info) : null,
    offset: isReplica ? (info.number('slave_repl_offset') ?? offset) : offset,
    backlogBytes: backlog === null ? null : bytes(backlog),
  }
}

/** `slave0:ip=10.0.0.3,port=6379,state=online,offset=14,lag=1`. */
function replicasOf(info: InfoFields, offset: number): RedisReplica[] {
  return info.beginningWith('slave').flatMap(([index, value]): RedisReplica[] => {
    const parts = new Map(packedParts(value))
    const host = parts.get('ip')
    if (!/^\d+$/.test(index) || host === undefined) return []
    const acknowledged = Number(parts.get('offset'))
    const lag = Number(parts.get('lag'))
    const state = parts.get('state') ?? 'unknown'
    return [
      {
        address: { host, port: Number(parts.get('port')) || 0 },
        state,
        // −1 from a server that never heard of it, and meaningless before it is online.
        lag: state === 'online' && lag >= 0 ? seconds(lag) : null,
        behindBytes:
          state === 'online' && Number.isFinite(acknowledged)
            ? bytes(Math.max(0, offset - acknowledged))
            : null,
      },
    ]
  })
}

function sourceOf(info: InfoFields): Replication['source'] {
  const linkUp = info.text('master_link_status') === 'up'
  const lastHeard = info.number('master_last_io_seconds_ago')
  const linkDown = info.number('master_link_down_since_seconds')
  return {
    address: { host: info.text('master_host') ?? '', port: info.number('master_port') ?? 0 },
    linkUp,
    // −1 when it never was up.
    linkDown: linkUp || linkDown === null || linkDown < 0 ? null : seconds(linkDown),
    lastHeard: linkUp && lastHeard !== null && lastHeard >= 0 ? seconds(lastHeard) : null,
    syncInProgress: info.flag('master_sync_in_progress') === true,
    readOnly: info.flag('slave_read_only') !== false,
  }
}
