import { afterEach, expect, test } from 'vitest'
import { examineModels } from '../../../src/ai/ollama/examine.ts'
import { roomOf } from '../../../src/ai/ollama/room.ts'
import { modelServer } from '../../../src/ai/ollama/server.ts'
import { SERVING_DEFAULTS, type Serving } from '../../../src/ai/ollama/serving.ts'
import { bytes, seconds } from '../../../src/model/units.ts'
import * as ollama from '../../support/ollama.ts'
import { GIBIBYTE, makeGpu } from '../../support/snapshot.ts'

let server: ollama.FakeOllama | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const examined = async (options: ollama.FakeOllamaOptions, changes: Partial<Serving> = {}) => {
  await server?.close()
  server = await ollama.startFakeOllama(options)
  return examineModels({
    ...SERVING_DEFAULTS,
    patienceSeconds: seconds(0),
    servers: [modelServer(server.url)],
    ...changes,
  })
}
const willing: ollama.ChatBehaviour = (response, request) =>
  (request.tools ? ollama.calls(['free_memory', {}]) : ollama.fitsFormat)(response, request)

const SMALL = { name: 'gemma3:1b', capabilities: ['completion'], contextLength: 2048, size: 8e8 }
const WISHES = { models: ['qwen3:8b', 'gemma3:1b', 'llama9'] }

test('each model of config is tried, and what it can serve is told, with what it lacks', async () => {
  const models = [ollama.LOCAL_MODEL, SMALL]
  const [qwen, gemma, missing] = await examined({ models, chat: willing }, WISHES)
  expect(qwen).toEqual({
    subject: 'model qwen3:8b',
    verdict: 'well',
    detail: expect.stringMatching(
      /^serves summaries and answers and questions that it looks up by tools; a context of 8192 tokens; a short answer in /,
    ),
    remedy: null,
  })
  // The first one is in memory by then, and nobody can tell what is free beside it.
  expect(gemma).toMatchObject({
    verdict: 'lacking',
    detail: expect.stringContaining('qwen3:8b is in memory there'),
  })
  expect(missing).toMatchObject({ verdict: 'absent', remedy: 'ollama pull llama9' })
  expect(server?.evicted).toEqual([])
  expect(server?.chats.every(({ options }) => (options?.num_predict ?? 999) <= 40)).toBe(true)
})

test('one without tools, with little context, or that keeps to no form, is told apart', async () => {
  const room = async () =>
    roomOf([makeGpu({ memoryUsedBytes: bytes(0), memoryTotalBytes: bytes(24 * GIBIBYTE) })], 0)
  const [small] = await examined({ models: [SMALL], chat: willing }, { models: ['gemma3:1b'], room })
  expect(small).toMatchObject({
    verdict: 'lacking',
    detail: expect.stringMatching(/^serves summaries and answers; a context of 2048 tokens/),
    remedy: 'it calls no tools: it gets what rules look up; 2048 tokens hold only the worst of a report.',
  })
  const [prose] = await examined({ chat: ollama.writes('Sure, it works!') })
  expect(prose).toMatchObject({
    subject: 'model qwen3:8b',
    verdict: 'failed',
    detail: expect.stringMatching(/^serves nothing/),
    remedy: expect.stringContaining('did not call the one it was told to call'),
  })
})

test('a model that fails says why, and a server that is not there is left to its readings', async () => {
  const [broken] = await examined({ chat: ollama.fails(500, 'CUDA error') })
  expect(broken).toMatchObject({ verdict: 'lacking', detail: expect.stringContaining('CUDA error') })
  const gone = await ollama.startFakeOllama()
  await gone.close()
  const serving = { ...SERVING_DEFAULTS, servers: [modelServer(gone.url)] }
  expect(await examineModels(serving)).toEqual([])
})
