import { setTimeout as delay } from 'node:timers/promises'
import { ModelFailure, ServerFailure } from '../model-failure.ts'
import { type ChatAnswer, type ChatRequest, chat, load } from './chat.ts'
import { type ChosenModel, choose } from './choose.ts'
import { type Installed, look, type Seen, show } from './look.ts'
import { isBusy } from './room.ts'
import type { Serving } from './serving.ts'

/** A model that is in memory and has its turn. */
export type Served = ChosenModel & {
  readonly ask: (
    request: Omit<ChatRequest, 'model' | 'contextTokens' | 'keepAlive' | 'think'>,
    onText?: (text: string) => void,
  ) => Promise<ChatAnswer>
}

/** How often another server, or the same once more, is tried. */
const ATTEMPTS = 4
/** How often busy GPUs and full queues are looked at again. */
const LOOK_AGAIN_MS = 500

/**
 * Has some work done by a model: chooses it, waits for its turn, brings it into memory. What fails before the model has
 * written anything is tried elsewhere; nothing is asked twice that it had begun to answer.
 */
export async function serve<Result>(
  serving: Serving,
  signal: AbortSignal,
  work: (model: Served) => Promise<Result>,
): Promise<Result> {
  const excluded = new Set<string>()
  const patientUntil = performance.now() + serving.patienceSeconds * 1000
  let first: unknown = null
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const model = await chooseNow(serving, excluded, patientUntil, signal).catch((error) => {
      throw first ?? error
    })
    try {
      return await inTurn(model, serving, signal, patientUntil, work)
    } catch (error) {
      first ??= error
      if (!(error instanceof ServerFailure) || error.begun) throw error
      exclude(model, error, excluded)
    }
  }
  throw first
}

const pairOf = (url: string, model: string): string => `${model} at ${url}`

/** A connection that was kept open may have been closed meanwhile: once more is worth it. */
function exclude({ seen, name }: ChosenModel, { fault }: ServerFailure, excluded: Set<string>): void {
  const { url } = seen.server
  const again = `again ${url}`
  if (fault === 'gone') excluded.add(pairOf(url, name))
  else if (fault === 'dropped' && !excluded.has(again)) excluded.add(again)
  else excluded.add(url)
}

async function chooseNow(
  serving: Serving,
  excluded: ReadonlySet<string>,
  patientUntil: number,
  signal: AbortSignal,
): Promise<ChosenModel> {
  const wait = () => delay(LOOK_AGAIN_MS, undefined, { signal })
  for (;;) {
    const seen = await lookAtAll(serving, excluded, signal)
    try {
      const model = await choose(seen, serving, (each, name) => show(each, name, serving, signal))
      if (!isBusy(model.seen.room) || performance.now() > patientUntil) {
        for (const { pass } of seen) if (pass !== model.seen.pass) pass.left()
        serving.onChosen(model.why)
        return model
      }
    } catch (error) {
      for (const { pass } of seen) pass.left()
      throw error
    }
    for (const { pass } of seen) pass.left()
    await wait()
  }
}

async function lookAtAll(
  serving: Serving,
  excluded: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Seen[]> {
  const servers = serving.servers.filter(({ url }) => !excluded.has(url))
  const looks = await Promise.allSettled(servers.map((server) => look(server, serving, signal)))
  const seen = looks.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (seen.length > 0) {
    const isLeft = (each: Seen) => (model: Installed) => !excluded.has(pairOf(each.server.url, model.name))
    return seen.map((each) => ({ ...each, installed: each.installed.filter(isLeft(each)) }))
  }
  signal.throwIfAborted()
  const reasons = looks.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []))
  const [reason] = reasons
  if (!reason) throw new ModelFailure('No Ollama is configured.')
  throw reasons.length === 1 ? reason : new ModelFailure(reasons.map(({ message }) => message).join(' '))
}

async function inTurn<Result>(
  model: ChosenModel,
  serving: Serving,
  signal: AbortSignal,
  patientUntil: number,
  work: (model: Served) => Promise<Result>,
): Promise<Result> {
  const { server, pass } = model.seen
  const ask: Served['ask'] = (request, onText) =>
    whileBusy(patientUntil, signal, () =>
      chat(
        server.url,
        {
          ...request,
          model: model.name,
          contextTokens: model.contextTokens,
          keepAlive: model.keepAlive,
          ...(model.thinks ? { think: false as const } : {}),
        },
        serving.deadlines,
        signal,
        onText,
      ),
    )
  let end: (() => void) | null = null
  try {
    end = await server.turns.take(signal)
    // What runs elsewhere has no place in this server's memory.
    if (!model.isResident && model.keepAlive !== null) {
      const request = { model: model.name, contextTokens: model.contextTokens, keepAlive: model.keepAlive }
      await whileBusy(patientUntil, signal, () => load(server.url, request, serving.deadlines, signal))
    }
    const result = await work({ ...model, ask })
    pass.succeeded()
    return result
  } catch (error) {
    // A full queue, a model that was removed, and a text that is no good are no faults of the server.
    const isFault = error instanceof ServerFailure && error.fault !== 'busy' && error.fault !== 'gone'
    if (isFault) pass.failed(error.message)
    else if (error instanceof ModelFailure) pass.succeeded()
    // The whole took too long, and not by waiting for our own turn.
    else if (end && signal.reason?.name === 'TimeoutError') pass.failed('did not finish in time')
    else pass.left()
    throw error
  } finally {
    end?.()
  }
}

/** A full queue has taken nothing in: it can be asked again, for a while. */
async function whileBusy<Result>(
  patientUntil: number,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isBusyNow = error instanceof ServerFailure && error.fault === 'busy'
      if (!isBusyNow || performance.now() > patientUntil) throw error
      await delay(LOOK_AGAIN_MS, undefined, { signal })
    }
  }
}
