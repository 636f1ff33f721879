import type { RedisReading } from '../redis-reading.ts'
import type { Labels, MetricOf } from './metric.ts'

export const redisLabels = ({ name }: RedisReading): Labels => ({ server: name })
export const redisMetrics: readonly MetricOf<RedisReading>[] = []
