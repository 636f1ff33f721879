import { z } from 'zod'
import { describeEvidence } from '../../../model/evidence.ts'
import { counted, formatBytes, formatValue } from '../../../model/format.ts'
import { oneLine, shortened } from '../../../model/plain-text.ts'
import { redact } from '../../../model/redact.ts'
import type { Metric } from '../../../model/samples/metric.ts'
import type { TrendPoint } from '../../../model/series.ts'
import { describeTarget } from '../../../model/target.ts'
import { seconds } from '../../../model/units.ts'
import { readQuestion } from '../question.ts'
import { evidenceOf, metricsFor, placeOf, samplesFor } from '../readings.ts'
import type { PastSeries } from '../sources.ts'
import { nothing, type Tool, tool } from './tool.ts'

const about = z
  .string()
  .max(200)
  .describe('What, in plain words, with the name of the thing: "memory of container api", "GPU temperature"')

const SAMPLES = 12
const METRICS_SHOWN = 3

export const latestReadings: Tool = tool({
  name: 'latest_readings',
  description: 'The newest readings of what is named.',
  parameters: z.object({ about }),
  look({ about: words }, { sources: { snapshot } }) {
    const question = readQuestion(words, snapshot)
    const found = metricsFor(question)
      .slice(0, METRICS_SHOWN)
      .flatMap((metric) =>
        samplesFor(metric, question, snapshot)
          .slice(0, SAMPLES)
          .map((sample) => evidenceOf(metric, sample, snapshot.takenAt)),
      )
    if (found.length === 0) return nothing(`Nothing is read that is called "${words}".`)
    return { said: found.map((each) => `${describeEvidence(each)}.`), evidence: found }
  },
})

const AGGREGATES = {
  mean: (points) => {
    const count = points.reduce((sum, point) => sum + point.count, 0)
    return points.reduce((sum, point) => sum + point.mean * point.count, 0) / count
  },
  minimum: (points) => Math.min(...points.map(({ minimum }) => minimum)),
  maximum: (points) => Math.max(...points.map(({ maximum }) => maximum)),
  first: (points) => points[0]?.mean ?? Number.NaN,
  last: (points) => points.at(-1)?.mean ?? Number.NaN,
} satisfies Record<string, (points: readonly TrendPoint[]) => number>
const AGGREGATE_NAMES = Object.keys(AGGREGATES) as [keyof typeof AGGREGATES, ...(keyof typeof AGGREGATES)[]]

const SERIES = 6
const LONGEST_PAST_HOURS = 24 * 35

export const series: Tool = tool({
  name: 'series',
  description: 'What a reading did over the last hours, put together to one figure for each series.',
  parameters: z.object({
    about,
    hours: z.number().positive().max(LONGEST_PAST_HOURS),
    aggregate: z.enum(AGGREGATE_NAMES).default('mean'),
  }),
  async look({ about: words, hours, aggregate }, { sources: { snapshot, history } }) {
    const question = readQuestion(words, snapshot)
    const [metric] = metricsFor(question).filter((each) => each.history)
    if (!metric) return nothing(`No history is kept of what is called "${words}".`)
    const all = await history(metric.name, seconds(hours * 3600))
    const own = all.filter(({ labels }) =>
      Object.values(labels).some((value) => question.subjects.includes(value)),
    )
    const known = (own.length > 0 ? own : all).filter(({ trend }) => trend.points.length > 0)
    if (known.length === 0) return nothing(`${metric.title} has no history for that time.`)
    const found = known.slice(0, SERIES).map((each) => {
      const value = AGGREGATES[aggregate](each.trend.points)
      return {
        label: labelOf(metric, each, aggregate, hours),
        source: `${metric.name} (history)`,
        at: snapshot.takenAt,
        value,
        unit: metric.unit,
      }
    })
    return { said: found.map((each) => `${describeEvidence(each)}.`), evidence: found }
  },
})

const labelOf = (metric: Metric, each: PastSeries, aggregate: string, hours: number): string =>
  `${aggregate} of ${[metric.title, placeOf(each)].filter(Boolean).join(', ')} over ${counted(hours, 'hour')}`

const FINDINGS = 6

export const findings: Tool = tool({
  name: 'findings',
  description: 'What the rules found wrong, with cause and evidence; of one thing, or the worst of all.',
  parameters: z.object({ name: z.string().max(120).optional().describe('of a container, database …') }),
  look({ name }, { sources: { report } }) {
    const own = report.findings.filter(({ target }) => name === undefined || target.name === name)
    if (own.length === 0) return nothing(`The rules found nothing wrong${name ? ` with ${name}` : ''}.`)
    const incidents = report.incidents.filter(({ root }) => own.some(({ id }) => id === root))
    return {
      said: [
        ...own
          .slice(0, FINDINGS)
          .flatMap(({ severity, title, target, rootCause, impact, fixes }) => [
            `${severity}, ${describeTarget(target)}: ${title}. Cause: ${rootCause} Impact: ${impact}`,
            ...(fixes[0] ? [`Fix: ${fixes[0].title}.`] : []),
          ]),
        ...incidents.map(
          ({ title, symptoms }) =>
            `Incident: ${title}; ${counted(symptoms.length, 'finding')} only follow from it.`,
        ),
        ...(own.length > FINDINGS ? [`And ${own.length - FINDINGS} more.`] : []),
      ],
      quoted: own.slice(0, FINDINGS).flatMap(({ symptoms }) => symptoms.slice(0, 2)),
      evidence: own.slice(0, FINDINGS).flatMap(({ evidence }) => evidence.slice(0, 4)),
    }
  },
})

const LINES = 15
const LINE_CHARACTERS = 240

export const searchLogs: Tool = tool({
  name: 'search_logs',
  description: 'Lines of the logs that were read, redacted, which hold a text.',
  parameters: z.object({
    text: z.string().max(100).describe('part of a line; empty: the last lines'),
    container: z.string().max(120).optional(),
  }),
  look({ text, container }, { sources: { snapshot } }) {
    const tails = snapshot.logs.filter((tail) => container === undefined || tail.containerName === container)
    if (tails.length === 0)
      return nothing('No log was read there: logs are read of containers that are not well.')
    const found = tails.flatMap(({ containerName, lines }) =>
      lines
        .filter((line) => line.toLowerCase().includes(text.toLowerCase()))
        .slice(-LINES)
        .map((line) => ({
          label: `log of ${containerName}`,
          source: `docker logs ${containerName}`,
          at: snapshot.takenAt,
          value: shortened(oneLine(redact(line)), LINE_CHARACTERS),
          unit: 'text' as const,
        })),
    )
    return {
      said: [
        `${counted(found.length, 'line')} of ${tails.map((tail) => tail.containerName).join(', ')} hold that.`,
      ],
      quoted: found.slice(-LINES).map(({ label, value }) => `${label}: ${value}`),
      evidence: found.slice(-3),
    }
  },
})

export const containerDetail: Tool = tool({
  name: 'container_detail',
  description:
    'How one container is set up and stands: state, image, limits, health, restarts, dependencies.',
  parameters: z.object({ name: z.string().max(120) }),
  look({ name }, { sources: { snapshot } }) {
    const container = snapshot.containers.find((each) => each.name === name || each.compose?.service === name)
    if (!container) {
      return nothing(
        `There is no container ${name}; there are ${snapshot.containers.map((each) => each.name).join(', ')}.`,
      )
    }
    const { limits, usage, compose, health } = container
    const at = snapshot.takenAt
    const inspect = (label: string, source: string) => ({
      label: `${label} of ${container.name}`,
      source,
      at,
    })
    const evidence = [
      {
        ...inspect('state', 'docker inspect State'),
        value: container.state as string,
        unit: 'text' as const,
      },
      {
        ...inspect('restarts', 'docker inspect RestartCount'),
        value: container.restartCount,
        unit: 'count' as const,
      },
      ...(limits.memoryBytes === null
        ? []
        : [
            {
              ...inspect('memory limit', 'docker inspect HostConfig.Memory'),
              value: limits.memoryBytes as number,
              unit: 'bytes' as const,
            },
          ]),
      ...(usage
        ? [
            {
              ...inspect('memory in use', usage.source),
              value: usage.memoryWorkingSetBytes as number,
              unit: 'bytes' as const,
            },
            {
              ...inspect('CPU in use', usage.source),
              value: usage.cpuCores as number,
              unit: 'cores' as const,
            },
          ]
        : []),
    ]
    return {
      said: [
        `Container ${container.name} runs image ${container.image} and is ${container.state}${container.exitCode === null ? '' : `, exit code ${container.exitCode}`}${container.oomKilled ? ', killed for want of memory' : ''}.`,
        ...evidence.map((each) => `${each.label} ${formatValue(each.value, each.unit)}.`),
        limits.memoryBytes === null
          ? 'It has no memory limit.'
          : `Its memory limit is ${formatBytes(limits.memoryBytes)}.`,
        health ? `Its healthcheck says ${health.status}.` : 'It has no healthcheck.',
        `Restart policy: ${container.restartPolicy.name}.`,
        ...(compose
          ? [
              `It is the service ${compose.service} of the compose project ${compose.project}${compose.dependsOn.length > 0 ? `, after ${compose.dependsOn.map(({ service }) => service).join(', ')}` : ''}.`,
            ]
          : []),
      ],
      quoted: health?.lastOutput
        ? [`healthcheck: ${shortened(oneLine(health.lastOutput), LINE_CHARACTERS)}`]
        : [],
      evidence,
    }
  },
})
