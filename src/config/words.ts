import { validate } from 'node-cron'
import { z } from 'zod'
import { isTimezone } from '../model/timezone.ts'
import { seconds, timestamp } from '../model/units.ts'

const SECONDS_IN = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 } as const

/** "500ms", "10s", "5min", "1h", "30d". */
export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|min|h|d)$/, 'must be a duration such as 500ms, 10s, 5min, 1h or 30d')
  .transform((text) => {
    const match = /^([\d.]+)(\w+)$/.exec(text) as RegExpExecArray
    return seconds(Number(match[1]) * SECONDS_IN[match[2] as keyof typeof SECONDS_IN])
  })

export const duration = (value: string) => Duration.prefault(value)

export const Cron = z.string().refine(validate, 'must be a cron expression such as "0 9 * * 1-5"')

/** "22:00", as minutes since midnight. */
export const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "22:00", in quotes')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

export const Timezone = z
  .string()
  .refine((name) => isTimezone(name), 'must be a time zone such as Europe/Berlin')

/** Fixes and findings name an engine or a database by it, so no two may share one. */
export const uniqueNames = <Named extends { readonly name: string }>(list: readonly Named[]): boolean =>
  new Set(list.map(({ name }) => name)).size === list.length

export const Name = z.string().regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes and underscores')

const SlackUser = z
  .string()
  .regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user ID such as U024BE7LH (profile → ⋮ → Copy member ID)')
const SlackUserGroup = z.string().regex(/^S[A-Z0-9]+$/, 'must be a Slack user group ID such as S0614TZR7')
const SlackChannel = z
  .string()
  .regex(/^[CGD][A-Z0-9]+$/, 'must be a Slack channel ID such as C012AB3CD (channel → About)')

export const Members = z.strictObject({
  users: z.array(SlackUser).default([]),
  userGroups: z.array(SlackUserGroup).default([]),
  channels: z.array(SlackChannel).default([]),
  systemUsers: z.array(z.string().min(1)).default([]),
})

export const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "22:30", quoted')
export const Instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-12-24T00:00:00+01:00')
  .transform((text) => timestamp(new Date(text)))

export const PostgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be postgres://user:password@host:5432/database')
