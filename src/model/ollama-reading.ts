import { z } from 'zod'
import { Bytes, PerSecond, Seconds, Timestamp } from './units.ts'

/** What a model is, as far as this release of Ollama says. */
const ModelDetails = {
  /** `qwen3`, `llama` … */
  family: z.string().nullable(),
  /** In Ollama's words: `8.2B`. */
  parameterSize: z.string().nullable(),
  /** `Q4_K_M`, `F16` … */
  quantization: z.string().nullable(),
}

const Probed = { at: Timestamp, model: z.string() }

/**
 * A tiny generation, measured by Ollama itself, opt-in. `busy`: it was refused for a full queue (503). `skipped`:
 * there was no model that could be asked without evicting another.
 */
export const InferenceProbe = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('answered'),
    ...Probed,
    /** From the request to the end of the answer, as perfbot saw it. */
    total: Seconds,
    /** Until the model was there: next to nothing for a resident one. Waiting for another to be unloaded is in it. */
    load: Seconds,
    /** Neither loading nor reading nor writing: waiting for a slot (OLLAMA_NUM_PARALLEL). */
    queued: Seconds,
    promptTokens: z.number(),
    /** Null when the prompt was still cached, or too short to be timed. */
    promptTokensPerSecond: PerSecond.nullable(),
    generatedTokens: z.number(),
    generatedTokensPerSecond: PerSecond.nullable(),
    /** Whether the model was resident before. */
    wasResident: z.boolean(),
  }),
  z.object({ outcome: z.literal('busy'), ...Probed, reason: z.string() }),
  z.object({ outcome: z.literal('failed'), ...Probed, reason: z.string() }),
  z.object({ outcome: z.literal('skipped'), at: Timestamp, reason: z.string() }),
])
export type InferenceProbe = z.infer<typeof InferenceProbe>

export const OllamaReading = z.object({
  url: z.string(),
  /** Whether it runs on the host of the snapshot, so that the host's GPUs are its own. */
  onThisHost: z.boolean().default(true),
  version: z.string(),
  /** `remote` models are run by somebody else: a prompt to them leaves the machine. */
  installed: z.array(
    z.object({
      name: z.string(),
      sizeBytes: Bytes,
      remote: z.boolean(),
      ...ModelDetails,
      /** completion, tools, thinking, vision, embedding … Null from releases that do not list them. */
      capabilities: z.array(z.string()).nullable(),
    }),
  ),
  /** Loaded now. `vramBytes` 0 runs on the CPU; between 0 and `sizeBytes` it is partly offloaded. */
  resident: z.array(
    z.object({
      name: z.string(),
      sizeBytes: Bytes,
      vramBytes: Bytes,
      contextLength: z.number().nullable(),
      expiresAt: Timestamp.nullable(),
      ...ModelDetails,
    }),
  ),
  /** The newest one; null while none was made, or none is wanted. */
  probe: InferenceProbe.nullable(),
})
export type OllamaReading = z.infer<typeof OllamaReading>
