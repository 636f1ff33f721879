import { z } from 'zod'
import { Bytes, Timestamp } from './units.ts'

export const OllamaReading = z.object({
  url: z.string(),
  version: z.string(),
  /** `remote` models are run by somebody else: a prompt to them leaves the machine. */
  installed: z.array(z.object({ name: z.string(), sizeBytes: Bytes, remote: z.boolean() })),
  /** Loaded now. `vramBytes` 0 runs on the CPU; between 0 and `sizeBytes` it is partly offloaded. */
  resident: z.array(
    z.object({
      name: z.string(),
      sizeBytes: Bytes,
      vramBytes: Bytes,
      contextLength: z.number().nullable(),
      expiresAt: Timestamp.nullable(),
    }),
  ),
})
export type OllamaReading = z.infer<typeof OllamaReading>
