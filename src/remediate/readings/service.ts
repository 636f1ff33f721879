import type { LoadTarget, LoadTest } from '../../model/load-test.ts'
import type { NumericUnit } from '../../model/units.ts'
import type { Look } from '../look.ts'
import { live } from './live.ts'
import { type Figure, number, type Reading, text } from './reading.ts'

const ANSWER_MILLISECONDS = 10_000

function targetOf({ target, engines }: Look): LoadTarget {
  const found = engines.load?.target(target.name)
  if (!found) throw new Error(`the configuration has no loadTest for the service ${target.name}`)
  return found
}

const newest = async ({ target, engines }: Look): Promise<LoadTest | undefined> =>
  (await engines.load?.results(target.name))?.at(-1)

const allowance = (name: string, unit: NumericUnit, label: string, of: (target: LoadTarget) => number) =>
  live(name, 'service', {
    unit,
    label,
    source: 'loadTest of the service in the configuration',
    look: async (look) => number(of(targetOf(look)), unit),
  })

/** Of the newest load test, so that what it measured stands beside what the one before it did. */
const measure = (name: string, unit: NumericUnit, label: string, of: (test: LoadTest) => number) =>
  live(name, 'service', {
    unit,
    label,
    source: 'the newest load test',
    look: async (look): Promise<Figure | null> => {
      const test = await newest(look)
      return test ? number(of(test), unit) : null
    },
  })

export const SERVICE_READINGS: readonly Reading[] = [
  live('service.load-url', 'service', {
    unit: 'text',
    label: 'address that is loaded',
    source: 'loadTest of the service in the configuration',
    look: async (look) => text(look.engines.load?.shownUrl(targetOf(look)) ?? ''),
  }),
  allowance('service.load-rate-allowed', 'per_second', 'most requests a second', ({ rate }) => rate),
  allowance('service.load-seconds-allowed', 'seconds', 'longest load test', ({ seconds }) => seconds),
  allowance(
    'service.load-connections-allowed',
    'count',
    'most connections',
    ({ connections }) => connections,
  ),
  live('service.load-tests', 'service', {
    unit: 'count',
    label: 'load tests so far',
    source: 'what perfbot keeps',
    look: async ({ target, engines }) =>
      number((await engines.load?.results(target.name))?.length ?? 0, 'count'),
  }),
  live('service.answers', 'service', {
    unit: 'text',
    label: 'state',
    source: 'one GET of the address that is loaded',
    look: async (look) => {
      const { url, headers } = targetOf(look)
      try {
        const signal = AbortSignal.timeout(ANSWER_MILLISECONDS)
        const answer = await fetch(url, { headers, redirect: 'manual', signal })
        await answer.body?.cancel()
        return text(answer.ok ? 'answers' : `answers with status ${answer.status}`)
      } catch {
        return text('does not answer')
      }
    },
  }),
  measure('service.load-p50', 'seconds', 'P50 under load', ({ p50 }) => p50),
  measure('service.load-p97', 'seconds', 'P97.5 under load', ({ p97 }) => p97),
  measure('service.load-p99', 'seconds', 'P99 under load', ({ p99 }) => p99),
  measure('service.load-answered', 'per_second', 'requests answered', ({ answered }) => answered),
  measure('service.load-failed', 'ratio', 'requests failed', ({ failed }) => failed),
]
