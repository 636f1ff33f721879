import { type FixPlan, planDigest } from '../model/fix-plan.ts'
import { type Seconds, timestamp } from '../model/units.ts'
import type { Catalogue } from './catalogue.ts'
import { NotPossible } from './not-possible.ts'
import { type Observe, readingsOf } from './observe.ts'
import { planContent } from './plan.ts'

type Ports = {
  readonly observe: Observe
  readonly catalogue: Catalogue
  readonly planLifetime: Seconds
  clock(): Date
  newId(): string
}

/** The same fix for the machine as it is now; null where there is nothing to do any more, or it cannot be done. */
export async function planAgain(plan: FixPlan, ports: Ports): Promise<FixPlan | null> {
  const definition = ports.catalogue.get(plan.command)
  if (!definition) return null
  try {
    const observation = await ports.observe(plan, readingsOf(definition))
    const content = planContent(plan, ports.catalogue, observation)
    const now = ports.clock()
    return {
      ...content,
      id: ports.newId(),
      proposedBy: plan.proposedBy,
      reportId: plan.reportId,
      findingId: plan.findingId,
      createdAt: timestamp(now),
      expiresAt: timestamp(new Date(now.getTime() + ports.planLifetime * 1000)),
      digest: planDigest(content),
    }
  } catch (error) {
    if (error instanceof NotPossible) return null
    throw error
  }
}
