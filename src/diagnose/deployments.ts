import { type ContainerReading, isMeantToRun } from '../model/container-reading.ts'
import type { Deployed, DeploymentEvent } from '../model/event.ts'
import { formatBytes, formatValue } from '../model/format.ts'
import { digestOf } from '../model/identity.ts'
import { oneLine, shortened } from '../model/plain-text.ts'
import { type PostgresReading, type PostgresSetting, settingInBytes } from '../model/postgres-reading.ts'
import type { RedisReading } from '../model/redis-reading.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { describeTarget, type Target } from '../model/target.ts'

/** Traits that say that it is another, but mean nothing to people. */
const IDENTITIES = ['container', 'image id', 'environment'] as const

const VALUE_LENGTH = 120

/** What a person put into use: not what it does with it. */
export function deployedIn(snapshot: Snapshot): Deployed[] {
  const { host } = snapshot
  return [
    ...snapshot.containers
      .filter(isLasting)
      .map((each) => of({ kind: 'container', host, name: each.name }, traitsOfContainer(each))),
    ...snapshot.databases.map((each) =>
      of({ kind: 'postgres', host, name: each.name }, traitsOfPostgres(each)),
    ),
    ...snapshot.caches.map((each) => of({ kind: 'redis', host, name: each.name }, traitsOfRedis(each))),
  ]
}

const of = (target: Target, traits: Record<string, string>): Deployed => ({
  subject:
    traits.engine === undefined ? describeTarget(target) : `${describeTarget(target)} on ${traits.engine}`,
  target,
  traits: Object.fromEntries(
    Object.entries(traits).map(([name, value]) => [name, shortened(oneLine(value), VALUE_LENGTH)]),
  ),
})

/** A job that somebody runs once is no deployment, whatever its name. */
const isLasting = (container: ContainerReading): boolean =>
  isMeantToRun(container) && (container.compose !== null || container.restartPolicy.name !== 'no')

const limit = (value: number | null, write: (value: number) => string): string =>
  value === null ? 'none' : write(value)

function traitsOfContainer(container: ContainerReading): Record<string, string> {
  const { limits, restartPolicy } = container
  return {
    engine: container.engine,
    container: container.id,
    image: container.image,
    'image id': container.imageId,
    // Their values may be secrets: that they are other is enough.
    environment: digestOf(container.environment),
    'memory limit': limit(limits.memoryBytes, formatBytes),
    'CPU limit': limit(limits.cpuCores, (cores) => formatValue(cores, 'cores')),
    'restart policy': restartPolicy.name,
  }
}

/** What the server makes of the machine by itself, and what says whether it is a standby, nobody set. */
const NOT_SET_BY_PEOPLE = new Set([
  'in_hot_standby',
  'huge_pages_status',
  'shared_memory_size',
  'shared_memory_size_in_huge_pages',
  'server_version',
  'data_checksums',
])

const writtenAs = (setting: PostgresSetting): string => {
  const size = settingInBytes(setting)
  if (size !== null) return formatBytes(size)
  return setting.unit === null ? setting.setting : `${setting.setting} ${setting.unit}`
}

const traitsOfPostgres = ({ version, settings }: PostgresReading): Record<string, string> => ({
  version,
  ...Object.fromEntries(
    settings
      .filter(({ name }) => !NOT_SET_BY_PEOPLE.has(name))
      .map((setting) => [setting.name, writtenAs(setting)]),
  ),
})

const traitsOfRedis = ({ product, version, memory }: RedisReading): Record<string, string> => ({
  version: `${product} ${version}`,
  maxmemory: limit(memory.maximumBytes, formatBytes),
  'maxmemory-policy': memory.policy,
})

/**
 * What was put into use since things were last seen, each with its time: that of a new container is when it was made.
 * What is seen for the first time is no news.
 */
export function deploymentsBetween(
  before: readonly Deployed[],
  now: readonly Deployed[],
  { containers, takenAt, host }: Snapshot,
): DeploymentEvent[] {
  const known = new Map(before.map((each) => [each.subject, each]))
  return now.flatMap((each): DeploymentEvent[] => {
    const { target, subject } = each
    const former = known.get(subject)
    const changes = former ? changesOf(former.traits, each.traits) : []
    if (changes.length === 0) return []
    const isAnother = former?.traits.container !== each.traits.container
    const made = containers.find(({ id }) => id === each.traits.container)?.createdAt
    return [
      {
        kind: 'deployed',
        host,
        // A clock of an engine elsewhere may be ahead of ours.
        at: isAnother && made && made < takenAt ? made : takenAt,
        subject,
        labels: labelsOf(each),
        title: `${describeTarget(target)}: ${shortened(changes.join(', '), 200)}`,
        target,
        changes,
      },
    ]
  })
}

/** In words: "image app:1 → app:2, memory limit 512 MiB → 1 GiB". */
function changesOf(before: Deployed['traits'], now: Deployed['traits']): string[] {
  const isOther = (name: string) => before[name] !== undefined && before[name] !== now[name]
  const named = Object.keys(now)
    .filter((name) => isOther(name) && !(IDENTITIES as readonly string[]).includes(name))
    .map((name) => `${name} ${before[name]} → ${now[name]}`)
  const image = isOther('image id') && !isOther('image') ? [`another image under the name ${now.image}`] : []
  const environment = isOther('environment') ? ['other variables'] : []
  const all = [...image, ...named, ...environment]
  if (!isOther('container')) return all
  return all.length > 0 ? all : ['made anew, with all as it was']
}

/** Of the series that tell how it does: its own, and those of a service that is probed under its name. */
const labelsOf = ({ target, traits }: Deployed): DeploymentEvent['labels'] =>
  target.kind === 'container'
    ? [{ engine: traits.engine ?? '', name: target.name }, { service: target.name }]
    : [{ server: target.name }]
