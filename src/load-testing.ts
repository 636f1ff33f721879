import type { Config } from './config.ts'
import { formatRatio, formatSeconds, formatValue } from './model/format.ts'
import type { LoadTarget, LoadTest } from './model/load-test.ts'
import type { ProposalRequest } from './proposing.ts'
import type { Load } from './remediate/engines.ts'
import type { Person } from './remediate/policy.ts'
import type { EventStore } from './store/events.ts'

/** The services that config allows to be loaded, and how far. */
export const loadTargets = ({ services }: Pick<Config, 'services'>): LoadTarget[] =>
  services.flatMap(({ name, url, headers, loadTest }) =>
    loadTest
      ? [
          {
            service: name,
            url,
            headers,
            rate: loadTest.rate,
            seconds: loadTest.duration,
            connections: loadTest.connections,
          },
        ]
      : [],
  )

/** What may be loaded, and what came of it so far. */
export function createLoad(
  targets: readonly LoadTarget[],
  { store, host }: { readonly store: EventStore; readonly host: string },
): Load {
  return {
    target: (service) => targets.find((each) => each.service === service) ?? null,
    shownUrl,
    async keep(test) {
      await store.saveEvents([
        {
          kind: 'load-test',
          host,
          at: test.at,
          subject: test.service,
          title: `${test.service} under load: ${describeLoadTest(test)}`,
          test,
        },
      ])
    },
    async results(service) {
      const events = await store.events(host, { kinds: ['load-test'], subject: service })
      return events.flatMap((event) => (event.kind === 'load-test' ? [event.test] : []))
    },
  }
}

/** What is in its query may be a secret, and who it signs in as is one. */
function shownUrl({ url }: Pick<LoadTarget, 'url'>): string {
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}

/** "50/s asked, 49.8/s answered, P50 12 ms, P97.5 40 ms, P99 80 ms, 0 % failed". */
export function describeLoadTest(test: LoadTest): string {
  const figures = [
    `${formatValue(test.rate, 'per_second')} asked`,
    `${formatValue(test.answered, 'per_second')} answered`,
    `P50 ${formatSeconds(test.p50)}`,
    `P97.5 ${formatSeconds(test.p97)}`,
    `P99 ${formatSeconds(test.p99)}`,
    `${formatRatio(test.failed)} failed`,
    ...(test.endedEarly ? ['ended early'] : []),
  ]
  return figures.join(', ')
}

/** A service that may be loaded, and how it answered so far, oldest first. */
export type LoadTestOffer = {
  readonly target: LoadTarget
  readonly url: string
  readonly results: readonly LoadTest[]
}

export const loadTests = (targets: readonly LoadTarget[], load: Load): Promise<LoadTestOffer[]> =>
  Promise.all(
    targets.map(async (target) => ({
      target,
      url: load.shownUrl(target),
      results: await load.results(target.service),
    })),
  )

export type LoadTestRequest = {
  readonly service: string
  /** As people type them: `rate=20`. */
  readonly assignments: readonly string[]
  readonly person: Person
}

/** As much as config allows, but for what was asked for; approved and applied like any other change. */
export function loadTestProposal(
  { service, assignments, person }: LoadTestRequest,
  load: Load,
): ProposalRequest {
  const target = load.target(service)
  const named = new Set(assignments.map((assignment) => assignment.split('=')[0]))
  const most = target
    ? [`rate=${target.rate}`, `seconds=${target.seconds}`, `connections=${target.connections}`]
    : []
  return {
    command: 'service.load-test',
    targetName: service,
    assignments: [...most.filter((each) => !named.has(each.split('=')[0])), ...assignments],
    person,
  }
}
