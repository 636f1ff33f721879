import { formatSeconds, formatValue } from '../../model/format.ts'
import type { Question } from '../../model/question.ts'
import type { Metric } from '../../model/samples/metric.ts'
import { METRICS } from '../../model/samples/samples.ts'
import type { TrendPoint } from '../../model/series.ts'
import { metricsFor, placeOf } from './readings.ts'
import type { AnswerSources, Found, PastSeries, Topic } from './sources.ts'

const describe = (series: PastSeries, metric: Metric, points: readonly TrendPoint[]): string => {
  const count = points.reduce((sum, point) => sum + point.count, 0)
  const mean = points.reduce((sum, point) => sum + point.mean * point.count, 0) / count
  const place = placeOf(series)
  const figure = (value: number) => formatValue(value, metric.unit)
  const [least, most] = [
    Math.min(...points.map(({ minimum }) => minimum)),
    Math.max(...points.map(({ maximum }) => maximum)),
  ]
  return `${place === '' ? '' : `${place}: `}mean ${figure(mean)}, from ${figure(least)} to ${figure(most)}, at last ${figure(points.at(-1)?.mean ?? Number.NaN)}`
}

/** "How was the memory of api over the last week?" */
export const trendOf: Topic = async (question, { history, snapshot }) => {
  const { rangeSeconds, subjects } = question
  if (rangeSeconds === null) return null
  const [metric] = metricsFor(question).filter((each) => each.history)
  if (!metric) return null
  const all = await history(metric.name, rangeSeconds)
  const own = all.filter(({ labels }) => Object.values(labels).some((value) => subjects.includes(value)))
  const series = (own.length > 0 ? own : all).filter(({ trend }) => trend.points.length > 0)
  if (series.length === 0) {
    return {
      kind: 'unknown',
      sentences: [
        `I don't know: ${metric.title} has no history for that time. Each collection of the running bot adds to it.`,
      ],
      evidence: [],
    }
  }
  return {
    kind: 'answered',
    sentences: [
      `${metric.title} over the last ${formatSeconds(rangeSeconds)}:`,
      ...series.slice(0, 6).map((each) => `${describe(each, metric, each.trend.points)}.`),
    ],
    evidence: series.slice(0, 6).flatMap((each) => {
      const place = placeOf(each)
      const last = each.trend.points.at(-1)
      return last
        ? [
            {
              label: place === '' ? metric.title : `${metric.title}, ${place}`,
              source: metric.name,
              at: snapshot.takenAt,
              value: last.mean,
              unit: metric.unit,
            },
          ]
        : []
    }),
  }
}

/** Fewer points, or a shorter past than this share of the question, foretell nothing. */
const LEAST_POINTS = 6
const LEAST_SPAN = 6 * 3600

/** The straight line through the means (least squares): per second, and how much of the movement it explains. */
function lineThrough(points: readonly TrendPoint[]): { slope: number; explains: number } {
  const count = points.length
  const [meanAt, mean] = [
    points.reduce((sum, { at }) => sum + at, 0) / count,
    points.reduce((sum, point) => sum + point.mean, 0) / count,
  ]
  const across = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0)
  const both = points.reduce((sum, point) => sum + (point.at - meanAt) * (point.mean - mean), 0)
  const up = points.reduce((sum, point) => sum + (point.mean - mean) ** 2, 0)
  return { slope: (both / across) * 1000, explains: up === 0 ? 1 : both ** 2 / (across * up) }
}

const WEEK = 604_800

function horizonOf({ text }: Question): number {
  const match = /\b(?:(\d+) )?(day|week|month|year)s?\b/.exec(text)
  const size =
    { day: 86_400, week: WEEK, month: 30 * 86_400, year: 365 * 86_400 }[match?.[2] ?? 'week'] ?? WEEK
  return /\btomorrow|tonight\b/.test(text) ? 86_400 : size * Number(match?.[1] ?? 1)
}

/** "Will the disk last the week?": by the straight line of the last week, and how well that fits. */
export const forecast: Topic = async (question, sources) => {
  if (
    !/\b(?:will|when|last|lasts|run out|runs out|fill(?:s|ed)?|full|forecast|predict\w*|how long|enough)\b/.test(
      question.text,
    )
  )
    return null
  const { words, text } = question
  if (
    !/\b(?:will|run(?:s)? out|fill|forecast|predict\w*|how long (?:will|until|before|does)|when .* full|enough)\b/.test(
      text,
    )
  )
    return null
  if (words.has('disk')) return outlook('node_filesystem_avail_bytes', question, sources)
  if (words.has('memory') && !question.kinds.has('gpu') && !question.kinds.has('container'))
    return outlook('node_memory_MemAvailable_bytes', question, sources)
  return null
}

async function outlook(
  name: string,
  question: Question,
  { history, snapshot }: AnswerSources,
): Promise<Found> {
  const metric = METRICS.find((each) => each.name === name) as Metric
  const series = (await history(name, WEEK)).filter(({ trend }) => trend.points.length > 0)
  const own = series.filter(({ labels }) =>
    Object.values(labels).some((value) => question.subjects.includes(value)),
  )
  const horizon = horizonOf(question)
  const answers = (own.length > 0 ? own : series).map((each) => {
    const { points } = each.trend
    const place = placeOf(each) || metric.title
    const [first, last] = [points[0], points.at(-1)]
    const span = first && last ? (last.at - first.at) / 1000 : 0
    if (!last || points.length < LEAST_POINTS || span < LEAST_SPAN) {
      return {
        urgency: 0,
        known: false,
        value: last?.mean ?? null,
        place,
        said: `${place}: ${last ? `${formatValue(last.mean, metric.unit)} available` : 'not read'}, but only ${formatSeconds(span)} of history, too little to tell`,
      }
    }
    const { slope, explains } = lineThrough(points)
    const left = slope < 0 ? last.mean / -slope : Number.POSITIVE_INFINITY
    const pace = `${formatValue(last.mean, metric.unit)} available, ${slope < 0 ? 'falling' : 'rising'} by ${formatValue(Math.abs(slope) * 86_400, metric.unit)} a day over ${formatSeconds(span)}`
    const doubt = explains < 0.5 ? ' (it goes up and down, so the line says little)' : ''
    const verdict =
      left < horizon
        ? `at this pace it is used up in ${formatSeconds(left)}`
        : Number.isFinite(left)
          ? `at this pace it lasts ${formatSeconds(Math.min(left, 10 * 365 * 86_400))}${left > 10 * 365 * 86_400 ? ' and longer' : ''}`
          : 'at this pace it does not run out'
    return {
      urgency: left,
      known: true,
      value: last.mean,
      place,
      said: `${place}: ${pace}; ${verdict}${doubt}`,
    }
  })
  const known = answers.filter((answer) => answer.known)
  const short = known.filter(({ urgency }) => urgency < horizon)
  if (answers.length === 0 || known.length === 0) {
    const now = answers.map(({ said }) => `${said}.`)
    return {
      kind: 'unknown',
      sentences: [
        "I don't know: there is too little history for a forecast. The running bot keeps one; ask again in a day.",
        ...now,
      ],
      evidence: [],
    }
  }
  return {
    kind: 'answered',
    sentences: [
      ...(/\bwhen\b|\bhow long\b/.test(question.text)
        ? []
        : [
            short.length > 0
              ? `No: ${short.map(({ place }) => place).join(', ')} runs out within ${formatSeconds(horizon)} at the pace of the last week.`
              : `Yes, as far as the last week tells: none runs out within ${formatSeconds(horizon)}.`,
          ]),
      ...answers
        .toSorted((left, right) => left.urgency - right.urgency)
        .slice(0, 4)
        .map(({ said }) => `${said}.`),
    ],
    evidence: known.flatMap(({ place, value }) =>
      value === null
        ? []
        : [
            {
              label: `${metric.title}, ${place}`,
              source: name,
              at: snapshot.takenAt,
              value,
              unit: metric.unit,
            },
          ],
    ),
  }
}
