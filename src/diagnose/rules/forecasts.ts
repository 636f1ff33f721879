import type { Severity } from '../../model/finding.ts'
import { formatSeconds, formatValue } from '../../model/format.ts'
import { settingNamed } from '../../model/postgres-reading.ts'
import type { NumericUnit } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { type Forecast, forecast } from '../forecast.ts'
import { type Asked, pastsOf } from '../pasts.ts'
import { type Context, type Diagnosis, measured, rule, type Verdict } from '../rule.ts'
import { containers, databases, machine, partsOf } from '../subjects.ts'

const DAY = 86_400

/** Who has less time than this has to be told at once, where the end cannot be lived with. */
const HOURS_LEFT = 6 * 3600

const severityOf = ({ inSeconds }: Forecast, isTheEnd: boolean): Severity => {
  if (isTheEnd && inSeconds < HOURS_LEFT) return 'critical'
  return inSeconds < DAY ? 'high' : inSeconds < 7 * DAY ? 'medium' : 'low'
}

/** "3 d 4 h (between 2 d 20 h and 4 d)". */
function when({ inSeconds, earliest, latest }: Forecast): string {
  const [least, most] = [formatSeconds(earliest), formatSeconds(latest)]
  return least === most ? least : `${formatSeconds(inSeconds)} (between ${least} and ${most})`
}

type Limited = Asked & {
  readonly limit: number
  readonly unit: NumericUnit
  /** Whether all that is beside it stops when it runs out. */
  readonly isTheEnd?: boolean
}

/** What the past of one series says, the long or the short one; what is said of it is up to the rule. */
function predicted(
  { metric, labels, limit, unit, isTheEnd = false }: Limited,
  context: Context,
  say: (found: Forecast) => Omit<Diagnosis, 'severity' | 'evidence' | 'rootCause'>,
): Verdict {
  const pasts = pastsOf(context, { metric, labels })
  if (pasts.length === 0) return { couldNotLook: 'nothing is known of its past yet' }
  // Of a week and of a few hours that say something else, the nearer end is the one to be ready for.
  const [found] = pasts
    .flatMap(({ points }) => forecast(points, limit) ?? [])
    .toSorted((left, right) => left.inSeconds - right.inSeconds)
  if (!found) return 'passed'
  const figure = measured(context)
  const source = `history of ${metric}`
  const change = found.perSecond * DAY
  return {
    ...say(found),
    severity: severityOf(found, isTheEnd),
    rootCause: `It went ${change > 0 ? 'up' : 'down'} by ${formatValue(Math.abs(change), unit)} a day over the last ${formatSeconds(found.over)}.`,
    evidence: [
      figure('now', found.level, unit, source),
      figure('change in a day', change, unit, source),
      figure('the limit', limit, unit, source),
      figure('reached in', found.inSeconds, 'seconds', `Theil–Sen line over the ${source}`),
      figure('at the earliest in', found.earliest, 'seconds', '95 % interval of the slope'),
      figure('at the latest in', found.latest, 'seconds', '95 % interval of the slope'),
    ],
  }
}

/** Rules that say when something runs out, if all goes on as it does. */
export const FORECAST_RULES: ReadonlySet<string> = new Set([
  'host-disk-full-predicted',
  'memory-limit-predicted',
  'pg-connections-predicted',
  'pg-transaction-ids-predicted',
  // When a certificate ends stands in it.
  'service-certificate',
])

export const diskFullPredicted = rule({
  id: 'host-disk-full-predicted',
  about: 'host',
  looksAt: 'when the space that is left will be taken',
  subjects: (context) =>
    partsOf(
      machine(context),
      ({ filesystems }) => filesystems.filter(({ readOnly }) => !readOnly),
      ({ mountPoint }) => mountPoint,
    ),
  check: ({ mountPoint }, context) =>
    predicted(
      {
        metric: 'node_filesystem_avail_bytes',
        labels: { mountpoint: mountPoint },
        limit: 0,
        unit: 'bytes',
        isTheEnd: true,
      },
      context,
      (found) => ({
        title: `${mountPoint} will be full in ${when(found)}`,
        impact: 'When it is full, databases stop, containers fail to start and logs are lost.',
        fixes: [
          manual(
            'Find what grows',
            `find ${mountPoint} -xdev -type f -mtime -1 -size +100M -exec ls -lh {} +`,
          ),
        ],
      }),
    ),
})

export const memoryLimitPredicted = rule({
  id: 'memory-limit-predicted',
  about: 'container',
  looksAt: 'when the working set will reach the memory limit',
  subjects: (context) =>
    containers(context).filter(({ value }) => value.limits.memoryBytes !== null && value.state === 'running'),
  check: ({ name, engine, limits }, context) =>
    predicted(
      {
        metric: 'container_memory_working_set_bytes',
        labels: { engine, name },
        limit: limits.memoryBytes ?? 0,
        unit: 'bytes',
      },
      context,
      (found) => ({
        title: `${name} will reach its memory limit in ${when(found)}`,
        impact: 'At the limit the kernel kills it in the middle of its work.',
        fixes: [
          manual(
            'Find the leak; until then restart it at a quiet time',
            `docker stats --no-stream ${name}, and the heap profile of what runs in it`,
          ),
        ],
      }),
    ),
})

export const connectionsPredicted = rule({
  id: 'pg-connections-predicted',
  about: 'postgres',
  looksAt: 'when the connections will be used up',
  subjects: databases,
  check: ({ name, connections }, context) =>
    predicted(
      {
        metric: 'perfbot_postgres_connections_used',
        labels: { server: name },
        limit: connections.maximum - connections.reserved,
        unit: 'count',
      },
      context,
      (found) => ({
        title: `The connections of ${name} will be used up in ${when(found)}`,
        impact: 'At the limit, every further connection is refused: "sorry, too many clients already".',
        fixes: [
          manual(
            'Find who opens them and does not close them',
            'SELECT application_name, usename, state, count(*), min(backend_start) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
          ),
        ],
      }),
    ),
})

/** At so many transactions the server takes no more writes (docs: Preventing Transaction ID Wraparound Failures). */
const LAST_TRANSACTION = 2 ** 31 - 3_000_000

/** What is younger is none of autovacuum's business yet: it comes back by itself. */
const FREEZE_MAX_AGE = 200_000_000

export const transactionIdsPredicted = rule({
  id: 'pg-transaction-ids-predicted',
  about: 'postgres',
  looksAt: 'when the transaction numbers will be used up',
  subjects: (context) =>
    partsOf(
      databases(context),
      (server) => (server.wraparound ?? []).map((each) => ({ ...each, server })),
      ({ databaseName }) => databaseName,
    ),
  check({ server, databaseName, xidAge }, context) {
    const most = Number(settingNamed(server, 'autovacuum_freeze_max_age')?.setting ?? FREEZE_MAX_AGE)
    if (xidAge <= most) return 'passed'
    return predicted(
      {
        metric: 'perfbot_postgres_xid_age',
        labels: { server: server.name, datname: databaseName },
        limit: LAST_TRANSACTION,
        unit: 'count',
        isTheEnd: true,
      },
      context,
      (found) => ({
        title: `The transaction numbers of database ${databaseName} will be used up in ${when(found)}`,
        impact: 'Then the server refuses every write until old rows are frozen.',
        fixes: [
          manual(
            'Find what keeps old rows, then freeze the oldest tables',
            "SELECT oid::regclass, age(relfrozenxid) FROM pg_class WHERE relkind = 'r' ORDER BY 2 DESC LIMIT 10; then: VACUUM (FREEZE, VERBOSE) <table>;",
          ),
        ],
      }),
    )
  },
})
