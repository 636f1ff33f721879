import type { ServiceReading } from '../service-reading.ts'
import type { Labels, MetricOf } from './metric.ts'

export const serviceLabels = ({ name, url }: ServiceReading): Labels => ({ service: name, url })
export const serviceMetrics: readonly MetricOf<ServiceReading>[] = []
