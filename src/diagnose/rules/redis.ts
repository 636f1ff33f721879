import { counted, formatSeconds } from '../../model/format.ts'
import type { RedisReading, SlowCommand } from '../../model/redis-reading.ts'
import { secondsBetween, type Timestamp } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { growth, minutes } from '../history.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { cacheIn, caches, partsOf } from '../subjects.ts'

export const redisSaveFailed = rule({
  id: 'redis-save-failed',
  about: 'redis',
  looksAt: 'the last save and the append-only file',
  subjects: caches,
  check({ name, persistence, settings }, context) {
    const { appendOnly, lastSaveSucceeded } = persistence
    const broken = [
      ...(lastSaveSucceeded ? [] : ['rdb_last_bgsave_status']),
      ...(appendOnly && !appendOnly.lastWriteSucceeded ? ['aof_last_write_status'] : []),
      ...(appendOnly && !appendOnly.lastRewriteSucceeded ? ['aof_last_bgrewrite_status'] : []),
    ]
    if (broken.length === 0) return 'passed'
    const refusesAfterSave = !lastSaveSucceeded && settings?.['stop-writes-on-bgsave-error'] === 'yes'
    const refuses = refusesAfterSave || appendOnly?.lastWriteSucceeded === false
    const figure = measured(context)
    return {
      severity: refuses ? 'critical' : 'high',
      title: `${name} cannot save its data`,
      impact: refuses
        ? 'It refuses to write until a save succeeds (MISCONF), and a crash loses what came since the last one.'
        : 'A crash loses what came since the last save that succeeded.',
      rootCause:
        'Most often the disk is full, the folder is not writable, or a fork found too little memory: its log says which.',
      evidence: [
        ...broken.map((field) => observed(context)(field, 'err', `INFO ${field}`)),
        figure(
          'changes since the last save',
          persistence.changesSinceSave,
          'count',
          'INFO rdb_changes_since_last_save',
        ),
      ],
      fixes: [
        manual('See why', 'redis-cli CONFIG GET dir; df -h <dir>; its log; sysctl vm.overcommit_memory'),
        manual(
          'Try again when it is mended',
          broken.includes('aof_last_bgrewrite_status') ? 'BGREWRITEAOF' : 'BGSAVE',
        ),
      ],
    }
  },
})

export const redisConnections = rule({
  id: 'redis-connections',
  about: 'redis',
  looksAt: 'connections against maxclients, and refused ones',
  subjects: caches,
  check({ name, clients, rates }, context) {
    const grown = growth(context, minutes(30), (past) => cacheIn(past, name)?.counters.connectionsRejected)
    const refused = grown?.by ?? (rates.rejectedConnections ?? 0) * rates.windowSeconds
    const share = clients.maximum ? clients.connected / clients.maximum : 0
    const isNear = share > context.thresholds.redisClients
    if (refused === 0 && !isNear) return 'passed'
    const figure = measured(context)
    return {
      severity: refused > 0 ? 'high' : 'medium',
      title:
        refused > 0
          ? `${name} has refused ${counted(Math.round(refused), 'connection')}`
          : `${clients.connected} of ${clients.maximum} connections of ${name} are taken`,
      impact: 'Who is refused gets "max number of clients reached", and no data.',
      rootCause:
        'More connections were opened than maxclients allows: pools that are too large, or clients that never close.',
      evidence: [
        figure('connections', clients.connected, 'count', 'INFO connected_clients'),
        ...(clients.maximum === null
          ? []
          : [figure('maxclients', clients.maximum, 'count', 'INFO maxclients')]),
        ...(refused > 0
          ? [figure('refused connections', Math.round(refused), 'count', 'INFO rejected_connections')]
          : []),
      ],
      fixes: [
        manual('See who holds them', 'CLIENT LIST'),
        manual('Close those that sleep', 'CONFIG SET timeout 300'),
      ],
    }
  },
})

export const redisReplicaDown = rule({
  id: 'redis-replica-down',
  about: 'redis',
  looksAt: 'the link of a replica to its primary',
  subjects: caches,
  check({ name, replication }, context) {
    const { source } = replication
    if (!source || source.linkUp || source.syncInProgress) return 'passed'
    const { host, port } = source.address
    const since = source.linkDown === null ? '' : ` for ${formatSeconds(source.linkDown)}`
    return {
      severity: 'high',
      title: `${name} has had no link to its primary${since}`,
      impact: 'It answers with old data, and would lose what came since if it had to take over.',
      rootCause: `${host}:${port} does not answer it, or refuses it (masterauth, masteruser).`,
      evidence: [
        observed(context)('primary', `${host}:${port}`, 'INFO master_host, master_port'),
        observed(context)('link', 'down', 'INFO master_link_status'),
        ...(source.linkDown === null
          ? []
          : [
              measured(context)(
                'down for',
                source.linkDown,
                'seconds',
                'INFO master_link_down_since_seconds',
              ),
            ]),
      ],
      fixes: [
        manual('Try from its machine what it tries', `redis-cli -h ${host} -p ${port} PING; and its log`),
      ],
    }
  },
})

type SlowKind = {
  readonly called: string
  readonly slow: readonly SlowCommand[]
  readonly cache: RedisReading
}

/**
 * Each reading has what was added since the one before: together they are the last half hour. The first reading of a
 * process looks back a day, over what others have read before.
 */
function slowKinds(cache: RedisReading, context: Context): SlowKind[] {
  const { snapshot, history, thresholds } = context
  const isRecent = (at: Timestamp) => secondsBetween(at, snapshot.takenAt) <= minutes(30)
  const readings = [...history.recent.filter(({ takenAt }) => isRecent(takenAt)), snapshot]
  const seen = readings.flatMap((past) => cacheIn(past, cache.name)?.slowlog?.entries ?? [])
  const entries = [...new Map(seen.map((entry) => [`${entry.id} ${entry.at}`, entry])).values()]
  const slow = entries.filter(({ at, duration }) => isRecent(at) && duration >= thresholds.redisSlowCommand)
  return [
    ...Map.groupBy(slow, ({ command, keyPattern }) => (keyPattern ? `${command} ${keyPattern}` : command)),
  ].map(([called, group]) => ({ called, slow: group, cache }))
}

const slowSubjects = (context: Context) =>
  partsOf(
    caches(context),
    (cache) => slowKinds(cache, context),
    ({ called }) => called,
  )

/** What walks over everything, and what to type instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  KEYS: 'SCAN with a cursor, in place of KEYS',
  SMEMBERS: 'SSCAN with a cursor, in place of SMEMBERS',
  HGETALL: 'HSCAN, or HMGET of the fields that are needed, in place of HGETALL',
  LRANGE: 'LRANGE of a few elements at a time',
  ZRANGE: 'ZRANGE of a few elements at a time',
  DEL: 'UNLINK, which frees in the background, in place of DEL',
  FLUSHALL: 'FLUSHALL ASYNC',
  FLUSHDB: 'FLUSHDB ASYNC',
}

export const redisSlowCommands = rule({
  id: 'redis-slow-commands',
  about: 'redis',
  looksAt: 'commands that hold up all others',
  subjects: slowSubjects,
  check({ called, slow, cache }, context): Verdict {
    const worst = slow.reduce((most, each) => (each.duration > most.duration ? each : most))
    const figure = measured(context)
    return {
      severity: worst.duration >= context.thresholds.redisSlowCommand * 10 ? 'high' : 'medium',
      title: `${called} takes ${cache.name} up to ${formatSeconds(worst.duration)}`,
      impact: 'One command runs at a time: so long all other clients wait.',
      rootCause: INSTEAD[worst.command]
        ? `${worst.command} walks over everything that its key, or the server, holds.`
        : 'It works on a lot of data at once, or the machine was busy with something else.',
      evidence: [
        figure('slowest', worst.duration, 'seconds', 'SLOWLOG GET'),
        figure('times', slow.length, 'count', 'SLOWLOG GET, last 30 minutes'),
        ...(worst.client === null ? [] : [observed(context)('client', worst.client, 'SLOWLOG GET')]),
      ],
      fixes: [
        manual(
          'Ask for less at a time',
          INSTEAD[worst.command] ??
            `SLOWLOG GET 10 shows what it was given; redis-cli --bigkeys finds large keys`,
        ),
      ],
    }
  },
})
