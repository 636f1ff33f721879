import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'

/** What the engine refused. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** Where the requests go: a socket of this machine or another machine's port, with what reaches it. */
export type EngineTarget = Pick<RequestOptions, 'socketPath' | 'host' | 'port' | 'agent'> & {
  readonly protocol: 'http' | 'https'
}

/**
 * GET, without the package that fixes use: for its debug log it writes out the options of each request, also when
 * nobody reads that, which takes longer than the answer of the engine; and it parses what it is not asked to.
 */
export async function askEngine(
  { protocol, ...target }: EngineTarget,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = protocol === 'https' ? secureRequest : plainRequest
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...target, path, signal }, resolve)
      .on('error', reject)
      .end()
  })
  if (answer.statusCode === 200) return answer
  throw new EngineRefusal(answer.statusCode ?? 0, refusalIn(await textOf(answer)))
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** `{"message": "…"}`, or what a proxy in between has to say. */
function refusalIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text.slice(0, 500)
  }
}
