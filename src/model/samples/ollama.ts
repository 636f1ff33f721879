import type { OllamaReading } from '../ollama-reading.ts'
import { flag, gauge, instant, type Labels, type MetricOf, type Point } from './metric.ts'

export const ollamaLabels = ({ url }: OllamaReading): Labels => ({ url })

const onEachModel =
  (read: (model: OllamaReading['resident'][number]) => number | null) =>
  ({ resident }: OllamaReading): Point[] =>
    resident.map((model) => [{ model: model.name }, read(model)])

type Answered = Extract<NonNullable<OllamaReading['probe']>, { outcome: 'answered' }>

const ofProbe =
  (read: (probe: Answered) => number | null) =>
  ({ probe }: OllamaReading): Point[] =>
    probe?.outcome === 'answered' ? [[{ model: probe.model }, read(probe)]] : []

export const ollamaMetrics: readonly MetricOf<OllamaReading>[] = [
  gauge('perfbot_ollama_models_installed', {
    title: 'Models installed',
    unit: 'count',
    help: 'Models that Ollama can run.',
    read: ({ installed }) => installed.length,
  }),
  gauge('perfbot_ollama_models_resident', {
    title: 'Models loaded',
    unit: 'count',
    help: 'Models that are in memory now.',
    history: true,
    read: ({ resident }) => resident.length,
  }),
  gauge('perfbot_ollama_model_size_bytes', {
    title: 'Model memory',
    unit: 'bytes',
    help: 'Memory that a loaded model takes, on GPUs and beside them.',
    history: true,
    read: onEachModel(({ sizeBytes }) => sizeBytes),
  }),
  gauge('perfbot_ollama_model_vram_bytes', {
    title: 'Model memory on GPUs',
    unit: 'bytes',
    help: 'What of a loaded model is in the memory of GPUs; 0 runs on the CPU.',
    history: true,
    read: onEachModel(({ vramBytes }) => vramBytes),
  }),
  gauge('perfbot_ollama_model_context_tokens', {
    title: 'Model context',
    unit: 'count',
    help: 'Context with which a model is loaded.',
    read: onEachModel(({ contextLength }) => contextLength),
  }),
  gauge('perfbot_ollama_model_expiry_timestamp_seconds', {
    title: 'Model expiry',
    unit: 'seconds',
    help: 'When a loaded model goes away if nobody uses it, in seconds since 1970.',
    read: onEachModel(({ expiresAt }) => instant(expiresAt)),
  }),
  gauge('perfbot_ollama_generated_tokens_per_second', {
    title: 'Model speed',
    unit: 'per_second',
    help: 'Tokens that the newest inference probe had written in a second.',
    history: true,
    read: ofProbe(({ generatedTokensPerSecond }) => generatedTokensPerSecond),
  }),
  gauge('perfbot_ollama_prompt_tokens_per_second', {
    title: 'Model reading speed',
    unit: 'per_second',
    help: 'Tokens that the newest inference probe had read in a second.',
    history: true,
    read: ofProbe(({ promptTokensPerSecond }) => promptTokensPerSecond),
  }),
  gauge('perfbot_ollama_inference_seconds', {
    title: 'Model answer time',
    unit: 'seconds',
    help: 'How long the newest inference probe took, and what of it was loading and waiting.',
    history: true,
    read({ probe }): Point[] {
      if (probe?.outcome !== 'answered') return []
      const { model, total, load, queued } = probe
      return [
        [{ model, phase: 'total' }, total],
        [{ model, phase: 'load' }, load],
        [{ model, phase: 'queued' }, queued],
      ]
    },
  }),
  gauge('perfbot_ollama_busy', {
    title: 'Model queue full',
    unit: 'count',
    help: 'Whether the newest inference probe was refused for a full queue (1); absent without a probe.',
    history: true,
    read: ({ probe }) =>
      probe === null || probe.outcome === 'skipped' ? null : flag(probe.outcome === 'busy'),
  }),
]
