import { setTimeout as delay } from 'node:timers/promises'
import type { InferenceProbe, OllamaReading } from '../../model/ollama-reading.ts'
import { redact } from '../../model/redact.ts'
import { type PerSecond, perSecond, type Seconds, seconds, timestamp } from '../../model/units.ts'
import { messageOf } from '../collector.ts'
import { ask, describe, errorIn, Generated, getJson, jsonOf, Resident } from './api.ts'
import { reasonOf } from './failure.ts'

export type ProbeWish = {
  readonly every: Seconds
  /** Null: the first resident model that writes. */
  readonly model: string | null
}

type Known = Pick<OllamaReading, 'installed' | 'resident'>
type Model = OllamaReading['resident'][number]

/** Tokens that the model may write: enough to be timed, few enough not to be noticed. */
const TOKENS_WRITTEN = 32

/** Fewer tokens, or less time, say more of the clock than of the model. */
const LEAST_TOKENS = 4
const LEAST_NANOSECONDS = 1e6

/** Makes a probe when one is due, and else has the newest. */
export type InferenceProber = (known: Known, signal: AbortSignal) => Promise<InferenceProbe | null>

export function inferenceProber(url: string, wish: ProbeWish | null, limit: Seconds): InferenceProber {
  let newest: InferenceProbe | null = null
  let dueAt = 0
  /** When the model goes away, as our own last probe left it. */
  let leftBehind: { model: string; expiresAt: Model['expiresAt'] } | null = null

  async function probeOnce(known: Known, signal: AbortSignal): Promise<InferenceProbe> {
    const chosen = chooseModel(known, wish?.model ?? null)
    if ('reason' in chosen) return skipped(chosen.reason)
    if (leftBehind?.model === chosen.name && leftBehind.expiresAt === chosen.expiresAt) {
      return skipped(`Nobody else has used ${chosen.name} since: another probe would only keep it in memory`)
    }
    const result = await generate(url, chosen, limit, signal)
    leftBehind = await whatIsLeft(url, chosen, signal)
    return result
  }

  return async (known, signal) => {
    const now = performance.now()
    if (wish && now >= dueAt) {
      dueAt = now + wish.every * 1000
      newest = await probeOnce(known, signal)
    }
    return newest
  }
}

const skipped = (reason: string): InferenceProbe => ({
  outcome: 'skipped',
  at: timestamp(new Date()),
  reason,
})

/** Only one that is in memory already: loading another could push one out that somebody works with. */
function chooseModel({ installed, resident }: Known, wanted: string | null): Model | { reason: string } {
  const writes = ({ name }: Model) => {
    const known = installed.find((model) => model.name === name)
    return !known?.remote && (known?.capabilities?.includes('completion') ?? true)
  }
  const candidates = resident.filter((model) =>
    wanted === null ? writes(model) : isNamed(model.name, wanted),
  )
  const [model] = candidates
  if (!model) {
    return { reason: wanted === null ? 'No model that writes is loaded' : `${wanted} is not loaded` }
  }
  // Another size than it was loaded with makes Ollama load it anew (needsReload in its server/sched.go).
  if (model.contextLength === null) {
    return { reason: `This release does not say with which context ${model.name} was loaded` }
  }
  return model
}

/** `qwen3` is `qwen3:latest` to Ollama. */
const isNamed = (name: string, wanted: string): boolean => name === wanted || name === `${wanted}:latest`

async function generate(
  url: string,
  model: Model,
  limit: Seconds,
  outer: AbortSignal,
): Promise<InferenceProbe> {
  const common = { at: timestamp(new Date()), model: model.name }
  const begun = performance.now()
  const timeout = AbortSignal.timeout(Math.ceil(limit * 1000))
  try {
    const body = {
      model: model.name,
      // Never the same twice, from its first words on: what is still in the cache takes no time to be read.
      prompt: `It is ${new Date().toISOString()}. This is a test of speed, nothing else. Count from one upwards, in words, separated by commas.`,
      stream: false,
      options: { num_ctx: model.contextLength, num_predict: TOKENS_WRITTEN, temperature: 0 },
    }
    const answer = await ask(
      url,
      { method: 'POST', path: '/api/generate', body },
      AbortSignal.any([outer, timeout]),
    )
    const total = seconds((performance.now() - begun) / 1000)
    if (answer.status === 503) return { outcome: 'busy', ...common, reason: saidBy(answer) }
    const parsed = answer.status === 200 ? Generated.safeParse(jsonOf(answer.body)) : null
    if (!parsed?.success) return { outcome: 'failed', ...common, reason: saidBy(answer) }
    return { outcome: 'answered', ...common, total, wasResident: true, ...timesOf(parsed.data) }
  } catch (error) {
    if (outer.aborted) throw error
    const reason = timeout.aborted
      ? `No answer within ${limit} s: it waits for others, or is slow`
      : redact(error instanceof Error ? reasonOf(error) : messageOf(error))
    return { outcome: 'failed', ...common, reason }
  }
}

const saidBy = (answer: Parameters<typeof describe>[0]): string => redact(errorIn(answer) ?? describe(answer))

function timesOf(generated: Generated) {
  const load = generated.load_duration
  const { prompt_eval_count, prompt_eval_duration, eval_count, eval_duration } = generated
  const queued = generated.total_duration - load - prompt_eval_duration - eval_duration
  return {
    load: nanoseconds(load),
    queued: nanoseconds(Math.max(0, queued)),
    promptTokens: prompt_eval_count,
    promptTokensPerSecond: speed(prompt_eval_count, prompt_eval_duration),
    generatedTokens: eval_count,
    generatedTokensPerSecond: speed(eval_count, eval_duration),
  }
}

const nanoseconds = (value: number): Seconds => seconds(value / 1e9)

const speed = (tokens: number, duration: number): PerSecond | null =>
  tokens >= LEAST_TOKENS && duration >= LEAST_NANOSECONDS ? perSecond((tokens / duration) * 1e9) : null

/**
 * Until when the model stays after our use, which Ollama notes a moment after it has answered. Null where it is not
 * known: then the next probe is made, once too often at worst.
 */
async function whatIsLeft(url: string, before: Model, signal: AbortSignal) {
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { models } = await getJson(url, '/api/ps', Resident, signal)
      const found = models?.find(({ name }) => name === before.name)
      if (!found) return null
      const expiresAt = expiry(found.expires_at)
      if (expiresAt !== before.expiresAt) return { model: before.name, expiresAt }
      await delay(50, undefined, { signal })
    }
    return null
  } catch {
    // What was measured stands, whatever became of the server since.
    return null
  }
}

/** RFC 3339 with nanoseconds and an offset; a model that is kept for ever expires in another century. */
export function expiry(text: string | undefined): Model['expiresAt'] {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? null : timestamp(date)
}
