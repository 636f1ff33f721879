import { formatMinute, formatValue } from '../model/format.ts'
import type { Trend, TrendPoint } from '../model/series.ts'
import type { NumericUnit } from '../model/units.ts'
import { describeUnusual, type Unusual } from '../model/unusual.ts'
import type { Chart } from './chart/chart.ts'

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** A step in which nothing was read. */
const NOTHING = '·'

/**
 * The means of a trend as one line of bars between its least and greatest mean, a step each; steps without a sample
 * are dots. A flat line stays low, so that noise around nothing does not look like mountains.
 */
export function sparkline({ points, stepSeconds }: Trend): string {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return ''
  const means = points.map(({ mean }) => mean)
  const least = Math.min(...means)
  const span = Math.max(...means) - least
  const barOf = ({ mean }: TrendPoint): string =>
    BARS[
      span > 0 ? Math.min(BARS.length - 1, Math.floor(((mean - least) / span) * BARS.length)) : 0
    ] as string
  const byStart = new Map(points.map((point) => [point.at, barOf(point)]))
  const step = stepSeconds * 1000
  const steps = Math.round((last.at - first.at) / step) + 1
  return Array.from({ length: steps }, (_, index) => byStart.get(first.at + index * step) ?? NOTHING).join('')
}

/** "now 23.5 %, mean 12 %, least 1 %, most 98 %": the last step's mean is what is called now. */
export function describeTrend({ points }: Trend, unit: NumericUnit): string {
  const count = points.reduce((sum, point) => sum + point.count, 0)
  const mean = points.reduce((sum, point) => sum + point.mean * point.count, 0) / count
  const figures: [string, number][] = [
    ['now', points.at(-1)?.mean ?? Number.NaN],
    ['mean', mean],
    ['least', Math.min(...points.map(({ minimum }) => minimum))],
    ['most', Math.max(...points.map(({ maximum }) => maximum))],
  ]
  return figures.map(([name, value]) => `${name} ${formatValue(value, unit)}`).join(', ')
}

/** What a chart shows, for those who cannot see it. */
export function describeChart({ title, series, unit, marks }: Chart): string {
  const lines = series.map(
    ({ name, trend }) => `${name === '' ? '' : `${name}: `}${describeTrend(trend, unit)}`,
  )
  const events = marks.map(({ label, at }) => `${label} at ${formatMinute(at)}`)
  return `${title}. ${[...lines, ...events].join('. ')}.`
}

/** The labels that tell one series of a metric from another: "device sda, mode read". Empty for the only one. */
export const describeLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

const SENTENCES = 3

/** "unusual: 4.1 times the usual Tuesday 14:00 level since 13:52", the newest first. */
export const describeAllUnusual = (
  unusual: readonly Unusual[],
  unit: NumericUnit,
  timezone: string,
): string[] =>
  unusual
    .toReversed()
    .slice(0, SENTENCES)
    .map((each) => `unusual: ${describeUnusual(each, unit, timezone)}`)
