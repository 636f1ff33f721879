import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { computedSummary } from '../../src/ai/computed-summary.ts'
import { narrate } from '../../src/ai/narrate.ts'
import { modelServer } from '../../src/ai/ollama/server.ts'
import { loadPrompts, type Prompt } from '../../src/ai/prompt.ts'
import { WRITER_DEFAULTS, type WriterOptions } from '../../src/ai/write.ts'
import type { Narrative } from '../../src/model/report.ts'
import { seconds } from '../../src/model/units.ts'
import * as ollama from '../support/ollama.ts'
import { makeReport } from '../support/report.ts'

const report = makeReport()
const GOOD = [
  'Container `api` is restarted again and again, 14 times so far, because its image lacks the Python package `cryptography`.',
  'The web UI cannot sign anybody in while the API is down.',
  'Add `cryptography` to the image first.',
]

let prompt: Prompt
let server: ollama.FakeOllama | null = null
beforeAll(async () => {
  prompt = (await loadPrompts(join(import.meta.dirname, '../../prompts'))).summary
})
afterEach(async () => {
  await server?.close()
  server = null
})

async function narrated(
  fake: ollama.FakeOllamaOptions,
  options: Partial<WriterOptions> = {},
  signal?: AbortSignal,
): Promise<Narrative> {
  server = await ollama.startFakeOllama(fake)
  return narrate(
    report,
    {
      ...WRITER_DEFAULTS,
      patienceSeconds: seconds(0),
      servers: [modelServer(server.url)],
      prompt,
      ...options,
    },
    signal,
  )
}

async function reasonWith(fake: ollama.FakeOllamaOptions, options: Partial<WriterOptions> = {}) {
  const narrative = await narrated(fake, options)
  expect(narrative).toMatchObject({ writer: 'computed', text: computedSummary(report) })
  return narrative.writer === 'computed' ? narrative.reason : ''
}

describe('a model that does its work', () => {
  test('writes the summary', async () => {
    expect(await narrated({ chat: ollama.answers(...GOOD) })).toEqual({
      writer: 'model',
      model: 'qwen3:8b',
      text: GOOD.join(' '),
      sentencesVerified: 3,
      sentencesRemoved: 0,
      citations: [{ text: '14', label: 'restarts', source: 'docker inspect RestartCount' }],
    })
  })

  test('is asked with its context set, without chance, without thinking, and for a closed form', async () => {
    await narrated({ chat: ollama.answers(...GOOD) })
    const [chat] = server?.chats ?? []
    expect(chat).toMatchObject({ model: 'qwen3:8b', stream: true, think: false })
    expect(chat?.options).toMatchObject({ num_ctx: 8192, temperature: 0, seed: 1, num_predict: 1400 })
    expect(chat?.format).toMatchObject({
      type: 'object',
      required: ['summary', 'matters', 'incidents', 'order'],
      additionalProperties: false,
    })
    const [system, user] = chat?.messages ?? []
    expect(system?.role).toBe('system')
    expect(user?.content).toContain('Measured: shared_buffers = 128 MiB')
    expect(user?.content).toMatch(/^<report>\n[\s\S]*\n<\/report>$/)
  })

  test('is not told about thinking when it does not think, nor given more context than it has', async () => {
    const models = [{ name: 'gemma3:4b', capabilities: ['completion'], contextLength: 4096 }]
    await narrated({ models, chat: ollama.answers(...GOOD) })
    expect(server?.chats[0]).not.toHaveProperty('think')
    expect(server?.chats[0]?.options).toMatchObject({ num_ctx: 4096 })
  })

  test('has a sentence with an invented figure taken out', async () => {
    const invented = 'Adding it will make logins 43 % faster.'
    expect(await narrated({ chat: ollama.answers(...GOOD, invented) })).toMatchObject({
      writer: 'model',
      text: GOOD.join(' '),
      sentencesVerified: 3,
      sentencesRemoved: 1,
    })
  })
})

test('a sentence that cannot be traced is asked for once more, with its fault named', async () => {
  const invented = 'Adding it will make logins 43 % faster.'
  const better = 'The API answers nobody.'
  const narrative = await narrated({
    chat: (response, request) =>
      ollama.answers(...(request.messages.length > 2 ? [better] : [...GOOD, invented]))(response, request),
  })
  expect(narrative).toMatchObject({
    writer: 'model',
    text: [...GOOD, better].join(' '),
    sentencesVerified: 4,
    sentencesRemoved: 1,
  })
  expect(server?.chats[1]?.messages.at(-1)?.content).toContain('"43 %" is no reading')
})

describe('in sections', () => {
  const form = {
    summary: [GOOD[0], 'Logins will be 43 % faster.'],
    matters: ['The API answers nobody.'],
    incidents: [
      { finding: 2, sentences: ['`shared_buffers` of PostgreSQL main was never set.'] },
      { finding: 9, sentences: ['Blocks are read again that could have stayed in memory.'] },
    ],
    order: [GOOD[2]],
  }

  test('what matters, each incident under its finding, and the order of work follow the summary', async () => {
    expect(await narrated({ chat: ollama.writes(JSON.stringify(form)) })).toMatchObject({
      writer: 'model',
      text: GOOD[0],
      sentencesVerified: 4,
      sentencesRemoved: 1,
      sections: [
        { title: 'What matters most', sentences: form.matters },
        { title: report.findings[1]?.title, sentences: form.incidents[0]?.sentences },
        { title: 'Order of work', sentences: form.order },
      ],
    })
  })

  test('are shown as they are written, and never a sentence that is not verified', async () => {
    server = await ollama.startFakeOllama({ chat: ollama.writes(JSON.stringify(form)) })
    const seen: string[] = []
    const final = await narrate(
      report,
      { ...WRITER_DEFAULTS, servers: [modelServer(server.url)], prompt },
      undefined,
      (narrative) => seen.push(JSON.stringify(narrative)),
    )
    expect(seen.length).toBeGreaterThan(2)
    for (const each of seen) expect(each).not.toContain('43 %')
    expect(seen[0]).not.toContain('Order of work')
    expect(seen.at(-1)).toContain('Order of work')
    expect(final.writer).toBe('model')
  })
})

describe('the choice of the model', () => {
  const chosen = async (models: ollama.FakeModel[], options: Partial<WriterOptions> = {}) => {
    await narrated({ models, chat: ollama.answers(...GOOD) }, options)
    return server?.chats.map(({ model }) => model)
  }
  const cloud = {
    name: 'gpt-oss:120b-cloud',
    remoteHost: 'https://ollama.com:443',
    capabilities: ['completion'],
  }
  const embedder = { name: 'nomic-embed-text:latest', capabilities: ['embedding'] }
  const oldEmbedder = { name: 'all-minilm:latest', family: 'bert' }

  test('takes the first in the order of config that is installed', async () => {
    const models = [ollama.LOCAL_MODEL, { name: 'gemma3:latest' }, { name: 'llama3.1:8b' }]
    expect(await chosen(models, { models: ['mistral', 'gemma3', 'llama3.1:8b'] })).toEqual(['gemma3:latest'])
  })

  test('else takes the first that can write and is here', async () => {
    const models = [embedder, oldEmbedder, cloud, ollama.LOCAL_MODEL]
    expect(await chosen(models, { models: ['mistral', 'nomic-embed-text'] })).toEqual(['qwen3:8b'])
  })

  test('never sends a report to a cloud model, also when config names it, unless config allows that', async () => {
    for (const models of [[], [cloud.name]]) {
      const reason = await reasonWith({ models: [cloud] }, { models })
      expect(reason).toContain('gpt-oss:120b-cloud would send the report to somebody else')
      expect(server?.chats).toEqual([])
      await server?.close()
    }
    server = null
    expect(await chosen([cloud], { allowRemoteModels: true })).toEqual([cloud.name])
  })

  test('does not even ask a cloud for its models', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    const options = { ...WRITER_DEFAULTS, servers: [modelServer('https://ollama.com')], prompt }
    const narrative = await narrate(report, options)
    expect(narrative).toMatchObject({
      writer: 'computed',
      reason: expect.stringContaining('not a machine of yours'),
    })
    expect(asked).not.toHaveBeenCalled()
    asked.mockRestore()
  })
})

describe('without a summary by a model the computed one is there, with the reason', () => {
  test('nothing listens', async () => {
    const gone = await ollama.startFakeOllama()
    await gone.close()
    const narrative = await narrate(report, { ...WRITER_DEFAULTS, servers: [modelServer(gone.url)], prompt })
    expect(narrative).toMatchObject({
      reason: `Nothing answers at ${gone.url}. Start Ollama, or correct its address.`,
    })
  })

  test.each<[string, ollama.FakeOllamaOptions, string]>([
    [
      'no model is installed',
      { models: [] },
      'has no model that can write. Install one: ollama pull qwen3:8b.',
    ],
    ['something else listens', { tags: ollama.sendsHtml }, 'is not Ollama: it sent text/html.'],
    [
      'a page comes in the place of an answer',
      { chat: ollama.sendsHtml },
      'is not Ollama: it sent text/html.',
    ],
    ['the answer is prose', { chat: ollama.writes('Sure! Here it is.') }, 'did not answer in the form'],
    ['the answer has another form', { chat: ollama.writes('{"text": "x"}') }, 'did not answer in the form'],
    ['the answer is cut off', { chat: ollama.writes('{"sen', { done_reason: 'length' }) }, 'wrote more than'],
    [
      'the prompt was cut',
      { chat: ollama.writes('{}', { prompt_eval_count: 8192 }) },
      'did not fit into the 8192',
    ],
    [
      'the runner dies',
      { chat: ollama.failsMidStream('llama runner exited') },
      'failed: llama runner exited.',
    ],
    [
      'the queue is full',
      { chat: ollama.fails(503, 'server busy') },
      'answered with status 503: server busy.',
    ],
    ['the model is gone', { chat: ollama.fails(404, "model 'qwen3:8b' not found") }, 'status 404: model'],
    ['the stream ends early', { chat: ollama.endsWithoutDone }, 'failed: Did not receive done'],
    ['it never stops', { chat: ollama.neverStops }, 'qwen3:8b did not stop writing.'],
    [
      'too little of it can be traced',
      { chat: ollama.answers(GOOD[0] ?? '', 'It needs 9.7 GiB.', 'Load is 83 %.') },
      'Of 3 sentences by qwen3:8b, 1 could be traced.',
    ],
  ])('%s', async (_, fake, expected) => {
    expect(await reasonWith(fake)).toContain(expected)
  })

  test.each([
    ['before it answers', ollama.hangsBeforeHeaders],
    ['in the middle of its answer', ollama.hangsMidStream],
  ])('it hangs %s, and the server is told to stop', async (_, chat) => {
    const started = performance.now()
    const reason = await reasonWith({ chat }, { deadlineSeconds: seconds(0.3) })
    expect(reason).toContain('did not finish within 300 ms')
    expect(performance.now() - started).toBeLessThan(3000)
    await vi.waitFor(() => expect(server?.aborted()).toBe(1))
  })

  test('the caller stops it', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    const narrative = await narrated({ chat: ollama.hangsMidStream }, {}, stop.signal)
    expect(narrative).toMatchObject({ writer: 'computed', reason: 'Writing was stopped.' })
  })

  test('the context is too small', async () => {
    expect(await reasonWith({}, { contextTokens: 1024 })).toContain('1024 tokens is too small')
  })

  test('a redirection does not carry the report away', async () => {
    const elsewhere = await ollama.startFakeOllama({ chat: ollama.answers(...GOOD) })
    const reason = await reasonWith({ chat: ollama.redirectsTo(`${elsewhere.url}/api/chat`) })
    expect(reason).toContain('failed')
    expect(elsewhere.chats).toEqual([])
    await elsewhere.close()
  })
})

test('no failure writes to the console, where machine-readable output may go', async () => {
  const spies = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
  for (const chat of [ollama.sendsHtml, ollama.fails(500, 'boom'), ollama.endsWithoutDone]) {
    await reasonWith({ chat })
    await server?.close()
  }
  server = null
  for (const spy of spies) expect(spy).not.toHaveBeenCalled()
})
