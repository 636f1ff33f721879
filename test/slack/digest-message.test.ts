import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isUneventful, periodOf } from '../../src/digesting.ts'
import { timestamp } from '../../src/model/units.ts'
import { checkMessageBlocks } from '../../src/playground/block-kit/validate.ts'
import { LIMITS } from '../../src/slack/limits.ts'
import { type Digest, digestMessage } from '../../src/slack/views/digest-message.ts'
import { makeReport } from '../support/report.ts'

const at = timestamp(new Date('2026-03-14T09:00:00Z'))
const change = { unit: 'seconds', before: 0.1, after: 0.3, delta: 1 } as const
const nothing: Digest['extras'] = {
  period: 'day',
  done: [],
  waiting: [],
  regressions: { worse: [], better: 0, compared: 9 },
  forecasts: [],
}

const [crash, buffers] = makeReport().findings
if (!crash || !buffers) throw new Error('the fixture has findings')
const full = { ...buffers, id: 'full', title: '/ will be full in 3 d' }

it('says what is new, what is worse beyond chance, what will run out, what was deployed, done and waits', () => {
  const changes = { since: at, appeared: [crash.id, full.id], ongoing: [], worse: [], resolved: [] }
  const message = digestMessage({
    report: makeReport({
      findings: [crash, full],
      changes,
      deployments: [{ at, title: 'container api: image app:1 → app:2', changed: [], compared: 7 }],
    }),
    extras: {
      period: 'day',
      done: [
        {
          title: 'Set shared_buffers',
          outcome: 'verified',
          at,
          brought: ['shared_buffers: 128 MiB → 8 GiB'],
        },
      ],
      waiting: [{ title: 'Restart api', risk: 'low' }],
      regressions: {
        worse: [{ ...change, title: 'Service response (service api)' }],
        better: 2,
        compared: 9,
      },
      forecasts: [full.id],
    },
    trends: new Map(),
    lateSince: null,
  })
  expect(message.text).toBe(
    'Digest: container api is restarted again and again 1 new finding, 1 regression, 1 forecast, 1 deployment, 1 fix done, 1 waits for an approval. Critical: Container api is restarted again and again',
  )
  const text = JSON.stringify(message.blocks)
  for (const part of [
    'Service response (service api) was 100 ms, is 300 ms (+200 %; in 100 of 100 pairs',
    'Since then: none of 7 numbers is other than before',
    'Set shared_buffers: verified; shared_buffers: 128 MiB → 8 GiB',
    'Restart api (low risk)',
    '2 numbers are better than before.',
  ]) {
    expect(text).toContain(part)
  }
  // What runs out stands in one list only.
  expect(text.split(full.title)).toHaveLength(2)
})

it('is accepted by Slack and fits into one message, whatever there is to say', () => {
  const wild = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ minLength: 3000, maxLength: 3500 }),
  )
  fc.assert(
    fc.property(fc.array(wild, { maxLength: 30 }), wild, (texts, words) => {
      const findings = texts.map((title, index) => ({ ...crash, id: `f${index}`, title }))
      const ids = findings.map(({ id }) => id)
      const third = Math.ceil(ids.length / 3)
      const message = digestMessage({
        report: makeReport({
          headline: words,
          findings,
          deployments: texts.map((title) => ({ at, title, changed: [{ ...change, title }], compared: 1 })),
          changes: {
            since: at,
            appeared: ids.slice(0, third),
            worse: ids.slice(third, 2 * third),
            ongoing: ids.slice(third),
            resolved: texts.map((title, index) => ({ id: `r${index}`, title, severity: 'high' })),
          },
        }),
        extras: {
          period: 'week',
          done: texts.map((title) => ({ title, outcome: words, at, brought: [title] })),
          waiting: texts.map((title) => ({ title, risk: 'high' })),
          regressions: { worse: texts.map((title) => ({ ...change, title })), better: 1, compared: 9 },
          forecasts: ids.slice(2 * third),
        },
        trends: new Map(),
        lateSince: at,
      })
      const checked = checkMessageBlocks(message.blocks)
      if (!checked.ok) throw new Error(`${checked.error}: ${checked.messages.join('; ')}`)
      expect(charactersIn(message.blocks)).toBeLessThan(LIMITS.charactersInMessage)
    }),
    { numRuns: 30 },
  )
})

/** Of every text in them. */
const charactersIn = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  return value === null || typeof value !== 'object'
    ? 0
    : Object.entries(value).reduce((sum, [key, part]) => sum + (key === 'type' ? 0 : charactersIn(part)), 0)
}

it('is due for a week where it comes once a week', () => {
  const period = (expression: string | null) => periodOf({ expression })
  expect(['0 9 * * 1', '0 9 * * *', '0 9 * * 1-5', null].map(period)).toEqual(['week', 'day', 'day', 'day'])
})

it('a day is uneventful when nothing changed, nothing presses and nothing waits', () => {
  const changes = { since: at, appeared: [], ongoing: [], worse: [], resolved: [] }
  const calm = makeReport({ findings: [], changes })
  expect(isUneventful(calm, nothing)).toBe(true)
  expect(isUneventful(calm, { ...nothing, waiting: [{ title: 'x', risk: 'low' }] })).toBe(false)
  expect(isUneventful(makeReport({ changes }), nothing)).toBe(false)
  expect(isUneventful({ ...calm, changes: { ...changes, appeared: ['x'] } }, nothing)).toBe(false)
  expect(isUneventful({ ...calm, changes: null }, nothing)).toBe(false)
  const worse = [{ ...change, title: 'Service response' }]
  expect(isUneventful(calm, { ...nothing, regressions: { worse, better: 0, compared: 1 } })).toBe(false)
})
