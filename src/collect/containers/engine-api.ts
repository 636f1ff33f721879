import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Seconds } from '../../model/units.ts'
import { withDeadline } from '../deadline.ts'
import { Stats } from './api-sample.ts'
import { parseAnswer } from './engine.ts'
import { askEngine, EngineRefusal, type EngineTarget, textOf } from './engine-request.ts'
import { Inspection } from './inspection.ts'

const Listed = z.object({ Id: z.string(), Names: z.array(z.string()).nullish() })
export type Listed = z.infer<typeof Listed>

const Image = z.object({ RepoDigests: z.array(z.string()).nullish() })

export type LogQuestion = { readonly id: string; readonly lines: number }

/** The questions that perfbot asks an engine, with their answers parsed. */
export type EngineApi = {
  list(signal: AbortSignal): Promise<Listed[]>
  inspect(id: string, signal: AbortSignal): Promise<Inspection>
  stats(id: string, signal: AbortSignal): Promise<Stats>
  imageDigests(imageId: string, signal: AbortSignal): Promise<string[]>
  /** The last lines of a log, with their times, as they stream in. */
  log(question: LogQuestion, signal: AbortSignal): Promise<IncomingMessage>
}

/** Each question about one container has a deadline of its own: one that hangs must not take the others along. */
export function engineApi(at: EngineTarget, callLimit: Seconds): EngineApi {
  const ask = (path: string, signal: AbortSignal): Promise<string> =>
    withDeadline(async (own) => textOf(await askEngine(at, path, own)), callLimit, signal)
  return {
    list: async (signal) =>
      parseAnswer(
        z.array(Listed),
        // Not bounded by itself: without it there is nothing else to ask.
        await textOf(await askEngine(at, '/containers/json?all=true', signal)),
        'The list of containers',
      ),
    inspect: async (id, signal) =>
      parseAnswer(Inspection, await ask(`/containers/${id}/json`, signal), 'The inspection of a container'),
    async stats(id, signal) {
      // one-shot: without it the engine takes a sample, sleeps for a second and takes another (moby #23188).
      const text = await ask(`/containers/${id}/stats?stream=false&one-shot=true`, signal)
      // A container that is removed meanwhile has the engine say 200, and nothing else.
      if (text.trim() === '') throw new EngineRefusal(404, 'It ended meanwhile')
      return parseAnswer(Stats, text, 'The statistics of a container')
    },
    async imageDigests(imageId, signal) {
      const text = await ask(`/images/${imageId}/json`, signal)
      return parseAnswer(Image, text, 'The inspection of an image').RepoDigests ?? []
    },
    log: ({ id, lines }, signal) =>
      askEngine(at, `/containers/${id}/logs?stdout=true&stderr=true&timestamps=true&tail=${lines}`, signal),
  }
}
