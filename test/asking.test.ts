import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createPerfbot } from '../src/app.ts'
import { parseConfig } from '../src/config.ts'
import * as ollama from './support/ollama.ts'

const MODELS = [ollama.LOCAL_MODEL, { name: 'llama3.1:8b', capabilities: ['completion', 'tools'] }]
const LOAD = { command: 'ollama.load-model', target: 'ollama', parameters: { model: 'llama3.1:8b' } }

test('what a model proposes waits for an approval like every fix, and nothing of it is run', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-asking-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const server = await ollama.startFakeOllama({
    models: MODELS,
    resident: [{ name: 'qwen3:8b', expires_at: '2318-01-01T00:00:00Z' }],
    chat: (response, request) => {
      const hasCalled = request.messages.some(({ role }) => role === 'tool')
      const behave = !request.tools
        ? ollama.answers('A fix waits for you.')
        : hasCalled
          ? ollama.writes('enough')
          : ollama.calls(['propose_fix', LOAD])
      return behave(response, request)
    },
  })
  onTestFinished(() => server.close())
  const file = `host: atlas\ndocker: []\ndataDirectory: ${directory}\nollama: { url: "${server.url}" }\n`
  const perfbot = await createPerfbot(parseConfig(file, 'perfbot.yaml', {}), pino({ level: 'silent' }))
  onTestFinished(() => perfbot.close())

  const question = 'please load llama3.1:8b into ollama'
  const nobody = await perfbot.ask(question)
  expect({ plans: nobody.plans, open: await perfbot.openFixes() }).toEqual({ plans: [], open: [] })

  const person = { id: 'U024BE7LH', userGroups: [] }
  const { plans } = await perfbot.ask(question, null, person)
  expect(plans).toMatchObject([{ command: 'ollama.load-model', parameters: { model: 'llama3.1:8b' } }])
  expect((await perfbot.openFixes()).map(({ id }) => id)).toEqual(plans.map(({ id }) => id))
  expect(await perfbot.audit(5)).toMatchObject([{ action: 'proposed', subject: plans[0]?.id }])
  expect(await perfbot.executions(5)).toEqual([])
  expect(server.resident.map(({ name }) => name)).toEqual(['qwen3:8b'])
})
