import {
  CHARTED,
  chartOf,
  deploymentMarks,
  fixMarks,
  isWorthDrawing,
  METRIC_OF_KPI,
  type Trends,
  unusualMarks,
} from './charting.ts'
import { deploymentEvents } from './deployments.ts'
import type { Trend } from './model/series.ts'
import { seconds, timestamp } from './model/units.ts'
import type { Chart } from './report/chart/chart.ts'
import type { Store } from './store/store.ts'
import { askTrend } from './trending.ts'

type DrawingPorts = {
  readonly store: Store
  readonly host: string
  readonly timezone: string
  readonly clock: () => Date
}

const DAY = seconds(86_400)

/** Bars of a key figure's last day in a digest: as many as a phone shows in one line. */
const SPARKS = 24

/** As far back in the audit as fixes are looked for that a chart should show. */
const AUDIT_LOOKED_AT = 500

/** The trends of one metric as a chart, with what happened meanwhile. */
export async function drawTrends(trends: Trends, ports: DrawingPorts): Promise<Chart> {
  const entries = await ports.store.audit(AUDIT_LOOKED_AT)
  const titles = new Map<string, string>()
  for (const { action, subject } of entries) {
    const plan = action === 'finished' ? await ports.store.plan(subject) : null
    if (plan) titles.set(subject, plan.title)
  }
  const marks = [
    ...fixMarks(entries, trends, (plan) => titles.get(plan) ?? null),
    ...deploymentMarks(await deploymentEvents(trends.from, ports), trends),
    ...unusualMarks(trends),
  ]
  return chartOf(trends, ports.host, ports.timezone, marks)
}

const lastDay = (metric: string, { store, host, clock }: DrawingPorts, points?: number) =>
  askTrend(
    { metric, rangeSeconds: DAY, ...(points === undefined ? {} : { points }) },
    { store, host, now: timestamp(clock()) },
  )

/** The last day of what people look at first, as far as there is a history of it. */
export async function drawReportCharts(ports: DrawingPorts): Promise<Chart[]> {
  const answers = await Promise.all(CHARTED.map((metric) => lastDay(metric, ports)))
  return Promise.all(
    answers.flatMap((answer) =>
      answer.kind === 'trends' && isWorthDrawing(answer) ? [drawTrends(answer, ports)] : [],
    ),
  )
}

/** The last day of the key figures that have one history, by the name of the figure. */
export async function keyTrends(ports: DrawingPorts): Promise<ReadonlyMap<string, Trend>> {
  const trends = new Map<string, Trend>()
  for (const [kpi, metric] of Object.entries(METRIC_OF_KPI)) {
    const answer = await lastDay(metric, ports, SPARKS)
    // The mean of several GPUs or databases is no series of its own.
    if (answer.kind === 'trends' && answer.trends.length === 1 && answer.trends[0]) {
      trends.set(kpi, answer.trends[0].trend)
    }
  }
  return trends
}
