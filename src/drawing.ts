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
import { seconds, type Timestamp, timestamp } from './model/units.ts'
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

/** What a person did to the host since a time, for whatever chart it should be marked in. */
async function happenings(since: Timestamp, ports: DrawingPorts) {
  const entries = (await ports.store.audit(AUDIT_LOOKED_AT)).filter(
    ({ action, at }) => action === 'finished' && at >= since,
  )
  const titles = new Map<string, string>()
  for (const { subject } of entries) {
    const plan = await ports.store.plan(subject)
    if (plan?.host === ports.host) titles.set(subject, plan.title)
  }
  return { entries, titles, deployments: await deploymentEvents(since, ports) }
}

type Happenings = Awaited<ReturnType<typeof happenings>>

function chartWith({ entries, titles, deployments }: Happenings, trends: Trends, ports: DrawingPorts): Chart {
  const marks = [
    ...fixMarks(entries, trends, (plan) => titles.get(plan) ?? null),
    ...deploymentMarks(deployments, trends),
    ...unusualMarks(trends),
  ]
  return chartOf(trends, ports.host, ports.timezone, marks)
}

/** The trends of one metric as a chart, with what happened meanwhile. */
export const drawTrends = async (trends: Trends, ports: DrawingPorts): Promise<Chart> =>
  chartWith(await happenings(trends.from, ports), trends, ports)

const lastDay = (metric: string, { store, host, clock }: DrawingPorts, points?: number) =>
  askTrend(
    { metric, rangeSeconds: DAY, ...(points === undefined ? {} : { points }) },
    { store, host, now: timestamp(clock()) },
  )

/** The last day of what people look at first, as far as there is a history of it. */
export async function drawReportCharts(ports: DrawingPorts): Promise<Chart[]> {
  const answers = await Promise.all(CHARTED.map((metric) => lastDay(metric, ports)))
  const drawn = answers.filter((answer) => answer.kind === 'trends').filter(isWorthDrawing)
  const [earliest] = drawn.map(({ from }) => from).toSorted()
  if (!earliest) return []
  const happened = await happenings(earliest, ports)
  return drawn.map((trends) => chartWith(happened, trends, ports))
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
