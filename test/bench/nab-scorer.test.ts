import { describe, expect, it } from 'vitest'
import { readCorpus } from './nab/corpus.ts'
import { PUBLISHED_WINDOWED_GAUSSIAN } from './nab/published.ts'
import { nullDetector, randomDetector, windowedGaussianDetector } from './nab/reference-detectors.ts'
import { atThreshold, best, normalise, probationRows, rowsOf, scaledSigmoid, sweep } from './nab/scorer.ts'

const COSTS = { tpWeight: 1, fnWeight: 1, fpWeight: 0.11 }
const timestamps = Array.from({ length: 100 }, (_, index) => `t${String(index).padStart(3, '0')}`)
const file = {
  name: 'a',
  timestamps,
  windows: [
    ['t030', 't039'],
    ['t060', 't069'],
  ] as const,
}
/** Anomaly scores that are 1 at these rows and 0 elsewhere. */
const at = (...rows: number[]) => timestamps.map((_, index) => (rows.includes(index) ? 1 : 0))
const scoreOf = (scores: number[]) => atThreshold(sweep(rowsOf(file, scores, COSTS), COSTS), 1)

describe('the scoring of NAB', () => {
  it('gives nothing for the null detector and 100 for each window at its first row', () => {
    const rows = rowsOf(
      file,
      timestamps.map(() => nullDetector()(0, 0)),
      COSTS,
    )
    expect(normalise(best(sweep(rows, COSTS)).score, 2, COSTS)).toBe(0)
    expect(normalise(scoreOf(at(30, 60)).score, 2, COSTS)).toBeCloseTo(100, 10)
  })

  it('counts the earliest detection of a window once, and each false alarm by where it lies', () => {
    // Row 35 of a window that ends at 39 lies at −(39 − 35 + 1)/10; row 42 three rows behind, of nine.
    const inside = scaledSigmoid(-0.5) / scaledSigmoid(-1)
    expect(scoreOf(at(35, 36, 38)).score).toBeCloseTo(inside - 1, 12)
    expect(scoreOf(at(35, 42)).score).toBeCloseTo(inside - 1 + 0.11 * scaledSigmoid(3 / 9), 12)
    // Before the first window, and in the probationary period.
    expect(scoreOf(at(20)).score).toBeCloseTo(-2.11, 12)
    expect(scoreOf(at(14)).score).toBe(-2)
    expect([probationRows(100), probationRows(22_695)]).toEqual([15, 750])
  })

  it('knows the sigmoid that NAB documents', () => {
    expect([-1, -0.5, 0, 1, 3.1].map((position) => Number(scaledSigmoid(position).toFixed(5)))).toEqual([
      0.98661, 0.84828, 0, -0.98661, -1,
    ])
  })

  it('takes the best threshold, the highest of equals', () => {
    const rows = rowsOf(
      file,
      timestamps.map((_, index) => (index === 30 ? 0.9 : index === 60 ? 0.8 : index === 80 ? 0.7 : 0)),
      COSTS,
    )
    expect(best(sweep(rows, COSTS))).toMatchObject({ threshold: 0.8, truePositives: 2, falsePositives: 0 })
  })
})

it('the random detector draws what Python draws', () => {
  const random = randomDetector()
  expect([random(0, 0), random(0, 0), random(0, 0)]).toEqual([
    0.6394267984578837, 0.025010755222666936, 0.27502931836911926,
  ])
})

const folder = process.env.PERFBOT_TEST_NAB
it.skipIf(folder === undefined)('scores the windowed Gaussian detector as NAB published it', async () => {
  const corpus = await readCorpus(folder as string)
  let compared = 0
  for (const stream of corpus.files) {
    const published = PUBLISHED_WINDOWED_GAUSSIAN[stream.name]
    if (!published) continue
    const detect = windowedGaussianDetector()
    const scores = stream.values.map((value, index) => detect(value, stream.at[index] as number))
    const { score, ...counts } = atThreshold(sweep(rowsOf(stream, scores, COSTS), COSTS), 1)
    expect(score, stream.name).toBeCloseTo(published.score, 6)
    const { score: _, ...publishedCounts } = published
    expect(counts, stream.name).toMatchObject(publishedCounts)
    compared += 1
  }
  expect(compared).toBeGreaterThan(0)
})
