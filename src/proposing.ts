import { type ApprovingPorts, proposedEntry } from './approving.ts'
import type { Finding, Parameters } from './model/finding.ts'
import { findingId } from './model/finding.ts'
import type { FixPlan } from './model/fix-plan.ts'
import { canonicalJson } from './model/identity.ts'
import type { Target } from './model/target.ts'
import { timestamp } from './model/units.ts'
import type { CommandDefinition } from './remediate/catalogue.ts'
import { NotPossible } from './remediate/not-possible.ts'
import { readingsOf } from './remediate/observe.ts'
import { allowedParameters } from './remediate/parameters.ts'
import { parametersFromText } from './remediate/parameters-from-text.ts'
import { planFix } from './remediate/plan.ts'
import { may, type Person } from './remediate/policy.ts'

export type ProposalRequest = {
  readonly command: string
  readonly targetName: string
  /** As a person types them: `memory=512MiB`. */
  readonly assignments: readonly string[]
  readonly person: Person
}

export type Proposal =
  | { readonly kind: 'proposed'; readonly plan: FixPlan }
  | { readonly kind: 'not-possible'; readonly reason: string }

/** No report offers it: a person did. */
const BY_HAND = 'by-hand'

/** Binds a command that a person chose, as a rule's would be: it is shown, approved and applied like any other. */
export async function propose(
  { assignments, ...chosen }: ProposalRequest,
  host: string,
  ports: ApprovingPorts,
): Promise<Proposal> {
  const parameters = (definition: CommandDefinition) => parametersFromText(definition, assignments)
  const proposal = await planByHand({ ...chosen, parameters }, host, ports)
  if (proposal.kind === 'proposed') await keepProposal(proposal.plan, ports)
  return proposal
}

/** From then on it waits for an approval, like one that a report offers. */
export async function keepProposal(plan: FixPlan, { store }: ApprovingPorts): Promise<void> {
  await store.savePlan(plan)
  await store.appendAudit(proposedEntry(plan))
}

type ChosenCommand = Omit<ProposalRequest, 'assignments'> & {
  readonly parameters: (definition: CommandDefinition) => Parameters
}

/** The plan of it, which is kept nowhere yet. */
async function planByHand(
  { command, targetName, parameters: given, person }: ChosenCommand,
  host: string,
  ports: ApprovingPorts,
): Promise<Proposal> {
  const { catalogue, observe, clock, newId, policy } = ports
  const not = (reason: string): Proposal => ({ kind: 'not-possible', reason })
  if (!may(person, policy.ask)) return not('You are not among those who may ask for something here.')
  const definition = catalogue.get(command)
  if (!definition) return not(`there is no command ${command}; there are ${[...catalogue.keys()].join(', ')}`)
  const target: Target = { kind: definition.target, host, name: targetName }
  try {
    const parameters = allowedParameters(definition, given(definition))
    const observation = await observe({ target, parameters }, readingsOf(definition))
    const planning = planFix({
      finding: findingByHand(target, parameters),
      fix: { kind: 'command', title: definition.title, command, parameters },
      catalogue,
      observation,
      now: timestamp(clock()),
      lifetimeSeconds: ports.planLifetime,
      id: newId(),
      reportId: BY_HAND,
      proposedBy: person.id,
    })
    return planning.kind === 'not-possible' ? planning : { kind: 'proposed', plan: planning.plan }
  } catch (error) {
    if (error instanceof NotPossible) return not(error.message)
    throw error
  }
}

/** How a model lays a command before the person who asked it: as theirs, with all that this needs of approvals. */
export const proposingFor =
  (person: Person, host: string, ports: ApprovingPorts) =>
  ({ parameters, ...wish }: { command: string; targetName: string; parameters: Parameters }) =>
    planByHand({ ...wish, person, parameters: () => parameters }, host, ports)

const findingByHand = (target: Target, parameters: Parameters): Finding => ({
  id: findingId(BY_HAND, target, canonicalJson(parameters)),
  rule: BY_HAND,
  severity: 'low',
  target,
  title: 'Chosen by hand',
  impact: '',
  rootCause: '',
  symptoms: [],
  evidence: [],
  fixes: [],
})
