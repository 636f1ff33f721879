import { freemem } from 'node:os'
import type { Logger } from 'pino'
import { roomOf, UNKNOWN_ROOM } from './ai/ollama/room.ts'
import { modelServer } from './ai/ollama/server.ts'
import type { Serving } from './ai/ollama/serving.ts'
import { isUrlOfThisHost } from './collect/locality.ts'
import type { Config } from './config.ts'
import type { GpuReading } from './model/gpu-reading.ts'

/** The Ollamas of config, and what memory is free for them: of another machine nobody tells. */
export function createServing(
  ollama: Config['ollama'],
  gpus: () => Promise<readonly GpuReading[] | null>,
  logger: Logger,
): Serving {
  return {
    servers: ollama.urls.map(modelServer),
    models: ollama.models,
    contextTokens: ollama.contextTokens,
    allowRemoteModels: ollama.allowRemoteModels,
    mayEvict: ollama.mayEvict,
    keepAliveSeconds: ollama.keepAlive,
    patienceSeconds: ollama.patience,
    deadlines: ollama.stages,
    onChosen: (why) => logger.info({ why }, 'a model was chosen'),
    async room(url) {
      const found = (await isUrlOfThisHost(url)) ? await gpus() : null
      return found === null ? UNKNOWN_ROOM : roomOf(found, freemem())
    },
  }
}
