import type { OllamaReading } from '../ollama-reading.ts'
import { gauge, type Labels, type MetricOf, type Point } from './metric.ts'

export const ollamaLabels = ({ url }: OllamaReading): Labels => ({ url })

const onEachModel =
  (read: (model: OllamaReading['resident'][number]) => number) =>
  ({ resident }: OllamaReading): Point[] =>
    resident.map((model) => [{ model: model.name }, read(model)])

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
]
