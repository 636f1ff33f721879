import type { Evidence } from '../../model/evidence.ts'
import { formatValue } from '../../model/format.ts'
import type { AskedKind, Question } from '../../model/question.ts'
import type { Metric, Sample } from '../../model/samples/metric.ts'
import { METRICS, samplesOf } from '../../model/samples/samples.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Topic } from './sources.ts'

/** To which kind of thing a metric belongs, by the label that names the thing. */
function kindOf({ name, title }: Metric): AskedKind {
  if (/gpu|DCGM/i.test(name)) return 'gpu'
  if (/container/.test(name)) return 'container'
  if (/^pg_|postgres/.test(name)) return 'database'
  if (/ollama/.test(name)) return 'model'
  if (/redis/.test(name)) return 'cache'
  if (/service|probe/.test(name)) return 'service'
  return /collect|scrape/i.test(`${name} ${title}`) ? 'service' : 'host'
}

const tokensOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token.length > 1 && !SILENT.has(token))

const SILENT = new Set(
  'the of a an and is in on by since that what or to for as it was its now at which with how whether'.split(
    ' ',
  ),
)

/** Words of a title that a question need not say. */
const IMPLIED = new Set('container database gpu model cpu used by over'.split(' '))

/** How well a metric fits a question; 0 is not at all. */
function fitOf(metric: Metric, { words, kinds }: Question): number {
  const kind = kindOf(metric)
  if (kinds.size > 0 && !kinds.has(kind)) return 0
  if (
    kinds.size === 0 &&
    kind !== 'host' &&
    ![...words].some((word) => tokensOf(metric.title).includes(word) && !IMPLIED.has(word))
  )
    return 0
  const title = tokensOf(metric.title)
  const said = title.filter((token) => words.has(token) || words.has(`${token}s`))
  const telling = said.filter((token) => !['container', 'database', 'gpu', 'model'].includes(token))
  const help = tokensOf(metric.help).filter(
    (token) => words.has(token) && !title.includes(token) && !IMPLIED.has(token),
  )
  if (telling.length === 0) return help.length > 1 ? help.length * 0.5 : 0
  const unsaid = title.filter((token) => !said.includes(token) && !IMPLIED.has(token))
  return telling.length * 3 + said.length + Math.min(help.length, 2) * 0.5 - unsaid.length * 1.2
}

/** The metrics that a question asks for, the best first. */
export function metricsFor(question: Question): Metric[] {
  const fits = METRICS.map((metric) => ({ metric, fit: fitOf(metric, question) })).filter(
    ({ fit }) => fit > 0,
  )
  const sorted = fits.toSorted((left, right) => right.fit - left.fit)
  const best = sorted[0]?.fit ?? 0
  return sorted.filter(({ fit }) => fit >= best * 0.7).map(({ metric }) => metric)
}

/** "container api", "GPU 1", "/": what tells one sample of a metric from another. */
export function placeOf({ labels }: Pick<Sample, 'labels'>): string {
  const {
    host: _host,
    engine: _engine,
    image: _image,
    id: _id,
    uuid: _uuid,
    UUID: _other,
    pci_bus_id: _pci,
    url: _url,
    ...rest
  } = labels
  return Object.entries(rest)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => (name === 'gpu' ? `GPU ${value}` : value))
    .join(' ')
}

export const evidenceOf = (metric: Metric, sample: Sample, at: Snapshot['takenAt']): Evidence => {
  const place = placeOf(sample)
  return {
    label: place === '' ? metric.title : `${metric.title}, ${place}`,
    source: metric.name,
    at,
    value: sample.value,
    unit: metric.unit,
  }
}

export const samplesFor = (metric: Metric, { subjects }: Question, snapshot: Snapshot): Sample[] => {
  const all = samplesOf(snapshot).filter((sample) => sample.metric === metric.name)
  const own = all.filter(({ labels }) => Object.values(labels).some((value) => subjects.includes(value)))
  return own.length > 0 ? own : all
}

const SHOWN = 8

/** "api: 512 MiB": a flag is said in words. */
function said(metric: Metric, sample: Sample): string {
  const value =
    metric.unit === 'count' && /whether/i.test(metric.help)
      ? sample.value === 1
        ? 'yes'
        : 'no'
      : /since 1970/.test(metric.help)
        ? new Date(sample.value * 1000).toISOString().slice(0, 16).replace('T', ' ')
        : formatValue(sample.value, metric.unit)
  const place = placeOf(sample)
  return place === '' ? value : `${place} ${value}`
}

/** Readings by name: what there is of the metrics that the question has the words of. */
export const readings: Topic = (question, { snapshot }) => {
  // "How much" asks for no yes or no.
  const isAmount = /\bhow (?:much|many|big|large|full|high|fast|slow)\b/.test(question.text)
  const metrics = metricsFor(question)
    .filter(({ help }) => !isAmount || !/^whether/i.test(help))
    .slice(0, 4)
  const known = metrics.flatMap((metric) => {
    const samples = samplesFor(metric, question, snapshot).toSorted((left, right) => right.value - left.value)
    return samples.length > 0 ? [{ metric, samples }] : []
  })
  if (known.length === 0) return null
  return {
    kind: 'answered',
    sentences: known.map(({ metric, samples }) => {
      const more = samples.length > SHOWN ? `, and ${samples.length - SHOWN} more` : ''
      return `${metric.title}: ${samples
        .slice(0, SHOWN)
        .map((sample) => said(metric, sample))
        .join(', ')}${more}.`
    }),
    evidence: known.flatMap(({ metric, samples }) =>
      samples.slice(0, SHOWN).map((sample) => evidenceOf(metric, sample, snapshot.takenAt)),
    ),
  }
}

/** "Which container uses most memory?" */
export const ranking: Topic = (question, { snapshot }) => {
  const { words, text } = question
  const most = words.has('most') || words.has('more')
  const least = words.has('least')
  const isAsked = (most || least) && /\b(?:which|what|who|name|show|list|top|most|least)\b/.test(text)
  if (!isAsked) return null
  const [metric] = metricsFor({ ...question, subjects: [] }).filter(
    (each) => samplesFor(each, { ...question, subjects: [] }, snapshot).length > 0,
  )
  if (!metric) return null
  const samples = samplesFor(metric, { ...question, subjects: [] }, snapshot).toSorted((left, right) =>
    least && !most ? left.value - right.value : right.value - left.value,
  )
  const [first, ...others] = samples
  if (!first) return null
  const rest = others.slice(0, 4).map((sample) => said(metric, sample))
  return {
    kind: 'answered',
    sentences: [
      `${placeOf(first)} has the ${least && !most ? 'least' : 'most'}: ${metric.title} ${formatValue(first.value, metric.unit)}.`,
      ...(rest.length > 0 ? [`Then: ${rest.join(', ')}.`] : []),
    ],
    evidence: samples.slice(0, 5).map((sample) => evidenceOf(metric, sample, snapshot.takenAt)),
  }
}
