import { z } from 'zod'
import { ModelFailure } from './model-failure.ts'
import { addressOf, ollamaClient } from './ollama-client.ts'

/** Of /api/tags and /api/show, what the choice needs. Older servers state fewer of these. */
const Installed = z.object({
  name: z.string(),
  remote_model: z.string().nullish(),
  remote_host: z.string().nullish(),
  capabilities: z.array(z.string()).nullish(),
  details: z.object({ family: z.string().nullish() }).nullish(),
})
type Installed = z.infer<typeof Installed>
const Tags = z.object({ models: z.array(Installed) })
const Shown = z.object({
  remote_model: z.string().nullish(),
  remote_host: z.string().nullish(),
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
})

export type ModelWish = { url: string; models: readonly string[]; allowRemoteModels: boolean }
export type ChosenModel = { name: string; thinks: boolean; contextTokens: number | null }

/** The first of the wished models that is installed, else the first installed that can write and is local. */
export async function chooseModel(wish: ModelWish, signal: AbortSignal): Promise<ChosenModel> {
  if (!wish.allowRemoteModels && isCloud(wish.url)) {
    throw new ModelFailure(`${addressOf(wish.url)} is not a machine of yours, and config allows none other.`)
  }
  const { models } = Tags.parse(await ollamaClient(wish.url, signal).list())
  const usable = models.filter((model) => canWrite(model) && (wish.allowRemoteModels || !isRemote(model)))
  const wished = wish.models.flatMap((name) => usable.find((model) => sameModel(model.name, name)) ?? [])
  const chosen = wished[0] ?? usable[0]
  if (!chosen) throw noneUsable(wish, models)

  const shown = Shown.parse(await ollamaClient(wish.url, signal).show({ model: chosen.name }))
  if (!wish.allowRemoteModels && isRemote({ ...shown, name: chosen.name })) throw noneUsable(wish, models)
  return {
    name: chosen.name,
    thinks: shown.capabilities?.includes('thinking') ?? false,
    contextTokens: contextLength(shown.model_info ?? {}),
  }
}

const isCloud = (url: string): boolean => /(?:^|[/.@])ollama\.com(?![\w.-])/i.test(url)

/** Run by somebody else: the prompt would leave the machine. */
const isRemote = ({
  name,
  remote_model,
  remote_host,
}: Pick<Installed, 'name' | 'remote_model' | 'remote_host'>) =>
  Boolean(remote_model) || Boolean(remote_host) || /[:-]cloud$/.test(name)

function canWrite({ name, capabilities, details }: Installed): boolean {
  if (capabilities && capabilities.length > 0) return capabilities.includes('completion')
  return !/embed|minilm|bge-|rerank/i.test(name) && !/bert/i.test(details?.family ?? '')
}

/** Ollama's `qwen3` is `qwen3:latest`. */
const sameModel = (installed: string, wished: string): boolean =>
  installed === wished || installed === `${wished}:latest`

/** Stated as `<architecture>.context_length`. */
function contextLength(modelInfo: Record<string, unknown>): number | null {
  const [, length] = Object.entries(modelInfo).find(([key]) => key.endsWith('.context_length')) ?? []
  return typeof length === 'number' && length > 0 ? length : null
}

function noneUsable(wish: ModelWish, models: readonly Installed[]): ModelFailure {
  const example = wish.models[0] ?? 'qwen3:8b'
  const remote = models.filter(isRemote).map(({ name }) => name)
  const why =
    remote.length > 0 && !wish.allowRemoteModels
      ? `has no local model that can write; ${remote.join(', ')} would send the report to somebody else`
      : 'has no model that can write'
  return new ModelFailure(`Ollama at ${addressOf(wish.url)} ${why}. Install one: ollama pull ${example}.`)
}
