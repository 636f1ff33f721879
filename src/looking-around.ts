import { realpath, stat } from 'node:fs/promises'
import { createCollection } from './collect/collection.ts'
import { connectEngine } from './collect/containers/engine-client.ts'
import { bracketed, nameFor, passwordVariable } from './collect/found-container.ts'
import { isPostgres, knockAtRedis, knockAtWeb } from './collect/knock.ts'
import { GRANTS, proposePostgres } from './collect/postgres/proposal.ts'
import { proposeRedis } from './collect/redis/proposal.ts'
import { type DockerSource, parseConfig } from './config.ts'
import type { ContainerReading } from './model/container-reading.ts'
import { seconds } from './model/units.ts'

/** What is here that perfbot could read: for the set-up. It looks, and changes nothing. */

/** A database or a cache. */
export type FoundServer = {
  readonly name: string
  /** In words: `container shop-db-1`, `this machine`. */
  readonly where: string
  /** For the configuration; a password stands in it as `${VARIABLE}`. */
  readonly url: string
  readonly variable: string | null
  /** What to run, and what to type there, so that perfbot may read it; none where it may already. */
  readonly opener: string | null
  readonly statements: readonly string[]
  readonly obstacle: string | null
}

export type FoundService = { readonly name: string; readonly url: string; readonly status: number }

export type FoundEngine = {
  readonly name: string
  /** Null for the engine that DOCKER_HOST names: it needs no entry. */
  readonly socket: string | null
  readonly containers: number
}

export type Surroundings = {
  readonly engines: readonly FoundEngine[]
  readonly postgres: readonly FoundServer[]
  readonly redis: readonly FoundServer[]
  readonly services: readonly FoundService[]
  readonly ollama: { readonly url: string; readonly models: number } | null
  readonly gpus: readonly string[]
  /** What is here and cannot be read, each with what to do about it. */
  readonly obstacles: readonly { readonly reason: string; readonly remedy: string }[]
}

type Environment = Readonly<Record<string, string | undefined>>

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    (file) => file.isSocket(),
    () => false,
  )

/** Where engines listen: Docker's own, that of one without root, and Podman's. */
async function enginesToTry(environment: Environment): Promise<DockerSource[]> {
  if (environment.DOCKER_HOST) return [...parseConfig('', '', environment).docker]
  const { XDG_RUNTIME_DIR: runtime } = environment
  const usual = [
    { name: 'local', socket: '/var/run/docker.sock' },
    { name: 'podman', socket: '/run/podman/podman.sock' },
    ...(runtime
      ? [
          { name: 'docker-of-mine', socket: `${runtime}/docker.sock` },
          { name: 'podman-of-mine', socket: `${runtime}/podman/podman.sock` },
        ]
      : []),
  ]
  const taken = new Set<string>()
  const found: DockerSource[] = []
  for (const engine of usual) {
    if (!(await isThere(engine.socket))) continue
    const path = await realpath(engine.socket).catch(() => engine.socket)
    if (taken.has(path)) continue
    taken.add(path)
    found.push({ ...engine, configured: true })
  }
  return found
}

const PORTS = { postgres: 5432, redis: 6379, ollama: 11434 } as const

/** Names tell servers apart in findings and fixes: a second one of the same name gets a number. */
function unlike(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`
  taken.add(free)
  return free
}

async function findPostgres(
  containers: readonly ContainerReading[],
  environment: Environment,
): Promise<FoundServer[]> {
  const found: FoundServer[] = []
  const taken = new Set<string>()
  for (const container of containers) {
    const proposal = proposePostgres(container, [...taken])
    if (!proposal) continue
    taken.add(proposal.name)
    found.push({
      name: proposal.name,
      where: `container ${container.name}`,
      url: proposal.url,
      variable: proposal.variable,
      opener: proposal.psql,
      statements: proposal.sql,
      obstacle: proposal.obstacle,
    })
  }
  const isPublished = found.some(({ url }) => url.includes(`@127.0.0.1:${PORTS.postgres}/`))
  if (isPublished || environment.DATABASE_URL || !(await isPostgres('127.0.0.1', PORTS.postgres)))
    return found
  const name = unlike('main', taken)
  return [
    ...found,
    {
      name,
      where: 'this machine',
      url: `postgres://perfbot:\${${passwordVariable(name)}}@127.0.0.1:${PORTS.postgres}/postgres`,
      variable: passwordVariable(name),
      opener: 'sudo -u postgres psql',
      statements: GRANTS,
      obstacle: null,
    },
  ]
}

/** With no password on the server, its address is enough. */
async function redisAt(place: {
  name: string
  where: string
  host: string
  port: number
  cli: string
  obstacle: string | null
}): Promise<FoundServer | null> {
  const door = place.obstacle ? 'open' : await knockAtRedis(place.host, place.port)
  if (!door) return null
  const variable = door === 'locked' ? passwordVariable(place.name) : null
  const host = bracketed(place.host)
  return {
    name: place.name,
    where: place.where,
    url: `redis://${variable ? `perfbot:\${${variable}}@` : ''}${host}:${place.port}`,
    variable,
    opener: variable ? place.cli : null,
    statements: variable
      ? [`ACL SETUSER perfbot on ><${variable} of .env> +info +ping +slowlog|get +latency|latest +config|get`]
      : [],
    obstacle: place.obstacle,
  }
}

async function findRedis(
  containers: readonly ContainerReading[],
  environment: Environment,
): Promise<FoundServer[]> {
  const taken = new Set<string>()
  const places = containers.flatMap((container) => {
    const proposal = proposeRedis(container)
    if (!proposal) return []
    return [{ ...proposal, name: unlike(proposal.name, taken), where: `container ${container.name}` }]
  })
  const isPublished = places.some(({ host, port }) => host === '127.0.0.1' && port === PORTS.redis)
  if (!isPublished && !environment.REDIS_URL) {
    const local = { host: '127.0.0.1', port: PORTS.redis, cli: 'redis-cli', obstacle: null }
    places.push({ ...local, name: unlike('cache', taken), where: 'this machine' })
  }
  const found = await Promise.all(places.map(redisAt))
  return found.filter((server) => server !== null)
}

const isOllama = ({ image }: ContainerReading): boolean => /(^|\/)ollama(:|@|$)/.test(image)

/** Web services are asked at the ports that their containers publish; databases are found otherwise. */
async function findServices(containers: readonly ContainerReading[]): Promise<FoundService[]> {
  const taken = new Set<string>()
  const ports = containers
    .filter(
      (container) =>
        container.state === 'running' &&
        !(proposePostgres(container) || proposeRedis(container) || isOllama(container)),
    )
    .flatMap((container) => {
      const published = container.ports.flatMap(({ protocol, hostPort }) =>
        protocol === 'tcp' && hostPort !== null ? [hostPort] : [],
      )
      const plain = nameFor(container.compose?.service ?? container.name)
      // The same port is published for IPv4 and for IPv6.
      return [...new Set(published)].map((port) => ({ port, name: unlike(plain, taken) }))
    })
  const found = await Promise.all(
    ports.map(async ({ port, name }) => {
      const answer = await knockAtWeb(`http://127.0.0.1:${port}`)
      return answer && { name, ...answer }
    }),
  )
  return found.filter((service) => service !== null)
}

/** Where Ollama may be when not at its usual address: a published port, or an address of its container. */
function ollamaPlaces(containers: readonly ContainerReading[]): string[] {
  const running = containers.filter((each) => each.state === 'running' && isOllama(each))
  return running.flatMap(({ ports, addresses }) => {
    const published = ports.find(
      ({ containerPort, hostPort }) => containerPort === PORTS.ollama && hostPort !== null,
    )?.hostPort
    if (published) return [`http://127.0.0.1:${published}`]
    return addresses.slice(0, 1).map((address) => `http://${bracketed(address)}:${PORTS.ollama}`)
  })
}

async function read(docker: readonly DockerSource[], ollama: readonly string[]) {
  const collection = createCollection({
    host: 'here',
    windowSeconds: seconds(0.2),
    deadlineSeconds: seconds(5),
    paths: { procfs: '/proc', sysfs: '/sys', rootfs: '/' },
    docker: docker.map((source) => connectEngine(source)),
    postgres: [],
    redis: [],
    services: [],
    inferenceProbe: null,
    ollama: ollama.map((url) => ({ url, configured: false })),
    nvidiaSmi: { command: 'nvidia-smi', configured: false },
  })
  try {
    return await collection.snapshot()
  } finally {
    await collection.close()
  }
}

/** Takes one reading of what is where it usually is, and knocks where containers publish ports. */
export async function lookAround(environment: Environment): Promise<Surroundings> {
  const docker = await enginesToTry(environment)
  const usual = parseConfig('', '', environment).ollama.urls
  const snapshot = await read(docker, usual)
  const { containers } = snapshot
  const [postgres, redis, services] = await Promise.all([
    findPostgres(containers, environment),
    findRedis(containers, environment),
    findServices(containers),
  ])
  let [model] = snapshot.models
  const elsewhere = ollamaPlaces(containers)
  if (!model && elsewhere.length > 0) [model] = (await read([], elsewhere)).models
  const answered = new Set(
    snapshot.collectors.filter(({ succeeded }) => succeeded).map(({ collector }) => collector),
  )
  return {
    engines: docker
      .filter(({ name }) => answered.has(`docker:${name}`))
      .map((source) => ({
        name: source.name,
        socket: !environment.DOCKER_HOST && 'socket' in source ? source.socket : null,
        containers: containers.filter(({ engine }) => engine === source.name).length,
      })),
    postgres,
    redis,
    services,
    ollama: model ? { url: model.url, models: model.installed.length } : null,
    gpus: snapshot.gpus.map(({ index, name }) => `GPU ${index}: ${name}`),
    // What is merely not here is no obstacle.
    obstacles: snapshot.gaps
      .filter(({ kind, source }) => kind === 'failed' && /^(docker|gpus|ollama)/.test(source))
      .map(({ missing, reason, remedy }) => ({ reason: `${missing}: ${reason}`, remedy })),
  }
}
