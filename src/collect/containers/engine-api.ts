import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { z } from 'zod'
import type { Seconds } from '../../model/units.ts'
import { withDeadline } from '../deadline.ts'
import { parseAnswer } from './engine.ts'
import { Inspection } from './inspection.ts'
import { TAIL_LINES } from './log-tail.ts'
import { Stats } from './usage.ts'

export const Listed = z.object({ Id: z.string(), Names: z.array(z.string()).default([]) })
export type Listed = z.infer<typeof Listed>

/** More than a tail can hold is not read: 200 entries of 16 KiB each is what the engine can send. */
const LARGEST_LOG_BYTES = 4 * 1024 * 1024

/** The four questions that perfbot asks an engine, with their answers parsed. */
export type EngineApi = {
  list(signal: AbortSignal): Promise<Listed[]>
  inspect(id: string, signal: AbortSignal): Promise<Inspection>
  stats(id: string, signal: AbortSignal): Promise<Stats>
  log(id: string, signal: AbortSignal): Promise<Buffer>
}

/** Each question about one container has a deadline of its own: one that hangs must not take the others along. */
export function engineApi(client: Docker, callLimit: Seconds): EngineApi {
  const bounded = <Answer>(signal: AbortSignal, ask: (own: AbortSignal) => Promise<Answer>) =>
    withDeadline(ask, callLimit, signal)
  return {
    list: async (signal) =>
      parseAnswer(
        z.array(Listed),
        await client.listContainers({ all: true, abortSignal: signal }),
        'The list of containers',
      ),
    inspect: async (id, signal) =>
      parseAnswer(
        Inspection,
        await bounded(signal, (own) => client.getContainer(id).inspect({ abortSignal: own })),
        'The inspection of a container',
      ),
    stats: async (id, signal) =>
      parseAnswer(
        Stats,
        await bounded(signal, (own) => oneShotStats(client, id, own)),
        'The statistics of a container',
      ),
    log: (id, signal) => bounded(signal, (own) => tail(client, id, own)),
  }
}

/** one-shot: without it the engine takes a sample, sleeps for a second and takes another (moby #23188). */
function oneShotStats(client: Docker, id: string, signal: AbortSignal): Promise<unknown> {
  // The package's types do not know that `stats` heeds a signal.
  const options = { stream: false as const, 'one-shot': true, abortSignal: signal }
  return client.getContainer(id).stats(options)
}

/** Not `container.logs()`: that parses a log which happens to be JSON, and reads any amount of it. */
async function tail(client: Docker, id: string, signal: AbortSignal): Promise<Buffer> {
  const stream = await new Promise<Readable>((resolve, reject) =>
    client.modem.dial(
      {
        path: `/containers/${id}/logs?`,
        method: 'GET',
        abortSignal: signal,
        isStream: true,
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
        options: { stdout: true, stderr: true, tail: TAIL_LINES },
      },
      (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer as Readable)),
    ),
  )
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > LARGEST_LOG_BYTES) break
  }
  return Buffer.concat(chunks)
}
