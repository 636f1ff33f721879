import type { Logger } from 'pino'
import { type ApprovingPorts, approve } from './approving.ts'
import type { Recovered } from './executing.ts'
import type { FixPlan } from './model/fix-plan.ts'
import { timestamp } from './model/units.ts'
import { type AutomaticPolicy, isAutomatic, tripped } from './remediate/automatic.ts'
import { AUTOMATIC } from './remediate/policy.ts'

/** As many as can be of interest to the breaker. */
const LOOKED_BACK = 100

/** Approves what config names, one after another, until the breaker says no. */
export async function applyAutomatic(
  plans: readonly FixPlan[],
  policy: AutomaticPolicy,
  ports: ApprovingPorts,
  logger: Logger,
): Promise<Recovered[]> {
  const applied: Recovered[] = []
  for (const plan of plans.filter((each) => isAutomatic(each, policy))) {
    const reason = tripped(await ports.store.executions(LOOKED_BACK), timestamp(ports.clock()), policy)
    if (reason !== null) {
      logger.warn({ plan: plan.id }, `${plan.title}: not applied by perfbot itself: ${reason}`)
      return applied
    }
    const person = { id: AUTOMATIC, userGroups: [] }
    const result = await approve(
      { planId: plan.id, digest: plan.digest, person, reason: 'fixes.automatic of the configuration' },
      ports,
    )
    if (result.kind === 'executed') applied.push({ plan, execution: result.execution })
    else if (result.kind === 'refused') logger.info({ plan: plan.id }, result.reason)
  }
  return applied
}
