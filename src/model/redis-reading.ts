import { z } from 'zod'

/** One Redis or Valkey server, as config names it. */
export const RedisReading = z.object({
  name: z.string(),
  address: z.object({ host: z.string(), port: z.number() }),
  version: z.string(),
})
export type RedisReading = z.infer<typeof RedisReading>
