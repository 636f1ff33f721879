import { z } from 'zod'

/** One HTTP service, as config names it, and how it answered the probes of this reading. */
export const ServiceReading = z.object({
  name: z.string(),
  url: z.string(),
})
export type ServiceReading = z.infer<typeof ServiceReading>
