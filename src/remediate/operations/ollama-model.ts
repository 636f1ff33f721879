import { z } from 'zod'
import { requestOllama } from './ollama-request.ts'
import { operation, sameEachTime } from './operation.ts'

const modelArguments = { server: z.string(), model: z.string().min(1).max(200) }

/** As Ollama reads it: `10m`, `24h`, or -1 for as long as it runs. */
const KeepAlive = z.union([z.string().regex(/^([1-9]\d*(s|m|h))$/), z.literal(-1), z.literal('-1')])

const keepAliveOf = (text: z.infer<typeof KeepAlive>): string | number => (text === '-1' ? -1 : text)

/** A request without a prompt loads a model, or keeps one that is loaded for longer (docs/api.md, "Load a model"). */
export const ollamaLoad = operation({
  name: 'ollama.load',
  argumentsSchema: z.strictObject({ ...modelArguments, keepAlive: KeepAlive }),
  deadlineSeconds: 600,
  exact: ({ model, keepAlive }) =>
    `POST /api/generate ${JSON.stringify({ model, keep_alive: keepAliveOf(keepAlive) })}`,
  run: async ({ server, model, keepAlive }, engines, signal) => {
    const body = { model, keep_alive: keepAliveOf(keepAlive), stream: false }
    await requestOllama(server, engines, signal, { method: 'POST', path: '/api/generate', body })
  },
  wasDone: sameEachTime,
})

/** With keep_alive 0 it goes as soon as nobody uses it (docs/api.md, "Unload a model"). */
export const ollamaUnload = operation({
  name: 'ollama.unload',
  argumentsSchema: z.strictObject(modelArguments),
  exact: ({ model }) => `POST /api/generate ${JSON.stringify({ model, keep_alive: 0 })}`,
  run: async ({ server, model }, engines, signal) => {
    const body = { model, keep_alive: 0, stream: false }
    await requestOllama(server, engines, signal, { method: 'POST', path: '/api/generate', body })
  },
  wasDone: sameEachTime,
})
