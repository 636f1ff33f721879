import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keywordOf, type Sample } from '../../../src/model/samples/metric.ts'
import { historyOf, METRICS, samplesOf } from '../../../src/model/samples/samples.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { bytes, ratio, seconds } from '../../../src/model/units.ts'
import { fullSnapshot } from '../../support/samples.ts'
import { makeContainer, makeGpu, makeMachine, makeSnapshot } from '../../support/snapshot.ts'

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

const seriesOf = ({ metric, labels }: Sample): string =>
  JSON.stringify([metric, ...Object.entries(labels).sort()])

describe('the catalogue of metrics', () => {
  it('has a valid name once, a help and a title for each', () => {
    const names = METRICS.map(({ name }) => name)
    expect(names.filter((name) => !METRIC_NAME.test(name))).toEqual([])
    expect(names.length).toBe(new Set(names).size)
    // A quote in a help text has to be escaped in one format and must not be in the other.
    expect(METRICS.filter(({ help }) => !/^[A-Z][^"\\\n]+\.$/.test(help))).toEqual([])
  })

  it('has a word to type for each metric that is kept, and none for two', () => {
    const keywords = METRICS.map(keywordOf)
    expect(keywords.filter((keyword) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(keyword))).toEqual([])
    expect(keywords.filter((keyword, index) => keywords.indexOf(keyword) !== index)).toEqual([])
  })

  it('names counters and gauges of its own as Prometheus does', () => {
    const own = METRICS.filter(({ name }) => name.startsWith('perfbot_'))
    expect(own.filter(({ name, type }) => name.endsWith('_total') !== (type === 'counter'))).toEqual([])
    const suffixes = { bytes: /_bytes(_total)?$/, seconds: /_seconds(_total)?$/, ratio: /_ratio$/ } as const
    expect(own.filter(({ name, unit }) => suffixes[unit as 'bytes']?.test(name) === false)).toEqual([])
  })
})

describe('the samples of a snapshot', () => {
  it('are of declared metrics, with the host among their labels', () => {
    const declared = new Set(METRICS.map(({ name }) => name))
    const samples = samplesOf(fullSnapshot())
    expect(samples.filter(({ metric }) => !declared.has(metric))).toEqual([])
    expect(samples.filter(({ labels }) => labels.host !== 'web-1')).toEqual([])
    expect(
      samples.flatMap(({ labels }) => Object.keys(labels)).filter((name) => !LABEL_NAME.test(name)),
    ).toEqual([])
  })

  it('are none of what was not read', () => {
    const snapshot = makeSnapshot({ gpus: [makeGpu({ utilisation: null })] })
    expect(samplesOf(snapshot).filter(({ metric }) => metric === 'perfbot_gpu_utilization_ratio')).toEqual([])
  })

  it('have the labels of a metric always in the same order, so that a series is known again', () => {
    const orders = Map.groupBy(samplesOf(fullSnapshot()), ({ metric }) => metric)
    for (const samples of orders.values()) {
      expect(new Set(samples.map(({ labels }) => Object.keys(labels).join())).size).toBe(1)
    }
  })

  it('are never two of the same series, whatever the machine calls its things', () => {
    fc.assert(
      fc.property(wildSnapshot, (snapshot) => {
        for (const samples of [samplesOf(snapshot), historyOf(snapshot)]) {
          const series = samples.map(seriesOf)
          expect(series.length).toBe(new Set(series).size)
          expect(samples.every(({ value }) => Number.isFinite(value))).toBe(true)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('what is kept as history', () => {
  const kept = METRICS.filter(({ history }) => history)

  it('goes on when a container is made anew from another image', () => {
    const series = (image: string, id: string) =>
      historyOf(makeSnapshot({ containers: [makeContainer({ image, id })] })).map(seriesOf)
    expect(series('api:2', '2'.repeat(64))).toEqual(series('api:1', '1'.repeat(64)))
  })

  it('leaves out the host, which the history knows by itself', () => {
    expect(historyOf(fullSnapshot()).filter(({ labels }) => 'host' in labels)).toEqual([])
  })

  it('is bounded: no series of a process, and few of each container', () => {
    expect(kept.filter(({ name }) => name.includes('process_'))).toEqual([])
    const one = historyOf(makeSnapshot({ machine: null, containers: [makeContainer()] }))
    expect(one.filter(({ labels }) => labels.name === 'api').length).toBeLessThanOrEqual(15)
  })
})

const name = fc.oneof(fc.constantFrom('api', 'db', ''), fc.string({ unit: 'binary' }))
const value = fc.oneof(fc.constantFrom(0, -1, 1e300, NaN, Infinity), fc.double())

const wildSnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    containers: fc.array(fc.record({ engine: fc.constantFrom('local', 'other'), name, image: name })),
    mounts: fc.array(fc.record({ mountPoint: name, device: name, type: name, size: value })),
    gpus: fc.array(fc.record({ uuid: name, utilisation: value })),
    collectors: fc.array(name),
  })
  .map(({ containers, mounts, gpus, collectors }) =>
    makeSnapshot({
      containers: containers.map((changes) => makeContainer(changes)),
      machine: makeMachine({
        filesystems: mounts.map(({ size, ...mount }) => ({
          ...(makeMachine().filesystems[0] as NonNullable<
            ReturnType<typeof makeMachine>
          >['filesystems'][number]),
          ...mount,
          sizeBytes: bytes(size),
        })),
      }),
      gpus: gpus.map(({ uuid, utilisation }) => makeGpu({ uuid, utilisation: ratio(utilisation) })),
      collectors: collectors.map((collector) => ({
        collector,
        durationSeconds: seconds(1),
        succeeded: true,
      })),
    }),
  )
