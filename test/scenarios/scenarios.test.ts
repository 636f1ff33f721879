import { afterAll, describe, expect, it } from 'vitest'
import { dockerSocket } from '../support/docker.ts'
import { redisIsMissing } from '../support/redis.ts'
import { createEngines } from './engines.ts'
import { runScenario } from './run.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'

/** Why a scenario cannot be run here; null where it can. */
function whyNot({ domain }: Scenario): string | null {
  const needsDocker = domain === 'containers' || domain === 'healthy' || domain === 'systems'
  if (needsDocker && dockerSocket() === null) return 'no Docker engine answers'
  if (domain === 'redis' && redisIsMissing) return 'redis-server is not installed'
  if (domain === 'host' && process.getuid?.() !== 0) return 'not root'
  return null
}

describe('a system that is broken', () => {
  const engines = createEngines(dockerSocket())
  afterAll(() => engines.stop())

  // The quickest of them; npm run bench:diagnosis runs all.
  for (const scenario of SCENARIOS.filter(({ quick }) => quick)) {
    const reason = whyNot(scenario)
    const title = `${scenario.domain}: ${scenario.name}${reason === null ? '' : ` (skipped: ${reason})`}`
    it.skipIf(reason !== null)(title, async () => {
      const { missed, false: wrong } = await runScenario(scenario, engines)
      expect({ missed, false: wrong }).toEqual({ missed: [], false: [] })
    })
  }
})

it('the scenarios are as many as promised, each with a name of its own, and enough of them are healthy', () => {
  const real = SCENARIOS.filter(({ recorded }) => recorded === null)
  expect(real.length).toBeGreaterThanOrEqual(60)
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  expect(real.filter(({ domain }) => domain === 'healthy').length).toBeGreaterThanOrEqual(8)
})
