import { readFile } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { validate } from 'node-cron'
import { z } from 'zod'
import type { EngineAddress } from './collect/containers/engine-client.ts'
import { ThresholdException, Thresholds } from './diagnose/thresholds.ts'
import { Severity } from './model/finding.ts'
import { Risk } from './model/fix-plan.ts'
import { isTimezone } from './model/timezone.ts'
import { seconds, timestamp } from './model/units.ts'
import { mistakesOf, readYaml } from './model/yaml-source.ts'
import { type ApprovalPolicy, DAYS } from './remediate/policy.ts'
import { Targets } from './report/targets.ts'

export const DEFAULT_CONFIG_FILE = 'config/perfbot.yaml'

const SECONDS_IN = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 } as const

/** "500ms", "10s", "5min", "1h", "30d". */
const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|min|h|d)$/, 'must be a duration such as 500ms, 10s, 5min, 1h or 30d')
  .transform((text) => {
    const match = /^([\d.]+)(\w+)$/.exec(text) as RegExpExecArray
    return seconds(Number(match[1]) * SECONDS_IN[match[2] as keyof typeof SECONDS_IN])
  })

const duration = (value: string) => Duration.prefault(value)

const Cron = z.string().refine(validate, 'must be a cron expression such as "0 9 * * 1-5"')

/** "22:00", as minutes since midnight. */
const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "22:00", in quotes')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

const Timezone = z.string().refine((name) => isTimezone(name), 'must be a time zone such as Europe/Berlin')

/** Fixes and findings name an engine or a database by it, so no two may share one. */
const uniqueNames = <Named extends { readonly name: string }>(list: readonly Named[]): boolean =>
  new Set(list.map(({ name }) => name)).size === list.length

const Name = z.string().regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes and underscores')

const SlackUser = z
  .string()
  .regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user ID such as U024BE7LH (profile → ⋮ → Copy member ID)')
const SlackUserGroup = z.string().regex(/^S[A-Z0-9]+$/, 'must be a Slack user group ID such as S0614TZR7')
const SlackChannel = z
  .string()
  .regex(/^[CGD][A-Z0-9]+$/, 'must be a Slack channel ID such as C012AB3CD (channel → About)')

const Members = z.strictObject({
  users: z.array(SlackUser).default([]),
  userGroups: z.array(SlackUserGroup).default([]),
  channels: z.array(SlackChannel).default([]),
  systemUsers: z.array(z.string().min(1)).default([]),
})

const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "22:30", quoted')
const Instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-12-24T00:00:00+01:00')
  .transform((text) => timestamp(new Date(text)))

const Status = z.number().int().min(100).max(599)

const Service = z
  .strictObject({
    name: Name,
    url: z.url({ protocol: /^https?$/, error: 'must be an address such as https://app.example.org/health' }),
    method: z.enum(['GET', 'HEAD']).default('GET'),
    headers: z.record(z.string().regex(/^[\w-]+$/, 'must be the name of a header'), z.string()).default({}),
    expect: z
      .strictObject({
        status: z.union([Status.transform((status) => [status]), z.array(Status).min(1)]).optional(),
        text: z.string().min(1).optional(),
      })
      .prefault({}),
    target: Duration.optional(),
    timeout: duration('5s'),
    probes: z.number().int().min(1).max(50).default(5),
    assets: z.boolean().default(true),
    verifyCertificate: z.boolean().default(true),
    ca: z.string().min(1).optional(),
    /** How far it may be loaded, once somebody has approved it; not at all without it. */
    loadTest: z
      .strictObject({
        rate: z.number().int().min(1).max(10_000).default(10),
        duration: duration('10s').refine((value) => value >= 1 && value <= 300, 'must be 1s to 5min'),
        connections: z.number().int().min(1).max(500).default(5),
      })
      .optional(),
  })
  .refine(({ method, expect }) => method === 'GET' || expect.text === undefined, {
    path: ['expect', 'text'],
    error: 'needs method GET: an answer to HEAD has no text',
  })
  .transform(({ target, ca, expect, ...service }) => ({
    ...service,
    expect: { status: expect.status ?? null, text: expect.text ?? null },
    target: target ?? null,
    ca: ca ?? null,
  }))

const TlsFiles = z.strictObject({ ca: z.string().min(1), cert: z.string().min(1), key: z.string().min(1) })

const DockerEntry = z
  .strictObject({
    name: Name,
    socket: z.string().min(1).optional(),
    url: z.url({ protocol: /^(tcp|ssh)$/, error: 'must be tcp://host:2376 or ssh://user@host' }).optional(),
    tls: TlsFiles.optional(),
  })
  .refine(({ socket, url }) => (socket === undefined) !== (url === undefined), {
    error: 'needs either socket: (a path of this machine) or url: (tcp:// or ssh://)',
  })
  .refine(({ url, tls }) => !tls || url?.startsWith('tcp://'), {
    path: ['tls'],
    error: 'goes with a url: tcp://… only',
  })

/** From the lowest to the highest value that people may set. */
const Bounds = z
  .tuple([z.number(), z.number()])
  .refine(([lowest, highest]) => lowest < highest, 'must be [lowest, highest]')

/** config/perfbot.yaml. Every part can be left out: config/perfbot.example.yaml says what holds then. */
const ConfigFile = z.strictObject({
  host: Name.optional(),
  dataDirectory: z.string().min(1).default('data'),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be postgres://user:password@host:5432/database')
    .optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  collect: z
    .strictObject({
      schedule: Cron.default('* * * * *'),
      deadline: duration('10s'),
      paths: z
        .strictObject({
          procfs: z.string().min(1).default('/proc'),
          sysfs: z.string().min(1).default('/sys'),
          rootfs: z.string().min(1).default('/'),
        })
        .prefault({}),
    })
    .prefault({}),
  docker: z.array(DockerEntry).refine(uniqueNames, 'must have names that differ').optional(),
  postgres: z
    .array(
      z.strictObject({
        name: Name,
        url: z.string().regex(/^postgres(ql)?:\/\//, 'must be postgres://user:password@host:5432/database'),
      }),
    )
    .refine(uniqueNames, 'must have names that differ')
    .optional(),
  redis: z
    .array(
      z.strictObject({
        name: Name,
        url: z
          .string()
          .regex(/^rediss?:\/\//, 'must be redis://user:password@host:6379, or rediss:// with TLS'),
        ca: z.string().min(1).optional(),
      }),
    )
    .refine(uniqueNames, 'must have names that differ')
    .optional(),
  services: z.array(Service).refine(uniqueNames, 'must have names that differ').default([]),
  gpus: z.strictObject({ nvidiaSmi: z.string().min(1) }).optional(),
  metrics: z
    .strictObject({
      port: z.number().int().min(1).max(65_535),
      address: z.string().min(1).default('127.0.0.1'),
    })
    .optional(),
  ollama: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:11434' })
        .optional(),
      urls: z
        .array(z.url({ protocol: /^https?$/, error: 'must be addresses such as http://127.0.0.1:11434' }))
        .min(1)
        .optional(),
      models: z.array(z.string().min(1)).default([]),
      deadline: duration('45s'),
      stages: z
        .strictObject({
          connect: duration('3s'),
          load: duration('60s'),
          firstToken: duration('60s'),
          pause: duration('20s'),
        })
        .prefault({}),
      keepAlive: duration('1min'),
      patience: duration('10s'),
      mayEvict: z.boolean().default(false),
      contextTokens: z.number().int().min(2048).default(8192),
      allowRemoteModels: z.boolean().default(false),
      probe: z
        .strictObject({ every: duration('10min'), model: z.string().min(1).optional() })
        .transform(({ every, model }) => ({ every, model: model ?? null }))
        .optional(),
      promptsDirectory: z.string().min(1).optional(),
    })
    .refine(({ url, urls }) => url === undefined || urls === undefined, {
      path: ['urls'],
      error: 'goes without url: name that one here too',
    })
    .prefault({}),
  slack: z
    .strictObject({
      botToken: z.string().optional(),
      appToken: z.string().optional(),
      signingSecret: z.string().optional(),
      /** Slack sends requests instead of holding a socket open. */
      http: z
        .strictObject({
          port: z.number().int().min(0).max(65_535),
          address: z.string().min(1).default('0.0.0.0'),
          path: z.string().startsWith('/').default('/slack/events'),
        })
        .optional(),
      apiUrl: z.url().optional(),
      channels: z.array(z.string().min(1)).default([]),
      digest: z
        .strictObject({ schedule: Cron.default('0 9 * * *'), timezone: Timezone.optional() })
        .optional(),
      /** What people may set by /perf settings, and how far. */
      settings: z
        .strictObject({
          thresholds: z.partialRecord(Thresholds.keyof(), Bounds).default({
            cpuBusy: [0.5, 0.99],
            memoryAvailable: [0.03, 0.3],
            diskAvailable: [0.03, 0.3],
            containerMemory: [0.6, 0.98],
            connections: [0.5, 0.95],
            serviceSuccess: [0.9, 1],
          }),
        })
        .prefault({}),
      alerts: z
        .strictObject({
          /** None is no alerts. */
          severities: z.array(Severity).default(['critical']),
          resolveAfter: duration('5min'),
          atMostPerHour: z.number().int().min(1).default(6),
          quietHours: z
            .strictObject({ from: TimeOfDay, to: TimeOfDay, timezone: Timezone.optional() })
            .optional(),
        })
        .prefault({}),
    })
    .refine(({ digest, channels }) => !digest || channels.length > 0, {
      path: ['digest'],
      error: 'needs slack.channels: it would be posted nowhere',
    })
    .prefault({}),
  approvers: Members.prefault({}),
  roles: z
    .strictObject({
      see: Members.optional(),
      ask: Members.optional(),
      admin: Members.optional(),
      approve: z
        .strictObject({ low: Members.optional(), medium: Members.optional(), high: Members.optional() })
        .prefault({}),
    })
    .prefault({}),
  fixes: z
    .strictObject({
      directory: z.string().min(1).optional(),
      planLifetime: duration('4h'),
      ownProposals: z.boolean().default(true),
      windows: z
        .array(
          z.strictObject({
            days: z
              .array(z.enum(DAYS))
              .min(1)
              .default([...DAYS]),
            from: ClockTime,
            to: ClockTime,
            timezone: Timezone.default('UTC'),
            risks: z.array(Risk).min(1).default(['medium', 'high']),
          }),
        )
        .default([]),
      freezes: z
        .array(z.strictObject({ from: Instant, until: Instant, reason: z.string().min(1) }))
        .default([]),
      automatic: z
        .strictObject({
          schedule: Cron.default('*/15 * * * *'),
          commands: z
            .array(
              z.strictObject({
                command: z.string().min(1),
                targets: z.array(z.string().min(1)).min(1).optional(),
              }),
            )
            .min(1),
          failures: z.number().int().min(1).default(2),
          pause: duration('24h'),
        })
        .optional(),
    })
    .prefault({}),
  retention: z
    .strictObject({
      snapshots: duration('2d'),
      reports: duration('90d'),
      history: z
        .strictObject({ raw: duration('7d'), minutes: duration('35d'), hours: duration('400d') })
        .prefault({}),
    })
    .prefault({}),
  thresholds: Thresholds.prefault({}),
  exceptions: z.array(ThresholdException).default([]),
  targets: Targets.prefault({}),
})

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
