import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDetector, type Detector, step } from '../../../src/diagnose/anomaly/detector.ts'
import { freeze, thaw } from '../../../src/diagnose/anomaly/state.ts'
import { describeUnusual } from '../../../src/model/unusual.ts'

const MINUTE = 60
const DAY = 86_400
/** A Monday. */
const BEGINNING = Date.parse('2026-03-02T00:00:00Z') / 1000

/** The same noise in every run. */
function noise(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648 - 0.5
  }
}

type Series = (at: number, random: () => number) => number

/** Feeds `days` of a series every five minutes; what was unusual beyond `least`. */
function watch(series: Series, days: number, { detector = createDetector(), from = 0, least = 0.3 } = {}) {
  const random = noise(from + 1)
  const unusual = []
  for (let at = BEGINNING + from * DAY; at < BEGINNING + (from + days) * DAY; at += 5 * MINUTE) {
    const judgement = step(detector, at, series(at, random))
    if (judgement.unusual && judgement.score > least) unusual.push(judgement.unusual)
  }
  return { detector, unusual }
}

const hourOf = (at: number): number => Math.floor((at % DAY) / 3600)
/** Busy in working hours, quiet at night. */
const office: Series = (at, random) => (hourOf(at) >= 8 && hourOf(at) < 18 ? 100 : 10) + 4 * random()
const flat: Series = (_at, random) => 50 + 4 * random()

/** After two weeks of `usually`, six hours of `then` from noon on; what is said of them. */
function surprise(usually: Series, then: Series, learntDays = 14) {
  const { detector } = watch(usually, learntDays)
  const noon = BEGINNING + learntDays * DAY + 12 * 3600
  const during = (at: number): boolean => at >= noon && at < noon + 6 * 3600
  const both: Series = (at, random) => (during(at) ? then : usually)(at, random)
  const { unusual } = watch(both, 1, { detector, from: learntDays })
  return { before: unusual.filter(({ at }) => at / 1000 < noon), unusual, noon }
}

describe('what is unusual', () => {
  it.each<[string, Series, Series]>([
    ['a spike', flat, () => 90],
    ['a drop', flat, () => 10],
    ['a level shift', flat, (at, random) => 56 + flat(at, random) - 50],
    ['more noise', flat, (_at, random) => 50 + 20 * random()],
    ['a day that is quiet at its busy hours', office, (_at, random) => 10 + 4 * random()],
    ['a night that is as busy as days are', (at, random) => office(at + DAY / 2, random), () => 100],
  ])('is %s, seen within the hour', (_name, usually, then) => {
    const { before, unusual, noon } = surprise(usually, then)
    expect(before).toEqual([])
    const first = unusual[0]?.at ?? Number.POSITIVE_INFINITY
    expect(first / 1000 - noon).toBeLessThanOrEqual(60 * MINUTE)
  })

  it('is told once, and again only when it gets worse', () => {
    const { unusual } = surprise(flat, () => 90)
    expect(unusual.length).toBeLessThanOrEqual(2)
  })

  it('is hardly ever anything in a month that only has noise', () => {
    expect(watch(flat, 28).unusual.length).toBeLessThanOrEqual(2)
    expect(watch(office, 28).unusual.length).toBeLessThanOrEqual(2)
  })

  it('is not a level that has become the usual one', () => {
    const { detector } = watch(flat, 7)
    const higher: Series = (at, random) => flat(at, random) + 40
    watch(higher, 3, { detector, from: 7 })
    expect(watch(higher, 14, { detector, from: 10 }).unusual).toEqual([])
  })

  it('explains itself by the hour where hours tell something', () => {
    const { unusual } = surprise(office, () => 410)
    expect(describeUnusual(unusual[0] as NonNullable<(typeof unusual)[0]>, 'count', 'UTC')).toBe(
      '4.1 times the usual 12:00 level since 12:00 UTC',
    )
  })

  it('explains itself by the hour of the week where weekends differ', () => {
    const weekly: Series = (at, random) =>
      (Math.floor(at / DAY) + 4) % 7 === 1 && hourOf(at) === 14 ? 80 + random() : office(at, random) / 4
    const tuesday = 29
    const { detector } = watch(weekly, tuesday)
    const burst: Series = (at, random) => (hourOf(at) === 14 ? 3 : 1) * weekly(at, random)
    const { unusual } = watch(burst, 1, { detector, from: tuesday })
    expect(unusual[0]?.usualOf).toMatch(/^hour-of/)
    expect(unusual[0]?.observed).toBeGreaterThan(2 * (unusual[0]?.usual ?? 0))
  })
})

describe('a detector', () => {
  it('goes on after a restart as if nothing had happened', () => {
    const { detector } = watch(office, 10)
    const restarted = thaw(freeze(detector)) as Detector
    const spike: Series = (at, random) => (hourOf(at) === 3 ? 200 : office(at, random))
    const both = [detector, restarted].map((each) =>
      watch(spike, 1, { detector: each, from: 10 }).unusual.map(({ at, score }) => [at, score.toFixed(5)]),
    )
    expect(both[0]?.length).toBeGreaterThan(0)
    expect(both[1]).toEqual(both[0])
  })

  it('begins anew with a state that is none', () => {
    expect(['', '{}', 'null', '{"seen":3}'].map(thaw)).toEqual([null, null, null, null])
  })

  it('keeps a state that does not grow', () => {
    const size = (days: number) => freeze(watch(office, days).detector).length
    expect(size(28)).toBeLessThan(6000)
    expect(size(56)).toBeLessThan(6000)
  })

  it('takes missing samples and other intervals in its stride', () => {
    const random = noise(3)
    const detector = createDetector()
    const unusual = []
    for (let at = BEGINNING; at < BEGINNING + 21 * DAY; at += (0.5 + 20 * Math.max(0, random())) * MINUTE) {
      // A night in the middle is missing altogether.
      if (at > BEGINNING + 9.8 * DAY && at < BEGINNING + 10.4 * DAY) continue
      const judgement = step(detector, at, office(at, random))
      if (judgement.score > 0.3) unusual.push(judgement)
    }
    expect(unusual.length).toBeLessThanOrEqual(3)
  })

  it('never answers with anything but a score from 0 to 1, and stays able to be kept', () => {
    const anything = fc.array(
      fc.tuple(
        fc.double({ min: -1e9, max: 1e9 }),
        fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e300, -1e300)),
      ),
      { minLength: 100, maxLength: 400 },
    )
    fc.assert(
      fc.property(anything, (readings) => {
        const detector = createDetector()
        for (const [at, value] of readings) {
          const { score, unusual } = step(detector, at, value)
          expect(score >= 0 && score <= 1).toBe(true)
          expect(unusual === null).toBe(score === 0)
        }
        expect(thaw(freeze(detector))).not.toBeNull()
      }),
      { numRuns: 40, endOnFailure: true },
    )
  })

  it('passes over what is no number', () => {
    const { detector } = watch(flat, 2)
    const before = freeze(detector)
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(step(detector, BEGINNING, value).score).toBe(0)
    expect(freeze(detector)).toBe(before)
  })
})
