import { readFile } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import type { EngineAddress } from './collect/containers/engine-client.ts'
import { ConfigFile } from './config/file.ts'
import type { DockerEntry } from './config/sources.ts'
import { mistakesOf, readYaml } from './model/yaml-source.ts'
import type { ApprovalPolicy } from './remediate/policy.ts'

export const DEFAULT_CONFIG_FILE = 'config/perfbot.yaml'

/** Whether a thing was named in the file or looked for by itself: the second may be absent without fault. */
type Found = { readonly configured: boolean }

export type DockerSource = { readonly name: string } & Found & EngineAddress

export type Config = Omit<
  z.output<typeof ConfigFile>,
  'host' | 'docker' | 'postgres' | 'redis' | 'gpus' | 'ollama'
> & {
  readonly host: string
  readonly docker: readonly DockerSource[]
  readonly postgres: readonly ({ readonly name: string; readonly url: string } & Found)[]
  readonly redis: readonly { readonly name: string; readonly url: string; readonly ca: string | null }[]
  readonly nvidiaSmi: { readonly command: string } & Found
  readonly ollama: Omit<z.output<typeof ConfigFile>['ollama'], 'url'> & {
    readonly urls: readonly string[]
  } & Found
}

/** The policy that `approvers`, `roles` and `fixes` make together: what roles leave out, approvers say. */
export function policyOf({
  approvers,
  roles,
  fixes,
}: Pick<Config, 'approvers' | 'roles' | 'fixes'>): ApprovalPolicy {
  return {
    see: roles.see ?? null,
    ask: roles.ask ?? null,
    admin: roles.admin ?? approvers,
    approve: {
      low: roles.approve.low ?? approvers,
      medium: roles.approve.medium ?? approvers,
      high: roles.approve.high ?? approvers,
    },
    ownProposals: fixes.ownProposals,
    windows: fixes.windows,
    freezes: fixes.freezes,
  }
}

/** Every Slack user group that the configuration names, wherever. */
export function userGroupsOf({ approvers, roles }: Pick<Config, 'approvers' | 'roles'>): string[] {
  const lists = [approvers, roles.see, roles.ask, roles.admin, ...Object.values(roles.approve)]
  return [...new Set(lists.flatMap((members) => members?.userGroups ?? []))]
}

export class ConfigFailure extends Error {
  override readonly name = 'ConfigFailure'
}

type Environment = Readonly<Record<string, string | undefined>>

/** As Docker's own client reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. */
function engineOfEnvironment({
  DOCKER_HOST,
  DOCKER_TLS_VERIFY,
  DOCKER_CERT_PATH,
}: Environment): DockerSource {
  if (!DOCKER_HOST) return { name: 'local', socket: '/var/run/docker.sock', configured: false }
  const found = { name: 'local', configured: true }
  if (DOCKER_HOST.startsWith('unix://')) return { ...found, socket: DOCKER_HOST.slice('unix://'.length) }
  if (!/^(tcp|ssh):\/\//.test(DOCKER_HOST) || !URL.canParse(DOCKER_HOST)) {
    throw new ConfigFailure(`DOCKER_HOST is ${DOCKER_HOST}: perfbot reads unix://, tcp:// and ssh://.`)
  }
  const certificates = DOCKER_CERT_PATH ?? join(homedir(), '.docker')
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((file) => join(certificates, file))
  const isSecure = DOCKER_HOST.startsWith('tcp://') && DOCKER_TLS_VERIFY && ca && cert && key
  return { ...found, url: DOCKER_HOST, tls: isSecure ? { ca, cert, key } : null }
}

const sourceOf = ({ name, socket, url, tls }: z.output<typeof DockerEntry>): DockerSource =>
  url === undefined
    ? { name, configured: true, socket: socket ?? '' }
    : { name, configured: true, url, tls: tls ?? null }

/** OLLAMA_HOST may be a bare host, host:port or an address; 0.0.0.0 is where it listens, not where it is reached. */
function urlOfOllamaHost(value: string | undefined): string {
  if (!value) return 'http://127.0.0.1:11434'
  const address = value.includes('://') ? value : `http://${value}`
  if (!URL.canParse(address)) throw new ConfigFailure(`OLLAMA_HOST is ${value}, which is no address.`)
  const url = new URL(address)
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (!url.port && url.protocol === 'http:') url.port = '11434'
  return url.origin
}

/** Slack's and the machine's names for the host may hold what ours may not. */
const machineName = (): string => hostname().replace(/[^\w.-]/g, '-') || 'localhost'

/** What the file leaves out is taken from the environment and from where things usually are. */
function withDefaults(file: z.output<typeof ConfigFile>, environment: Environment): Config {
  const { gpus, ...rest } = file
  const { url, ...ollama } = file.ollama
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = environment
  return {
    ...rest,
    host: file.host ?? machineName(),
    docker: file.docker?.map(sourceOf) ?? [engineOfEnvironment(environment)],
    postgres:
      file.postgres?.map((database) => ({ ...database, configured: true })) ??
      (databaseUrl ? [{ name: 'main', url: databaseUrl, configured: true }] : []),
    redis:
      file.redis?.map((server) => ({ ...server, ca: server.ca ?? null })) ??
      (redisUrl ? [{ name: 'main', url: redisUrl, ca: null }] : []),
    nvidiaSmi: { command: gpus?.nvidiaSmi ?? 'nvidia-smi', configured: gpus !== undefined },
    ollama: {
      ...ollama,
      urls: ollama.urls ?? [url ?? urlOfOllamaHost(environment.OLLAMA_HOST)],
      configured: [url, ollama.urls, environment.OLLAMA_HOST].some((each) => each !== undefined),
    },
    slack: {
      ...file.slack,
      botToken: file.slack.botToken ?? environment.SLACK_BOT_TOKEN,
      appToken: file.slack.appToken ?? environment.SLACK_APP_TOKEN,
      signingSecret: file.slack.signingSecret ?? environment.SLACK_SIGNING_SECRET,
    },
  }
}

/** Reads a configuration from its text. Throws a ConfigFailure that names every mistake and its place. */
export function parseConfig(text: string, file: string, environment: Environment): Config {
  const source = readYaml(text, file, environment)
  // An empty file, or one of comments only, is a configuration that leaves everything out.
  const parsed = ConfigFile.safeParse(source.value ?? {})
  const flaws = source.flaws(parsed.success ? [] : mistakesOf(parsed.error, 'there is no such setting'))
  if (parsed.success && flaws.length === 0) return withDefaults(parsed.data, environment)
  const howMany = flaws.length === 1 ? 'a mistake' : `${flaws.length} mistakes`
  throw new ConfigFailure(`The configuration has ${howMany}:\n  ${flaws.join('\n  ')}`)
}

/**
 * Reads `file`; without one, config/perfbot.yaml if it is there, and otherwise what holds without any
 * configuration. Throws a ConfigFailure.
 */
export async function loadConfig(file: string | undefined, environment: Environment): Promise<Config> {
  const path = file ?? DEFAULT_CONFIG_FILE
  try {
    return parseConfig(await readFile(path, 'utf8'), path, environment)
  } catch (error) {
    if (error instanceof ConfigFailure) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && file === undefined) return parseConfig('', path, environment)
    throw new ConfigFailure(`The configuration ${path} cannot be read: ${message}`, { cause: error })
  }
}
