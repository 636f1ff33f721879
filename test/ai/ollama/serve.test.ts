import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ChosenModel } from '../../../src/ai/ollama/choose.ts'
import { type Room, roomOf, UNKNOWN_ROOM } from '../../../src/ai/ollama/room.ts'
import { serve } from '../../../src/ai/ollama/serve.ts'
import { modelServer } from '../../../src/ai/ollama/server.ts'
import { SERVING_DEFAULTS, type Serving } from '../../../src/ai/ollama/serving.ts'
import { bytes, ratio, seconds } from '../../../src/model/units.ts'
import * as ollama from '../../support/ollama.ts'
import { GIBIBYTE, makeGpu } from '../../support/snapshot.ts'

const started: ollama.FakeOllama[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()))
})
async function start(options: ollama.FakeOllamaOptions = {}): Promise<ollama.FakeOllama> {
  const server = await ollama.startFakeOllama(options)
  started.push(server)
  return server
}

const gpuWith = (free: number, utilisation = 0.1) =>
  makeGpu({
    memoryTotalBytes: bytes(24 * GIBIBYTE),
    memoryUsedBytes: bytes((24 - free) * GIBIBYTE),
    memoryReservedBytes: null,
    utilisation: ratio(utilisation),
  })
const freeVram = (free: number, memory = 0): Room => roomOf([gpuWith(free)], memory * GIBIBYTE)

/** qwen3:14b, llama3.1:8b and qwen3:1.7b, as large as they are, with the heads of the real ones. */
const MODELS: ollama.FakeModel[] = [
  { name: 'qwen3:14b', size: 9.3e9, family: 'qwen3', contextLength: 40_960, info: heads(40, 40, 8, 128) },
  { name: 'llama3.1:8b', size: 4.9e9, contextLength: 131_072, info: heads(32, 32, 8, 128) },
  { name: 'qwen3:1.7b', size: 1.4e9, family: 'qwen3', contextLength: 40_960, info: heads(28, 16, 8, 128) },
]
function heads(layers: number, count: number, shared: number, length: number): Record<string, number> {
  return {
    block_count: layers,
    'attention.head_count': count,
    'attention.head_count_kv': shared,
    'attention.key_length': length,
    'attention.value_length': length,
  }
}
const ORDER = MODELS.map(({ name }) => name)
const until = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()

const servingOf = (servers: readonly ollama.FakeOllama[], changes: Partial<Serving> = {}): Serving => ({
  ...SERVING_DEFAULTS,
  patienceSeconds: seconds(0),
  models: ORDER,
  servers: servers.map(({ url }) => modelServer(url)),
  ...changes,
})

/** Has one word written; which model wrote it, and how. */
const written = (serving: Serving, signal = AbortSignal.timeout(10_000)): Promise<ChosenModel> =>
  serve(serving, signal, async (model) => {
    await model.ask({ messages: [{ role: 'user', content: 'Say something.' }], answerTokens: 10 })
    return model
  })
const failure = (serving: Serving): Promise<string> =>
  written(serving).then(
    ({ name }) => `${name} wrote`,
    (error: Error) => error.message,
  )

describe('the model', () => {
  test.each<[string, Room, string, number, RegExp]>([
    ['the best fits', freeVram(14), 'qwen3:14b', 8192, /needs 10\.4 GiB with 8192 tokens, and 14 GiB of GPU/],
    ['its context has to shrink', freeVram(10.5), 'qwen3:14b', 4096, /4096 tokens.*8192 tokens were wished/],
    [
      'the best does not fit',
      freeVram(8),
      'llama3.1:8b',
      8192,
      /qwen3:14b .* passed over: it needs 9\.46 GiB/,
    ],
    ['little is free', freeVram(3), 'qwen3:1.7b', 8192, /llama3\.1:8b .* passed over/],
    ['there is no GPU', roomOf([], 8 * GIBIBYTE), 'llama3.1:8b', 8192, /8 GiB of memory are available/],
    ['nobody knows', UNKNOWN_ROOM, 'qwen3:14b', 8192, /nothing else is in memory there/],
  ])('is chosen by order and free memory, and why is said: %s', async (_, room, name, context, why) => {
    const server = await start({ models: MODELS })
    const model = await written(servingOf([server], { room: async () => room }))
    expect(model).toMatchObject({ name, why: expect.stringMatching(why) })
    expect(server.chats[0]).toMatchObject({ model: name, options: { num_ctx: context }, keep_alive: 60 })
    expect(server.resident).toMatchObject([{ name, context_length: context }])
    expect(server.evicted).toEqual([])
  })

  test('that others work with keeps its context and its time in memory', async () => {
    const production = { name: 'llama3.1:8b', context_length: 32_768, expires_at: until(2) }
    const server = await start({ models: MODELS, resident: [{ ...production }] })
    const model = await written(
      servingOf([server], { models: ['llama3.1:8b'], room: async () => freeVram(1) }),
    )
    expect(model.why).toContain('in memory already, with 32768 tokens')
    expect(server.chats[0]?.options?.num_ctx).toBe(32_768)
    expect(server.evicted).toEqual([])
    expect(Date.parse(server.resident[0]?.expires_at ?? '')).toBeGreaterThanOrEqual(
      Date.parse(production.expires_at) - 2000,
    )

    const forEver = await start({
      models: MODELS,
      resident: [{ ...production, expires_at: '2318-01-01T00:00:00Z' }],
    })
    await written(servingOf([forEver], { models: ['llama3.1:8b'] }))
    expect(forEver.chats[0]?.keep_alive).toBe(-1)
  })

  test('never pushes another one out, unless config allows it', async () => {
    const resident = [{ name: 'mistral:7b', size_vram: 20e9, expires_at: until(1) }]
    const server = await start({ models: MODELS, resident: [...resident], vramBytes: 22e9 })
    const busy = { room: async () => freeVram(1, 16) }
    expect(await failure(servingOf([server], busy))).toMatch(
      /without harm to another: .*qwen3:1\.7b at .* needs 2\.\d+ GiB with 2048 tokens, and 1 GiB of GPU/,
    )
    expect(await failure(servingOf([server]))).toContain(
      'mistral:7b is in memory there, and how much is free',
    )
    expect(server.resident).toEqual(resident)
    expect(await failure(servingOf([server], { ...busy, mayEvict: true }))).toBe('qwen3:14b wrote')
    expect(server.evicted).toEqual(['mistral:7b'])
  })

  test('waits for GPUs that are busy, and then is brief', async () => {
    const server = await start({ models: MODELS })
    const readings = [0.99, 0.97, 0.2]
    const room = vi.fn(async () => roomOf([gpuWith(20, readings.shift() ?? 0.2)], 0))
    const patient = { room, patienceSeconds: seconds(20) }
    expect(await written(servingOf([server], patient))).toMatchObject({ isBusy: false })
    expect(room).toHaveBeenCalledTimes(3)
    const always = { room: async () => roomOf([gpuWith(20, 1)], 0) }
    expect(await written(servingOf([server], always))).toMatchObject({ isBusy: true })
  })
})

describe('of several servers', () => {
  test('the one that has the model in memory is asked, else the one with most room', async () => {
    const [small, large] = [await start({ models: MODELS }), await start({ models: MODELS })]
    const room = async (url: string) => freeVram(url === large.url ? 20 : 12)
    const serving = servingOf([small, large], { room })
    expect((await written(serving)).seen.server.url).toBe(large.url)

    const holding = await start({ models: MODELS, resident: [{ name: 'qwen3:14b', expires_at: until(1) }] })
    expect((await written(servingOf([small, holding], { room }))).seen.server.url).toBe(holding.url)
  })

  test.each([
    ['drops the connection', ollama.dropsBeforeHeaders],
    ['answers 500', ollama.fails(500, 'CUDA error')],
    ['lost the model', ollama.fails(404, "model 'qwen3:14b' not found")],
    ['has a full queue', ollama.fails(503, 'server busy')],
  ])('another is asked when the first one %s, for nothing was written yet', async (_, chat) => {
    const [bad, good] = [await start({ models: MODELS.slice(0, 1), chat }), await start({ models: MODELS })]
    const room = async (url: string) => freeVram(url === bad.url ? 20 : 12)
    expect((await written(servingOf([bad, good], { room }))).seen.server.url).toBe(good.url)
  })

  test('none is asked once more for what one had begun to write', async () => {
    const [bad, good] = [
      await start({ models: MODELS, chat: ollama.dropsMidStream }),
      await start({ models: MODELS }),
    ]
    const room = async (url: string) => freeVram(url === bad.url ? 20 : 12)
    expect(await failure(servingOf([bad, good], { room }))).toContain('closed the connection')
    expect(good.chats).toEqual([])
  })

  test('one that fails again and again is left alone, and its queue is not its fault', async () => {
    const broken = await start({ models: MODELS, chat: ollama.fails(500, 'CUDA error') })
    const serving = servingOf([broken])
    for (let count = 0; count < 3; count += 1) expect(await failure(serving)).toContain('CUDA error')
    expect(await failure(serving)).toMatch(/failed 3 times in a row and is left alone for \d+ s more/)
    expect(broken.chats).toHaveLength(3)
    const full = await start({ models: MODELS, chat: ollama.fails(503, 'server busy') })
    const patient = servingOf([full])
    for (let count = 0; count < 4; count += 1) expect(await failure(patient)).toContain('server busy')
  })
})

test('one text is written at a time, and who stops waiting is not written for', async () => {
  const server = await start({ models: MODELS, loadMilliseconds: 50 })
  const serving = servingOf([server])
  const stop = new AbortController()
  const all = [written(serving), written(serving), failureOfStopped(serving, stop.signal), written(serving)]
  await vi.waitFor(() => expect(serving.servers[0]?.turns.waiting()).toBe(4))
  stop.abort(new Error('stopped'))
  expect(await Promise.all(all)).toMatchObject([{ name: ORDER[0] }, { name: ORDER[0] }, 'stopped', {}])
  expect({ most: server.mostAtOnce(), chats: server.chats.length }).toEqual({ most: 1, chats: 3 })
})
const failureOfStopped = (serving: Serving, signal: AbortSignal) =>
  written(serving, signal).catch((error: Error) => error.message)

test.each<[string, ollama.ChatBehaviour | null, Partial<Serving['deadlines']>, string]>([
  ['load', null, { load: seconds(0.2) }, 'did not load the model within 200 ms'],
  [
    'first word',
    ollama.hangsBeforeHeaders,
    { firstToken: seconds(0.2) },
    'did not begin to write within 200 ms',
  ],
  ['next word', ollama.hangsMidStream, { pause: seconds(0.2) }, 'fell silent in mid-sentence'],
])('a deadline of its own ends the wait for the %s, and frees the server', async (_, chat, limits, said) => {
  const server = await start({
    models: MODELS.slice(0, 1),
    ...(chat ? { chat } : { loadMilliseconds: 30_000 }),
  })
  const deadlines = { ...SERVING_DEFAULTS.deadlines, ...limits }
  expect(await failure(servingOf([server], { deadlines }))).toContain(said)
  if (chat) await vi.waitFor(() => expect(server.aborted()).toBe(1))
})
