import type { ServiceReading } from '../service-reading.ts'
import { flag, gauge, instant, type Labels, type MetricOf, type Point } from './metric.ts'

/** Not the address: a service that moves goes on as the one of its name. */
export const serviceLabels = ({ name }: ServiceReading): Labels => ({ service: name })

/** The phases that blackbox_exporter calls so. */
function phasesOf({ connection }: ServiceReading): Point[] {
  if (!connection) return []
  return [
    [{ phase: 'resolve' }, connection.lookup],
    [{ phase: 'connect' }, connection.connect],
    [{ phase: 'tls' }, connection.tlsHandshake],
    [{ phase: 'processing' }, connection.firstByte],
  ]
}

/** Of ten minutes; the 99th of an hour where ten minutes are too few. */
function quantilesOf({ recent: { responseTimes: times }, tail }: ServiceReading): Point[] {
  return [
    [{ quantile: '0.5' }, times?.p50],
    [{ quantile: '0.9' }, times?.p90],
    [{ quantile: '0.95' }, times?.p95],
    [{ quantile: '0.99' }, times?.p99 ?? tail?.p99],
  ]
}

/** blackbox_exporter's names where the quantity is the same. Its probe_duration_seconds counts connecting too. */
export const serviceMetrics: readonly MetricOf<ServiceReading>[] = [
  gauge('probe_success', {
    title: 'Service up',
    unit: 'count',
    help: 'Whether the latest probe was answered as expected (1).',
    history: true,
    read: ({ latest }) => flag(latest.succeeded),
  }),
  gauge('probe_http_status_code', {
    title: 'Service status',
    unit: 'count',
    help: 'Status of the latest answer; absent when none came.',
    read: ({ latest }) => latest.status,
  }),
  gauge('probe_ssl_earliest_cert_expiry', {
    title: 'Service certificate end',
    unit: 'seconds',
    help: 'Until when the certificate holds, in seconds since 1970.',
    read: ({ certificate }) => instant(certificate?.validUntil ?? null),
  }),
  gauge('probe_http_duration_seconds', {
    title: 'Service connection phases',
    unit: 'seconds',
    help: 'Phases of the newest fresh connection.',
    read: phasesOf,
  }),
  gauge('perfbot_service_response_seconds', {
    title: 'Service response',
    unit: 'seconds',
    help: 'Time of the latest successful answer on a ready connection, from the request to its end.',
    history: true,
    read: ({ latest }) => (latest.succeeded ? latest.responseTime : null),
  }),
  gauge('perfbot_service_response_quantile_seconds', {
    title: 'Service response percentiles',
    unit: 'seconds',
    help: 'Nearest-rank percentiles of the successful probes of the last ten minutes.',
    history: true,
    read: quantilesOf,
  }),
  gauge('perfbot_service_success_ratio', {
    title: 'Service success',
    unit: 'ratio',
    help: 'Share of the probes of the last ten minutes that succeeded.',
    history: true,
    read: ({ recent }) => recent.successRatio,
  }),
]
