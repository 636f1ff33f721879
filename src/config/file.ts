import { z } from 'zod'
import { ThresholdException, Thresholds } from '../diagnose/thresholds.ts'
import { Severity } from '../model/finding.ts'
import { Risk } from '../model/fix-plan.ts'
import { DAYS } from '../remediate/policy.ts'
import { Targets } from '../report/targets.ts'
import { DockerEntry, Service } from './sources.ts'
import {
  ClockTime,
  Cron,
  duration,
  Instant,
  Members,
  Name,
  PostgresUrl,
  TimeOfDay,
  Timezone,
  uniqueNames,
} from './words.ts'

/** From the lowest to the highest value that people may set. */
const Bounds = z
  .tuple([z.number(), z.number()])
  .refine(([lowest, highest]) => lowest < highest, 'must be [lowest, highest]')

/** config/perfbot.yaml. Every part can be left out: config/perfbot.example.yaml says what holds then. */
export const ConfigFile = z.strictObject({
  host: Name.optional(),
  dataDirectory: z.string().min(1).default('data'),
  database: PostgresUrl.optional(),
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
        url: PostgresUrl,
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
