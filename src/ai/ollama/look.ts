import { z } from 'zod'
import { ModelFailure } from '../model-failure.ts'
import type { Pass } from './breaker.ts'
import { addressOf, failureOf, ollamaClient } from './client.ts'
import type { Room } from './room.ts'
import type { ModelServer } from './server.ts'
import type { Serving } from './serving.ts'
import { within } from './stage.ts'

/** Of /api/tags, /api/ps and /api/show, what the choice needs. Older servers state fewer of these. */
const Installed = z.object({
  name: z.string(),
  size: z.number().nullish(),
  remote_model: z.string().nullish(),
  remote_host: z.string().nullish(),
  capabilities: z.array(z.string()).nullish(),
  details: z.object({ family: z.string().nullish() }).nullish(),
})
export type Installed = z.infer<typeof Installed>
const Tags = z.object({ models: z.array(Installed).nullable() })

const Resident = z.object({
  name: z.string(),
  size: z.number(),
  size_vram: z.number().nullish(),
  context_length: z.number().nullish(),
  expires_at: z.coerce.string().nullish(),
})
export type Resident = z.infer<typeof Resident>
const Loaded = z.object({ models: z.array(Resident).nullable() })

const Shown = z.object({
  remote_model: z.string().nullish(),
  remote_host: z.string().nullish(),
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
})
export type Shown = z.infer<typeof Shown>

/** A server as it is now, and the right to ask it. */
export type Seen = {
  readonly server: ModelServer
  readonly pass: Pass
  readonly installed: readonly Installed[]
  readonly resident: readonly Resident[]
  readonly room: Room
}

const isCloud = (url: string): boolean => /(?:^|[/.@])ollama\.com(?![\w.-])/i.test(url)

/** What is installed and what is in memory at a server; a failure says why it cannot be asked. */
export async function look(
  server: ModelServer,
  { allowRemoteModels, deadlines, room }: Serving,
  outer: AbortSignal,
): Promise<Seen> {
  const { url, breaker } = server
  if (!allowRemoteModels && isCloud(url)) {
    throw new ModelFailure(`${addressOf(url)} is not a machine of yours, and config allows none other.`)
  }
  const pass = breaker.admit()
  if ('refused' in pass) throw new ModelFailure(`Ollama at ${addressOf(url)} ${pass.refused}`)
  try {
    const [tags, loaded] = await within('connect', deadlines, outer, async (signal) =>
      Promise.all([ollamaClient(url, signal).list(), ollamaClient(url, signal).ps()]),
    )
    return {
      server,
      pass,
      installed: Tags.parse(tags).models ?? [],
      resident: Loaded.parse(loaded).models ?? [],
      room: await room(url),
    }
  } catch (error) {
    if (outer.aborted) {
      pass.left()
      throw error
    }
    const failure = failureOf(error, url, false)
    pass.failed(failure.message)
    throw failure
  }
}

export async function show(
  { server }: Seen,
  name: string,
  { deadlines }: Serving,
  outer: AbortSignal,
): Promise<Shown> {
  try {
    return Shown.parse(
      await within('connect', deadlines, outer, (signal) =>
        ollamaClient(server.url, signal).show({ model: name }),
      ),
    )
  } catch (error) {
    if (outer.aborted) throw error
    throw failureOf(error, server.url, false)
  }
}
