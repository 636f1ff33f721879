import { z } from 'zod'
import { operation } from './operation.ts'
import { withRedis } from './redis-session.ts'

/** Only what bounds its memory. */
const SETTINGS = ['maxmemory', 'maxmemory-policy'] as const

const argumentsSchema = z.strictObject({
  server: z.string(),
  setting: z.enum(SETTINGS),
  value: z.union([z.string().regex(/^[a-z0-9-]+$/), z.int().min(0)]),
  /** Into its configuration file too, so that it outlasts a start. */
  persist: z.enum(['yes', 'no']),
})

/** CONFIG GET answers a list of names and values. */
const Answer = z.tuple([z.string(), z.string()])

export const redisConfigSet = operation({
  name: 'redis.config-set',
  argumentsSchema,
  exact: ({ setting, value, persist }) =>
    [`CONFIG SET ${setting} ${value}`, ...(persist === 'yes' ? ['CONFIG REWRITE'] : [])].join('\n'),
  /** Asked before anything is set: half of it would be worse than nothing. */
  witness: ({ server, persist }, engines, signal) =>
    withRedis(server, engines, signal, async (send) => {
      if (persist === 'no' || /^config_file:\S/m.test(String(await send(['INFO', 'server'])))) return {}
      throw new Error('Redis was started without a configuration file, so nothing can be persisted')
    }),
  run: ({ server, setting, value, persist }, engines, signal) =>
    withRedis(server, engines, signal, async (send) => {
      await send(['CONFIG', 'SET', setting, String(value)])
      if (persist === 'yes') await send(['CONFIG', 'REWRITE'])
    }),
  /** Whether the file has it too cannot be seen; done again it comes to the same. */
  wasDone: ({ server, setting, value, persist }, engines, signal) =>
    withRedis(server, engines, signal, async (send) => {
      const [, now] = Answer.parse(await send(['CONFIG', 'GET', setting]))
      return persist === 'no' && now === String(value)
    }),
})
