import type { ContainerReading } from '../../model/container-reading.ts'
import type { Fix } from '../../model/finding.ts'
import { counted } from '../../model/format.ts'
import { needsOf } from '../container-needs.ts'
import { manual, memoryFor, setMemoryLimit } from '../fixes.ts'
import { containerOf } from '../memory-of.ts'
import { type Context, observed, type Rule, rule, type Verdict } from '../rule.ts'
import { caches, runningContainers } from '../subjects.ts'

/** A rule over how a container was made: nothing is wrong yet, so it is said low and in few words. */
function hygiene(definition: {
  readonly id: string
  readonly looksAt: string
  /** The fact that is not as it should be; null when it is. */
  readonly flaw: (container: ContainerReading, context: Context) => string | null
  readonly title: (name: string) => string
  readonly impact: string
  readonly rootCause: string
  readonly source: string
  readonly fix: readonly [title: string, change: string]
  /** What is known to fit, in the place of advice. */
  readonly exactly?: (container: ContainerReading, context: Context) => Fix | null
}): Rule {
  return rule({
    id: definition.id,
    about: 'container',
    looksAt: definition.looksAt,
    subjects: runningContainers,
    check(container, context): Verdict {
      const flaw = definition.flaw(container, context)
      if (flaw === null) return 'passed'
      return {
        severity: 'low',
        title: definition.title(container.name),
        impact: definition.impact,
        rootCause: definition.rootCause,
        evidence: [observed(context)('set', flaw, definition.source)],
        fixes: [definition.exactly?.(container, context) ?? manual(...definition.fix)],
      }
    },
  })
}

export const noMemoryLimit = hygiene({
  id: 'container-no-memory-limit',
  looksAt: 'whether it has a memory limit beside others',
  // Alone on a machine, the machine is its limit.
  flaw: ({ limits }, { snapshot }) =>
    limits.memoryBytes === null && snapshot.containers.filter(({ state }) => state === 'running').length > 1
      ? 'no limit'
      : null,
  title: (name) => `${name} has no memory limit`,
  impact: 'If it leaks, the kernel may kill another in its place.',
  rootCause: 'None was set.',
  source: 'docker inspect HostConfig.Memory',
  fix: ['Set one above what it uses at most', 'compose file: mem_limit'],
  exactly: (container, context) => {
    const needed = needsOf(container, 'memory', context)
    const { memoryHeadroom } = context.thresholds
    return needed && setMemoryLimit(container, memoryFor(needed.p99, needed.maximum, memoryHeadroom))
  },
})

export const logUnbounded = hygiene({
  id: 'container-log-unbounded',
  looksAt: 'whether its log is rotated',
  flaw: ({ logDriver: { name, maximumSize } }) =>
    name === 'json-file' && (maximumSize === null || maximumSize === '-1')
      ? 'json-file without max-size'
      : null,
  title: (name) => `The log of ${name} grows without end`,
  impact: 'In the end it fills the disk.',
  rootCause: 'The driver json-file keeps all that is written unless it is told otherwise.',
  source: 'docker inspect HostConfig.LogConfig',
  fix: [
    'Rotate it',
    'compose file: logging: {options: {max-size: 10m, max-file: "3"}}; or in daemon.json for all',
  ],
})

export const dockerSocket = hygiene({
  id: 'container-docker-socket',
  looksAt: 'whether it holds the socket of Docker',
  flaw: ({ hasDockerSocket }) => (hasDockerSocket ? 'mounted' : null),
  title: (name) => `${name} can command Docker`,
  impact: 'Who breaks into it is root on the host.',
  rootCause: 'The socket is mounted into it; that it is mounted read-only changes nothing.',
  source: 'docker inspect Mounts',
  fix: [
    'Give it a proxy that lets through what it needs',
    'tecnativa/docker-socket-proxy, or drop the mount',
  ],
})

export const privileged = hygiene({
  id: 'container-privileged',
  looksAt: 'whether it runs privileged',
  flaw: (container) => (container.privileged ? 'true' : null),
  title: (name) => `${name} runs privileged`,
  impact: 'Who breaks into it is root on the host.',
  rootCause: 'privileged: true switches off all that separates it from the host.',
  source: 'docker inspect HostConfig.Privileged',
  fix: ['Grant the one thing that it needs', 'compose file: cap_add or devices in place of privileged'],
})

/** Each is a way to be root on the host. */
const MIGHTY = new Set(['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'DAC_READ_SEARCH', 'BPF'])

export const mightyCapabilities = hygiene({
  id: 'container-capabilities',
  looksAt: 'capabilities that make it as good as root on the host',
  flaw: ({ capabilitiesAdded, privileged: already }) =>
    (already ? [] : capabilitiesAdded).filter((name) => MIGHTY.has(name.replace(/^CAP_/, ''))).join(', ') ||
    null,
  title: (name) => `${name} has capabilities that reach the host`,
  impact: 'Who breaks into it can break out of it.',
  rootCause: 'They were added when it was made.',
  source: 'docker inspect HostConfig.CapAdd',
  fix: ['Drop what it does not need', 'compose file: cap_add'],
})

const SYSTEM = new Set(['/', '/etc', '/root', '/boot', '/usr', '/var/lib/docker'])

export const systemMounted = hygiene({
  id: 'container-system-mount',
  looksAt: 'folders of the host’s system that it can write to',
  flaw: ({ mounts }) =>
    mounts
      .filter(({ type, source, writable }) => type === 'bind' && writable && SYSTEM.has(source))
      .map(({ source }) => source)
      .join(', ') || null,
  title: (name) => `${name} can write to the system of the host`,
  impact: 'Who breaks into it is root on the host.',
  rootCause: 'The folder is mounted into it and may be written to.',
  source: 'docker inspect Mounts',
  fix: ['Mount it to be read', 'compose file: the volume with :ro'],
})

/** A registry's port has a colon too: only what follows the last slash can be a tag. */
const tagOf = (image: string): string | null =>
  image.includes('@') || image.startsWith('sha256:') ? null : (/:([^/]+)$/.exec(image)?.[1] ?? 'latest')

export const latestTag = hygiene({
  id: 'container-latest-tag',
  looksAt: 'the tag of its image',
  // Built here, it is as new as its build; from a registry, as whoever pushed last.
  flaw: ({ image, imageDigests }) => (imageDigests.length > 0 && tagOf(image) === 'latest' ? image : null),
  title: (name) => `${name} runs whatever was the latest image`,
  impact: 'The next pull may bring another version, and the one before has no name to return to.',
  rootCause: 'Its image is named without a version.',
  source: 'docker inspect Config.Image',
  fix: ['Name the version', 'compose file: image: <name>:<version>'],
})

const dependants = ({ compose, id }: ContainerReading, { snapshot }: Context): string[] =>
  compose === null
    ? []
    : snapshot.containers
        .filter(
          (other) =>
            other.id !== id &&
            other.compose?.project === compose.project &&
            other.compose.dependsOn.some(({ service }) => service === compose.service),
        )
        .map(({ name }) => name)

export const noRestartPolicy = hygiene({
  id: 'container-no-restart',
  looksAt: 'whether it is started again, when others depend on it',
  flaw: (container, context) => {
    const waiting = container.restartPolicy.name === 'no' ? dependants(container, context) : []
    return waiting.length > 0 ? `no; ${waiting.join(', ')} depend on it` : null
  },
  title: (name) => `${name} stays down when it ends`,
  impact: 'After a crash, or a restart of the host, others stand without it.',
  rootCause: 'Its restart policy is "no", the default.',
  source: 'docker inspect HostConfig.RestartPolicy',
  fix: ['Have it started again', 'compose file: restart: unless-stopped'],
})

export const noHealthcheck = hygiene({
  id: 'container-no-healthcheck',
  looksAt: 'whether its health is checked, when others depend on it',
  flaw: (container, context) => {
    const waiting = container.health === null ? dependants(container, context) : []
    return waiting.length > 0 ? `none; ${waiting.join(', ')} depend on it` : null
  },
  title: (name) => `Nobody checks whether ${name} works`,
  impact: 'Those that depend on it start before it is ready.',
  rootCause: 'It has no healthcheck, so that "started" is all that can be waited for.',
  source: 'docker inspect State.Health',
  fix: [
    'Add a healthcheck',
    'compose file: healthcheck: {test: …}; depends_on: {condition: service_healthy}',
  ],
})

/** Ports of what keeps data, and asks for no password, or one that can be tried for ever. */
const STORES: Readonly<Record<number, string>> = {
  1433: 'SQL Server',
  3306: 'MySQL',
  5432: 'PostgreSQL',
  6379: 'Redis',
  9200: 'Elasticsearch',
  11211: 'memcached',
  11434: 'Ollama',
  27017: 'MongoDB',
}
const EVERYWHERE = new Set(['0.0.0.0', '::', ''])

const openPorts = ({ ports }: ContainerReading): string[] =>
  ports.flatMap(({ containerPort, hostPort, hostIp }) =>
    hostPort !== null && EVERYWHERE.has(hostIp ?? '') && STORES[containerPort] !== undefined
      ? [`${STORES[containerPort]} on port ${hostPort}`]
      : [],
  )

export const storePublished = hygiene({
  id: 'container-store-published',
  looksAt: 'ports of databases that are published on every address',
  flaw: (container) => [...new Set(openPorts(container))].join(', ') || null,
  title: (name) => `${name} can be reached from every address of the host`,
  impact: 'Docker’s rules come before those of ufw: a firewall on the host may not keep anybody out.',
  rootCause: 'Its port is published without an address.',
  source: 'docker inspect NetworkSettings.Ports',
  fix: ['Publish it to this host only, or not at all', 'compose file: ports: ["127.0.0.1:<port>:<port>"]'],
})

export const redisOpen = rule({
  id: 'redis-open',
  about: 'redis',
  looksAt: 'whether a Redis without a password is published on every address',
  subjects: caches,
  check(cache, context): Verdict {
    if (cache.passwordRequired === null)
      return { couldNotLook: 'whether it asks for a password is not readable' }
    const container = containerOf(cache, context.snapshot, 6379)
    const open = container ? openPorts(container) : []
    if (cache.passwordRequired || !container || open.length === 0) return 'passed'
    return {
      severity: 'high',
      title: `${cache.name} asks for no password and is published on every address`,
      impact: 'Who can reach the port reads and deletes all data, and can run programs.',
      rootCause: `${container.name} publishes ${counted(open.length, 'port')} without an address, and requirepass is not set.`,
      evidence: [
        observed(context)('published', open.join(', '), 'docker inspect NetworkSettings.Ports'),
        observed(context)('requirepass', 'not set', 'CONFIG GET requirepass'),
      ],
      fixes: [
        manual('Publish it to this host only', 'compose file: ports: ["127.0.0.1:6379:6379"]'),
        manual('Set a password', 'redis.conf: requirepass <a long one>'),
      ],
    }
  },
})
