import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask } from '../../../src/ai/answers/ask.ts'
import { narrate } from '../../../src/ai/narrate.ts'
import { modelServer } from '../../../src/ai/ollama/server.ts'
import { loadPrompts, type Prompts } from '../../../src/ai/prompt.ts'
import { WRITER_DEFAULTS } from '../../../src/ai/write.ts'
import { seconds } from '../../../src/model/units.ts'
import * as ollama from '../../support/ollama.ts'
import { QUEUE_IS_FULL } from '../../support/ollama-protocol.ts'
import { makeReport } from '../../support/report.ts'
import { makeSnapshot } from '../../support/snapshot.ts'

let prompts: Prompts
let server: ollama.FakeOllama | null = null
beforeAll(async () => {
  prompts = await loadPrompts(join(import.meta.dirname, '../../../prompts'))
})
afterEach(async () => {
  await server?.close()
  server = null
  vi.restoreAllMocks()
})

const report = makeReport()
const sources = {
  snapshot: makeSnapshot(),
  report,
  history: async () => [],
  audit: async () => [],
  plan: async () => null,
  executionOf: async () => null,
  catalogue: [],
  explain: async () => ({ kind: 'not-possible' as const, reason: 'there is no database' }),
  propose: null,
}

/** Whatever Ollama does, with why there is no text of its model. */
const FAULTS: readonly (readonly [string, ollama.FakeOllamaOptions, RegExp])[] = [
  ['loads for longer than that', { loadMilliseconds: 60_000 }, /did not finish within 300 ms/],
  ['takes the request and says nothing', { chat: ollama.hangsBeforeHeaders }, /did not finish within 300 ms/],
  ['falls silent in mid-sentence', { chat: ollama.hangsMidStream }, /did not finish within 300 ms/],
  ['says nothing of its models', { tags: ollama.hangsBeforeHeaders }, /did not finish within 300 ms/],
  ['never stops', { chat: ollama.neverStops }, /did not stop writing/],
  ['never ends a line', { chat: ollama.neverEndsItsLine }, /a line without an end/],
  ['lists models without an end', { tags: ollama.neverEndsItsLine }, /a line without an end/],
  ['sends what is no JSON', { chat: ollama.sendsGarbage }, /a line that is no JSON/],
  ['sends a page', { chat: ollama.sendsHtml }, /it sent text\/html/],
  ['sends a page for its models', { tags: ollama.sendsHtml }, /it sent text\/html/],
  ['hangs up', { chat: ollama.dropsBeforeHeaders }, /closed the connection/],
  ['hangs up in mid-sentence', { chat: ollama.dropsMidStream }, /closed the connection/],
  ['ends without an end', { chat: ollama.endsWithoutDone }, /Did not receive done/],
  ['fails in mid-sentence', { chat: ollama.failsMidStream('llama runner exited') }, /llama runner exited/],
  ['has a full queue', { chat: ollama.fails(503, QUEUE_IS_FULL) }, /maximum pending requests exceeded/],
  ['has lost the model', { chat: ollama.fails(404, "model 'qwen3:8b' not found") }, /not found/],
  ['has no memory left', { chat: ollama.fails(500, 'model requires more system memory') }, /system memory/],
  ['has no model', { models: [] }, /Install one/],
  ['writes prose', { chat: ollama.writes('Sure, here is your summary!') }, /in the form/],
  ['calls tools that nobody gave it', { chat: ollama.calls(['rm', { path: '/' }]) }, /in the form/],
]

describe('the report is there within its deadline, and the answer with its facts, when Ollama', () => {
  test.each(FAULTS)('%s', async (_, fault, reason) => {
    const spies = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
    server = await ollama.startFakeOllama(fault)
    const writer = {
      ...WRITER_DEFAULTS,
      patienceSeconds: seconds(0.2),
      // What lasts for ever has to end with the deadline, and the rest by itself.
      deadlineSeconds: seconds(/did not finish/.test(reason.source) ? 0.3 : 30),
      servers: [modelServer(server.url)],
    }
    const begun = performance.now()
    const [narrative, answer] = await Promise.all([
      narrate(report, { ...writer, prompt: prompts.summary }),
      ask(
        'how much memory is free?',
        sources,
        // Another one, or it would wait for its turn.
        { writer: { ...writer, servers: [modelServer(server.url)], prompt: prompts.answer } },
      ),
    ])
    // On a slow machine as well: the faults last for ever, or for a minute.
    expect(performance.now() - begun).toBeLessThan(20_000)
    expect(narrative).toMatchObject({ writer: 'computed', reason: expect.stringMatching(reason) })
    expect(answer.writer).toMatchObject({ kind: 'computed', reason: expect.stringMatching(reason) })
    expect(answer.sentences).toEqual(['Memory available: 24 GiB.'])
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
  })

  test('is not there', async () => {
    const gone = await ollama.startFakeOllama()
    await gone.close()
    const writer = { ...WRITER_DEFAULTS, servers: [modelServer(gone.url)], prompt: prompts.summary }
    expect(await narrate(report, writer)).toMatchObject({
      writer: 'computed',
      reason: expect.stringContaining('Nothing answers at'),
    })
  })
})
