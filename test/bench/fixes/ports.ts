import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Docker from 'dockerode'
import type { ApprovingPorts } from '../../../src/approving.ts'
import { seconds } from '../../../src/model/units.ts'
import { loadCatalogue } from '../../../src/remediate/catalogue.ts'
import { type Engines, OWN_MACHINE } from '../../../src/remediate/engines.ts'
import { createObserve } from '../../../src/remediate/observe.ts'
import { nobody } from '../../../src/remediate/policy.ts'
import type { Store } from '../../../src/store/store.ts'

export const PERSON = { id: 'U1', userGroups: [] }
export const HOST = 'bench'

/** Short, so that the bench need not wait long for what a killed process held; perfbot itself takes 15 s. */
const LEASE = seconds(4)

/** What perfbot is made of, on real engines, with its own catalogue. */
export async function portsFor(
  store: Store,
  owner: string,
  { socket, postgres }: { socket: string; postgres: string },
): Promise<ApprovingPorts> {
  const client = new Docker({ socketPath: socket })
  const clock = () => new Date()
  const engines: Engines = {
    dockerNames: () => ['local'],
    docker: () => client,
    postgres: () => postgres,
    redis: () => null,
    ollama: () => null,
    machine: { ...OWN_MACHINE, programs: {} },
  }
  const approvers = { ...nobody, users: [PERSON.id] }
  let last = 0
  return {
    store,
    policy: {
      see: null,
      ask: null,
      admin: approvers,
      approve: { low: approvers, medium: approvers, high: approvers },
      ownProposals: true,
      windows: [],
      freezes: [],
    },
    observe: createObserve({
      host: HOST,
      snapshot: () => Promise.reject(new Error('these commands need no snapshot')),
      engines,
      clock,
    }),
    engines,
    catalogue: await loadCatalogue(fileURLToPath(new URL('../../../commands', import.meta.url))),
    clock,
    newId: () => {
      last += 1
      return `${owner}-${last}`
    },
    wait: (time) => sleep(time * 1000),
    planLifetime: seconds(3600),
    owner,
    leaseSeconds: LEASE,
  }
}
