import type { Evidence } from '../../model/evidence.ts'
import { shownAs } from '../../model/rates.ts'
import { keywordOf, type Metric } from '../../model/samples/metric.ts'
import { METRICS } from '../../model/samples/samples.ts'
import { timestamp } from '../../model/units.ts'
import { describeUnusual, type SeriesUnusual } from '../../model/unusual.ts'
import { manual } from '../fixes.ts'
import { rule } from '../rule.ts'
import { machine } from '../subjects.ts'

/** From 0 to 1: noise alone gets there for a series about once a month, where its tail is heavy. */
const TELLING = 0.5
const NAMED = 5

type Told = SeriesUnusual & { readonly metric: Metric; readonly name: string }

/** The most unusual moment of each series, the most unusual first. */
function told(unusual: readonly SeriesUnusual[]): Told[] {
  const telling = unusual
    .filter(({ unusual: { score } }) => score >= TELLING)
    .toSorted((left, right) => right.unusual.score - left.unusual.score)
  return [...Map.groupBy(telling, ({ series }) => series.id)].flatMap(([, [most]]) => {
    const known = METRICS.find(({ name }) => name === most?.series.metric)
    if (!most || !known) return []
    const metric = shownAs(known)
    const labels = Object.values(most.series.labels).join(' ')
    return [{ ...most, metric, name: labels === '' ? metric.title : `${metric.title} of ${labels}` }]
  })
}

export const unusual = rule({
  id: 'unusual',
  about: 'host',
  looksAt: 'numbers of the last hour against what is usual for them',
  subjects: machine,
  check(_machine, { history }) {
    const all = told(history.unusual)
    const [first] = all
    if (!first) return 'passed'
    const sentence = (each: Told) => `${each.name}: ${describeUnusual(each.unusual, each.metric.unit, 'UTC')}`
    return {
      severity: 'low',
      title: all.length === 1 ? sentence(first) : `${all.length} numbers are unusual, ${first.name} the most`,
      impact: 'None by itself: it is news, and may explain other findings.',
      rootCause: 'Something is other than the past of these numbers makes one expect.',
      symptoms: all.slice(0, NAMED).map(sentence),
      evidence: all.slice(0, NAMED).flatMap(({ unusual: what, metric, name, series }): Evidence[] => {
        const origin = { unit: metric.unit, source: series.metric, at: timestamp(new Date(what.at)) }
        return [
          { label: name, value: what.observed, ...origin },
          { label: `usual ${name}`, value: what.usual, ...origin },
        ]
      }),
      fixes: [manual('Look at what it did', `perfbot trend ${keywordOf(first.metric)} --range 7d`)],
    }
  },
})
