import { readComparisons } from './comparing.ts'
import { isJudged, regressionsAmong } from './diagnose/regressions.ts'
import { shownAs } from './model/rates.ts'
import type { NumberChange } from './model/report.ts'
import type { Metric } from './model/samples/metric.ts'
import { METRICS } from './model/samples/samples.ts'
import type { Series } from './model/series.ts'
import { type Seconds, seconds, type Timestamp } from './model/units.ts'
import { describeLabels } from './report/trend-lines.ts'
import type { EventStore } from './store/events.ts'
import type { HistoryStore } from './store/history.ts'

const DAY = seconds(86_400)
const WEEK = seconds(7 * DAY)

/** What is worse over a day or a week than it was, how much is better, and of how many numbers. */
export type Regressions = {
  readonly worse: readonly NumberChange[]
  readonly better: number
  readonly compared: number
}

type Ports = { readonly store: HistoryStore; readonly host: string; readonly now: Timestamp }

/** The last day against the one before and the same day of the week before; a week against the one before. */
export async function regressions(length: Seconds, { store, host, now }: Ports): Promise<Regressions> {
  const judged: { metric: Metric; series: Series }[] = (await store.series({ host })).flatMap((series) => {
    const metric = METRICS.find(({ name }) => name === series.metric)
    return metric && isJudged(metric) ? [{ metric: shownAs(metric), series }] : []
  })
  const all = []
  for (const each of judged) {
    const [comparison, weekBefore] = await readComparisons(
      { series: each.series.id, metric: each.metric },
      length,
      length === WEEK ? [WEEK] : [length, WEEK],
      { store, now },
    )
    if (comparison) all.push({ ...each, comparison, weekBefore: weekBefore ?? null })
  }
  const { worse, better } = regressionsAmong(all)
  return {
    worse: worse.map(({ metric, series, comparison: { before, after, delta } }) => {
      const labels = describeLabels(series.labels)
      return {
        title: labels === '' ? metric.title : `${metric.title} (${labels})`,
        unit: metric.unit,
        before,
        after,
        delta,
      }
    }),
    better: better.length,
    compared: all.length,
  }
}

/** What a day came to, kept for the days that follow: once a day, when it is nearly over. */
export async function keepRegressions(ports: Ports & { readonly store: EventStore }): Promise<void> {
  const { worse, compared } = await regressions(DAY, ports)
  if (compared === 0) return
  await ports.store.saveEvents([
    {
      kind: 'regressions',
      host: ports.host,
      at: ports.now,
      subject: 'regressions',
      title:
        worse.length === 0
          ? `None of ${compared} numbers is worse than the day before`
          : `${worse.length} of ${compared} numbers are worse than the day before: ${worse.map(({ title }) => title).join(', ')}`,
      worse: [...worse],
      compared,
    },
  ])
}
