import { compareSince } from './comparing.ts'
import { deployedIn, deploymentsBetween } from './diagnose/deployments.ts'
import type { DeploymentEvent } from './model/event.ts'
import { canonicalJson } from './model/identity.ts'
import type { Deployment } from './model/report.ts'
import type { Snapshot } from './model/snapshot.ts'
import type { Timestamp } from './model/units.ts'
import { describeLabels } from './report/trend-lines.ts'
import type { EventStore } from './store/events.ts'
import type { HistoryStore } from './store/history.ts'

/**
 * Holds what is in use against what was last seen of it, by whichever perfbot, and remembers what was put into use
 * meanwhile. What could not be read this time stays as it was last seen: an engine that is away deploys nothing.
 */
export async function noticeDeployments(snapshot: Snapshot, store: EventStore): Promise<void> {
  const now = deployedIn(snapshot)
  if (now.length === 0) return
  const before = await store.deployed(snapshot.host)
  const known = new Map(before.map((each) => [each.subject, canonicalJson(each)]))
  const other = now.filter((each) => known.get(each.subject) !== canonicalJson(each))
  if (other.length === 0) return
  await store.saveEvents(deploymentsBetween(before, other, snapshot))
  await store.saveDeployed(other)
}

/** Who deploys more often wants to hear of the last ones. */
const TOLD = 10
/** Numbers of one deployment: the clearest. */
const NUMBERS = 5

type Ports = { store: HistoryStore & EventStore; host: string; now: Timestamp }

export const deploymentEvents = async (
  since: Timestamp,
  { store, host }: Pick<Ports, 'store' | 'host'>,
): Promise<DeploymentEvent[]> =>
  (await store.events(host, { since, kinds: ['deployed'] })).filter((event) => event.kind === 'deployed')

/** What was put into use since a time, each with what of it is other than at the same hours before. */
export async function deploymentsSince(since: Timestamp, ports: Ports): Promise<Deployment[]> {
  const deployments: Deployment[] = []
  for (const { at, title, labels } of (await deploymentEvents(since, ports)).slice(-TOLD)) {
    const answer = await compareSince(at, labels, ports)
    const changes = answer.kind === 'compared' ? answer.changes.slice(0, NUMBERS) : []
    deployments.push({
      at,
      title,
      changed: changes.map(({ metric, series, comparison: { before, after, delta } }) => {
        const own = ownLabels(series.labels, labels)
        return {
          title: own === '' ? metric.title : `${metric.title} (${own})`,
          unit: metric.unit,
          before,
          after,
          delta,
        }
      }),
      compared: answer.kind === 'compared' ? answer.compared : 0,
    })
  }
  return deployments
}

/** Those that the deployment does not name already. */
function ownLabels(labels: Readonly<Record<string, string>>, named: DeploymentEvent['labels']): string {
  const told = new Set(named.flatMap((each) => Object.keys(each)))
  return describeLabels(Object.fromEntries(Object.entries(labels).filter(([name]) => !told.has(name))))
}
