import type { Finding } from '../model/finding.ts'
import { formatSeconds, formatValue } from '../model/format.ts'
import type { Target } from '../model/target.ts'
import type { NumericUnit } from '../model/units.ts'
import { pastsOf } from './pasts.ts'
import { type Context, measured } from './rule.ts'
import { ascending } from './statistics.ts'

type Baseline = {
  readonly metric: string
  readonly unit: NumericUnit
  readonly labels: (target: Target) => Readonly<Record<string, string>>
}

/** What a finding's number usually is: half of what people want to know of it. */
const BASELINES: Readonly<Record<string, Baseline>> = {
  'host-cpu-saturated': { metric: 'perfbot_cpu_busy_ratio', unit: 'ratio', labels: () => ({}) },
  'host-iowait': { metric: 'perfbot_cpu_mode_ratio', unit: 'ratio', labels: () => ({ mode: 'iowait' }) },
  'host-memory-low': { metric: 'node_memory_MemAvailable_bytes', unit: 'bytes', labels: () => ({}) },
  'gpu-idle': {
    metric: 'perfbot_gpu_utilization_ratio',
    unit: 'ratio',
    labels: ({ name }) => ({ gpu: name }),
  },
  'pg-connections': {
    metric: 'perfbot_postgres_connections_used',
    unit: 'count',
    labels: ({ name }) => ({ server: name }),
  },
  'service-slow': {
    metric: 'perfbot_service_response_quantile_seconds',
    unit: 'seconds',
    labels: ({ name }) => ({ service: name, quantile: '0.95' }),
  },
  'service-errors': {
    metric: 'perfbot_service_success_ratio',
    unit: 'ratio',
    labels: ({ name }) => ({ service: name }),
  },
}

export const USUAL_METRICS: readonly string[] = [
  ...new Set(Object.values(BASELINES).map(({ metric }) => metric)),
]

/** Less than half a day is no habit. */
const LEAST_POINTS = 12
const LEAST_SECONDS = 12 * 3600

/** The finding, with what is usual here for its number, where enough of the past is known. */
export function withUsual(finding: Finding, context: Context): Finding {
  const baseline = BASELINES[finding.rule]
  if (!baseline) return finding
  const past = pastsOf(context, { metric: baseline.metric, labels: baseline.labels(finding.target) })
    .map(({ points }) => points)
    .find((points) => points.length >= LEAST_POINTS && spanOf(points) >= LEAST_SECONDS)
  if (!past) return finding
  const means = past.map(({ mean }) => mean).toSorted(ascending)
  const at = (share: number) => means[Math.round(share * (means.length - 1))] as number
  const over = formatSeconds(spanOf(past))
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => formatValue(at(share), baseline.unit))
  return {
    ...finding,
    symptoms: [
      ...finding.symptoms,
      `Usual here: ${middle}; half of the last ${over} it was between ${low} and ${high}.`,
    ],
    evidence: [
      ...finding.evidence,
      measured(context)('usual here', at(0.5), baseline.unit, `median of ${baseline.metric} over ${over}`),
    ],
  }
}

const spanOf = (points: readonly { readonly at: number }[]): number =>
  ((points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)) / 1000
