import type { SeriesKey, SeriesValue } from '../series.ts'
import type { NumericUnit } from '../units.ts'

/** A number at the time of its snapshot, under the name and the labels that Prometheus knows it by. */
export type Sample = SeriesValue

export type Labels = SeriesKey['labels']

/** What is known of a metric, whatever is measured. */
export type Metric = {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly unit: NumericUnit
  /** A few words for people, without the unit: "CPU busy". No two metrics share one. */
  readonly title: string
  /** One sentence for `# HELP`. */
  readonly help: string
  /** Whether its series are worth keeping by default: few for each thing that is measured, and gauges first. */
  readonly history: boolean
}

/** One of several numbers of the same metric, told apart by labels. Null is not known, and gives no sample. */
export type Point = readonly [labels: Labels, value: number | null | undefined]

/** A metric, and where in a reading its numbers stand: one, or several by label. */
export type MetricOf<Reading> = Metric & {
  readonly read: (reading: Reading) => number | null | undefined | readonly Point[]
}

type Declaration<Reading> = Omit<MetricOf<Reading>, 'name' | 'type' | 'history'> & {
  readonly history?: boolean
}

export const gauge = <Reading>(name: string, declared: Declaration<Reading>): MetricOf<Reading> => ({
  history: false,
  ...declared,
  name,
  type: 'gauge',
})

/** Only grows, until what it counts starts anew: `rate()` over it is what people look at. */
export const counter = <Reading>(name: string, declared: Declaration<Reading>): MetricOf<Reading> => ({
  history: false,
  ...declared,
  name,
  type: 'counter',
})

/** A condition as Prometheus has it: 1 is true. */
export const flag = (value: boolean | null): number | null => (value === null ? null : Number(value))

/** The instant as seconds since 1970. */
export const instant = (time: string | null): number | null =>
  time === null ? null : Date.parse(time) / 1000

/** The samples of one reading, each with the labels that name what was read. */
export function* samplesOfReading<Reading>(
  metrics: readonly MetricOf<Reading>[],
  reading: Reading,
  labels: Labels,
): Generator<Sample> {
  for (const { name: metric, read } of metrics) {
    const found = read(reading)
    if (typeof found === 'number') yield* known(metric, labels, found)
    else for (const [own, value] of found ?? []) yield* known(metric, { ...labels, ...own }, value)
  }
}

/** What is not a number was not read: a gap in the series, never a zero. */
function* known(metric: string, labels: Labels, value: number | null | undefined): Generator<Sample> {
  if (Number.isFinite(value)) yield { metric, labels, value: value as number }
}

/** What people type for a metric: "CPU busy" is `cpu-busy`. */
export const keywordOf = ({ title }: Pick<Metric, 'title'>): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
