import type { OllamaReading } from '../model/ollama-reading.ts'
import { bytes, type Seconds, seconds } from '../model/units.ts'
import type { Collector } from './collector.ts'
import { isUrlOfThisHost } from './locality.ts'
import { type Details, displayUrl, getJson, Resident, Tags, Version } from './ollama/api.ts'
import { type OllamaSource, ollamaFailure } from './ollama/failure.ts'
import { expiry, type InferenceProber, inferenceProber, type ProbeWish } from './ollama/probe.ts'

type Options = {
  /** One alone is just 'ollama'; several are told apart by their addresses. */
  readonly oneOfSeveral?: boolean
  readonly probe?: ProbeWish | null
  readonly deadlineSeconds?: Seconds
}

/** Of the deadline; the rest is for what is read without asking the model. */
const SHARE_OF_THE_PROBE = 0.7

export function ollamaCollector(
  source: OllamaSource,
  { oneOfSeveral = false, probe = null, deadlineSeconds = seconds(10) }: Options = {},
): Collector {
  const limit = seconds(deadlineSeconds * SHARE_OF_THE_PROBE)
  const prober = inferenceProber(source.url, probe, limit)
  return {
    name: oneOfSeveral ? `ollama:${displayUrl(source.url)}` : 'ollama',
    missing: source.configured ? `Ollama at ${displayUrl(source.url)}` : 'Ollama',
    async collect(signal) {
      try {
        return { models: [await readOllama(source.url, prober, signal)] }
      } catch (error) {
        throw ollamaFailure(error, source, signal)
      }
    },
  }
}

async function readOllama(url: string, prober: InferenceProber, signal: AbortSignal): Promise<OllamaReading> {
  const [version, tags, loaded] = await Promise.all([
    getJson(url, '/api/version', Version, signal),
    getJson(url, '/api/tags', Tags, signal),
    getJson(url, '/api/ps', Resident, signal),
  ])
  const installed = (tags.models ?? []).map((model) => ({
    name: model.name,
    sizeBytes: bytes(model.size),
    remote: Boolean(model.remote_model || model.remote_host),
    ...detailsOf(model.details),
    capabilities: model.capabilities ?? null,
  }))
  const resident = (loaded.models ?? []).map((model) => ({
    name: model.name,
    sizeBytes: bytes(model.size),
    vramBytes: bytes(model.size_vram),
    contextLength: model.context_length || null,
    expiresAt: expiry(model.expires_at),
    ...detailsOf(model.details),
  }))
  const probe = await prober({ installed, resident }, signal)
  const onThisHost = await isUrlOfThisHost(url)
  return { url: displayUrl(url), onThisHost, version: version.version, installed, resident, probe }
}

const detailsOf = (details: Details) => ({
  family: details?.family ?? null,
  parameterSize: details?.parameter_size ?? null,
  quantization: details?.quantization_level ?? null,
})
