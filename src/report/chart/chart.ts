import type { EChartsCoreOption } from 'echarts/core'
import { formatValue } from '../../model/format.ts'
import type { Trend } from '../../model/series.ts'
import type { NumericUnit, Timestamp } from '../../model/units.ts'

/** Something that happened, to be seen beside the numbers. */
export type ChartMark = {
  readonly at: Timestamp
  readonly kind: 'unusual' | 'fix' | 'deployment'
  readonly label: string
}

/** One metric over time. A picture is made of it by `drawSvg` and `drawPng`. */
export type Chart = {
  readonly title: string
  readonly unit: NumericUnit
  readonly from: Timestamp
  readonly to: Timestamp
  /** In the order of the legend; more than eight cannot be told apart. */
  readonly series: readonly { readonly name: string; readonly trend: Trend }[]
  readonly marks: readonly ChartMark[]
  /** Of the labels on the axis: `Europe/Berlin`. */
  readonly timezone: string
}

/** Okabe and Ito's colours, which people with any kind of colour vision can tell apart, darkest first. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#000000']
const INK = '#1d1c1d'
const FAINT = '#d9d9dc'
const MARK_COLOURS: Record<ChartMark['kind'], string> = {
  unusual: '#d55e00',
  fix: '#009e73',
  deployment: '#7f7f7f',
}

type Place = readonly [at: number, value: number | null]

/** One value for each step; a step in which nothing was read breaks the line. */
function steps({ points, stepSeconds }: Trend, read: (point: Trend['points'][number]) => number): Place[] {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return []
  const step = stepSeconds * 1000
  const byStart = new Map(points.map((point) => [point.at, point]))
  return Array.from({ length: Math.round((last.at - first.at) / step) + 1 }, (_, index) => {
    const at = first.at + index * step
    const point = byStart.get(at)
    return [at, point ? read(point) : null]
  })
}

/** The lines of means; a single one lies in the band between the least and the most of each step. */
function layers({ series }: Chart) {
  const lines = series.map(({ name, trend }, index) => ({
    name,
    type: 'line',
    data: steps(trend, ({ mean }) => mean),
    showSymbol: trend.points.length === 1,
    connectNulls: false,
    lineStyle: { width: 3 },
    color: COLOURS[index % COLOURS.length],
    z: 3,
  }))
  const [only] = series
  if (series.length !== 1 || !only) return lines
  const edge = { type: 'line', symbol: 'none', lineStyle: { opacity: 0 }, stack: 'band', silent: true }
  return [
    // Stacked, since a chart has no other way to fill between two lines: the least, and what the most is above it.
    { ...edge, stackStrategy: 'all', data: steps(only.trend, ({ minimum }) => minimum) },
    {
      ...edge,
      stackStrategy: 'all',
      data: steps(only.trend, ({ minimum, maximum }) => maximum - minimum),
      areaStyle: { color: COLOURS[0], opacity: 0.18 },
    },
    ...lines,
  ]
}

function marksOf({ marks }: Chart) {
  if (marks.length === 0) return []
  return [
    {
      type: 'line',
      data: [],
      markLine: {
        symbol: 'none',
        data: marks.map(({ at, kind, label }) => ({
          xAxis: Date.parse(at),
          lineStyle: { color: MARK_COLOURS[kind], width: 2, type: 'dashed' },
          label: { formatter: label, color: MARK_COLOURS[kind], fontSize: 16, position: 'insideEndTop' },
        })),
      },
    },
  ]
}

const DAY_MS = 86_400_000

/** The hour within a day or two, the day beyond, in the zone of the people who look. */
function timeLabels({ from, to, timezone }: Chart): (at: number) => string {
  const span = Date.parse(to) - Date.parse(from)
  const clock = { hour: '2-digit', minute: '2-digit', hour12: false } as const
  const day = { day: 'numeric', month: 'short' } as const
  const parts = span <= 2 * DAY_MS ? clock : span <= 5 * DAY_MS ? { ...day, ...clock } : day
  const format = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: timezone })
  return (at) => format.format(at)
}

const KIB = 1024

/** Steps of whole powers of two for sizes: an axis of 953 MiB, 1.86 GiB … is nobody's. */
function sizeSteps(most: number): { interval: number; max: number } | Record<string, never> {
  if (!(most > 0)) return {}
  const unit = KIB ** Math.floor(Math.log(most) / Math.log(KIB))
  const interval = unit * 2 ** Math.ceil(Math.log2(most / unit / 5))
  return { interval, max: Math.ceil(most / interval) * interval }
}

function valueAxis({ series, unit }: Chart) {
  const most = Math.max(...series.flatMap(({ trend }) => trend.points.map(({ maximum }) => maximum)))
  return {
    type: 'value',
    min: (range: { min: number }) => Math.min(0, range.min),
    ...(unit === 'bytes' || unit === 'bytes_per_second' ? sizeSteps(most) : {}),
    axisLabel: { fontSize: 18, color: INK, formatter: (value: number) => formatValue(value, unit) },
    splitLine: { lineStyle: { color: FAINT } },
  }
}

/** What Apache ECharts draws. The background is part of it, so that it reads the same on a light and a dark screen. */
export function chartOption(chart: Chart): EChartsCoreOption {
  const named = chart.series.filter(({ name }) => name !== '').map(({ name }) => name)
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'DejaVu Sans', color: INK },
    title: { text: chart.title, left: 16, top: 10, textStyle: { fontSize: 24, color: INK } },
    legend: {
      show: named.length > 1,
      data: named,
      left: 16,
      top: 46,
      textStyle: { fontSize: 17, color: INK },
      type: 'plain',
      icon: 'roundRect',
      itemWidth: 22,
      itemGap: 24,
    },
    grid: { left: 16, right: 32, top: named.length > 1 ? 112 : 72, bottom: 20, outerBoundsMode: 'same' },
    xAxis: {
      type: 'time',
      min: Date.parse(chart.from),
      max: Date.parse(chart.to),
      splitNumber: 6,
      axisLabel: {
        fontSize: 18,
        margin: 14,
        color: INK,
        hideOverlap: true,
        formatter: timeLabels(chart),
      },
      axisLine: { lineStyle: { color: INK } },
    },
    yAxis: valueAxis(chart),
    series: [...layers(chart), ...marksOf(chart)],
  }
}
