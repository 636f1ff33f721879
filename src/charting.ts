import type { DeploymentEvent } from './model/event.ts'
import type { AuditEntry } from './model/execution.ts'
import { timestamp } from './model/units.ts'

import type { Chart, ChartMark } from './report/chart/chart.ts'
import { describeLabels } from './report/trend-lines.ts'
import type { TrendAnswer } from './trending.ts'

export type Trends = Extract<TrendAnswer, { kind: 'trends' }>

/** What stands under a mark, short enough to be read beside a line. */
const LABEL_LENGTH = 32

const shortLabel = (text: string): string =>
  text.length <= LABEL_LENGTH ? text : `${text.slice(0, LABEL_LENGTH - 1)}…`

/** The fixes that ended in a stretch of time. `titleOf` knows the plans by their ids. */
export function fixMarks(
  entries: readonly AuditEntry[],
  { from, to }: Pick<Trends, 'from' | 'to'>,
  titleOf: (plan: string) => string | null,
): ChartMark[] {
  return entries
    .filter(({ action, at }) => action === 'finished' && at >= from && at < to)
    .flatMap(({ at, subject }) => {
      const title = titleOf(subject)
      return title === null ? [] : [{ at, kind: 'fix' as const, label: shortLabel(title) }]
    })
}

/** Labels by which a series is that of one container, service or server, and not of the whole machine. */
const OF_A_THING = new Set(['name', 'service', 'server'])

/** What was put into use: of the things that the trends are about, and of all where they are about the host. */
export function deploymentMarks(
  events: readonly DeploymentEvent[],
  { from, to, trends }: Pick<Trends, 'from' | 'to' | 'trends'>,
): ChartMark[] {
  const isAbout = ({ labels }: DeploymentEvent) =>
    trends.some(({ series }) => {
      return (
        Object.keys(series.labels).every((name) => !OF_A_THING.has(name)) ||
        labels.some((each) => Object.entries(each).every(([name, value]) => series.labels[name] === value))
      )
    })
  return events
    .filter((event) => event.at >= from && event.at < to && isAbout(event))
    .map(({ at, title }) => ({ at, kind: 'deployment' as const, label: shortLabel(title) }))
}

/** What was unusual in a trend. */
export const unusualMarks = ({ trends }: Trends): ChartMark[] =>
  trends.flatMap(({ unusual }) =>
    unusual.map(({ at, observed, usual }) => ({
      at: timestamp(new Date(at)),
      kind: 'unusual' as const,
      label: observed > usual ? 'unusually high' : 'unusually low',
    })),
  )

/** The trends of one metric as a chart. */
export const chartOf = (
  { metric, from, to, trends }: Trends,
  host: string,
  timezone: string,
  marks: readonly ChartMark[],
): Chart => ({
  title: `${metric.title}, ${host}`,
  unit: metric.unit,
  from,
  to,
  series: trends.map(({ series, trend }) => ({ name: describeLabels(series.labels), trend })),
  marks,
  timezone,
})

/** The metric whose history shows how a key figure of the scoreboard went. */
export const METRIC_OF_KPI: Readonly<Record<string, string>> = {
  'cpu-busy': 'perfbot_cpu_busy_ratio',
  'memory-used': 'perfbot_memory_used_bytes',
  'gpu-utilisation': 'perfbot_gpu_utilization_ratio',
  'database-round-trip': 'perfbot_postgres_round_trip_seconds',
  'database-connections': 'perfbot_postgres_connections_used',
}

/** One or two points are no line yet. */
export const isWorthDrawing = ({ trends }: Trends): boolean =>
  trends.some(({ trend }) => trend.points.length > 2)

/** What a report has pictures of, where there is a history of it: what people look at first. */
export const CHARTED = [
  'perfbot_cpu_busy_ratio',
  'perfbot_memory_used_bytes',
  'perfbot_pressure_some_ratio',
  'node_filesystem_avail_bytes',
  'perfbot_container_cpu_cores',
  'container_memory_working_set_bytes',
  'perfbot_gpu_utilization_ratio',
  'perfbot_gpu_memory_used_bytes',
  'perfbot_postgres_connections_used',
  'perfbot_postgres_round_trip_seconds',
] as const
