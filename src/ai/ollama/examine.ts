import { z } from 'zod'
import type { Examination } from '../../model/examination.ts'
import { formatSeconds } from '../../model/format.ts'
import { ModelFailure } from '../model-failure.ts'
import { addressOf } from './client.ts'
import { look } from './look.ts'
import { type Served, serve } from './serve.ts'
import type { ModelServer } from './server.ts'
import type { Serving } from './serving.ts'

/** A look, no load: more models than these are not tried, and none for longer. */
const MODELS = 3
const PROBE_MS = 30_000
const PROBE_TOKENS = 40

/** Fewer hold the worst findings of a report, and not all of them. */
const ROOMY_CONTEXT = 8192

/**
 * Tries the models that config names, or the one that would be taken: whether each can be had now without harm to
 * others, and which features it can serve. A server that does not answer is told by the readings of it.
 */
export async function examineModels(serving: Serving): Promise<Examination[]> {
  const examined: Examination[] = []
  for (const server of serving.servers) examined.push(...(await examineServer(server, serving)))
  return examined
}

async function examineServer(server: ModelServer, serving: Serving): Promise<Examination[]> {
  const signal = AbortSignal.timeout(PROBE_MS)
  let installed: string[]
  try {
    const seen = await look(server, serving, signal)
    seen.pass.left()
    installed = seen.installed.map(({ name }) => name)
  } catch {
    return []
  }
  const where = serving.servers.length > 1 ? ` at ${addressOf(server.url)}` : ''
  if (serving.models.length === 0) return [await examineModel(null, server, serving, where)]
  const examined: Examination[] = []
  for (const wished of serving.models.slice(0, MODELS)) {
    const name = installed.find((each) => each === wished || each === `${wished}:latest`)
    examined.push(
      name === undefined
        ? {
            subject: `model ${wished}${where}`,
            verdict: 'absent',
            detail: 'is named in the configuration and not installed',
            remedy: `ollama pull ${wished}`,
          }
        : await examineModel(name, server, serving, where),
    )
  }
  return examined
}

type Features = {
  readonly name: string
  readonly why: string
  readonly keepsForm: boolean
  readonly declaresTools: boolean
  readonly callsTools: boolean
  readonly contextTokens: number
  readonly seconds: number
}

/** Null: whichever would be taken. */
async function examineModel(
  name: string | null,
  server: ModelServer,
  serving: Serving,
  where: string,
): Promise<Examination> {
  const subject = name === null ? `a model that writes${where}` : `model ${name}${where}`
  const one = { ...serving, servers: [server], models: name === null ? [] : [name] }
  try {
    const features = await serve(one, AbortSignal.timeout(PROBE_MS), (model) => {
      // What does not fit is passed over in favour of another, which is not what is asked here.
      if (name !== null && model.name !== name) throw new ModelFailure(model.why)
      return featuresOf(model)
    })
    return ofFeatures(name === null ? `model ${features.name}${where}` : subject, features)
  } catch (error) {
    const detail =
      error instanceof ModelFailure
        ? error.message
        : `did not finish a short answer within ${PROBE_MS / 1000} s`
    const remedy = 'Until it can be had, summaries and answers are computed; the report says so each time.'
    return { subject, verdict: 'lacking', detail, remedy }
  }
}

async function featuresOf(model: Served): Promise<Features> {
  const begun = performance.now()
  const keepsForm = await writesInForm(model)
  const seconds = (performance.now() - begun) / 1000
  const callsTools = model.callsTools && (await callsTheTool(model))
  const { name, why, contextTokens, callsTools: declaresTools } = model
  return { name, why, keepsForm, declaresTools, callsTools, contextTokens, seconds }
}

const Form = z.strictObject({ works: z.boolean() })

async function writesInForm(model: Served): Promise<boolean> {
  const { content } = await model.ask({
    messages: [{ role: 'user', content: 'This is a test. Answer with JSON: {"works": true}' }],
    format: z.toJSONSchema(Form),
    answerTokens: PROBE_TOKENS,
  })
  try {
    return Form.safeParse(JSON.parse(content)).success
  } catch {
    // Prose: it was not held to the form.
    return false
  }
}

async function callsTheTool(model: Served): Promise<boolean> {
  const { calls } = await model.ask({
    messages: [{ role: 'user', content: 'This is a test. Call the tool free_memory, and say nothing.' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'free_memory',
          description: 'How much memory is free.',
          parameters: { type: 'object', properties: {} },
        },
      },
    ],
    answerTokens: PROBE_TOKENS,
  })
  return calls.some(({ name }) => name === 'free_memory')
}

function ofFeatures(subject: string, features: Features): Examination {
  const { why, keepsForm, declaresTools, callsTools, contextTokens, seconds } = features
  const served = [
    ...(keepsForm ? ['summaries and answers'] : []),
    ...(callsTools ? ['questions that it looks up by tools'] : []),
  ]
  const lacks = [
    ...(keepsForm ? [] : ['it does not keep to the form of an answer, so nothing of it can be used']),
    ...(callsTools
      ? []
      : [
          declaresTools
            ? 'it has tools, and did not call the one it was told to call: it gets what rules look up'
            : 'it calls no tools: it gets what rules look up',
        ]),
    ...(contextTokens < ROOMY_CONTEXT ? [`${contextTokens} tokens hold only the worst of a report`] : []),
  ]
  return {
    subject,
    verdict: lacks.length === 0 ? 'well' : keepsForm ? 'lacking' : 'failed',
    detail: [
      served.length > 0 ? `serves ${served.join(' and ')}` : 'serves nothing',
      `a context of ${contextTokens} tokens`,
      `a short answer in ${formatSeconds(seconds)}`,
      why,
    ].join('; '),
    remedy: lacks.length === 0 ? null : `${lacks.join('; ')}.`,
  }
}
