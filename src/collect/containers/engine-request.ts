import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import type Docker from 'dockerode'

/** What the engine refused. */
class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** Where the package has put what it was told of the engine. */
type Address = Pick<RequestOptions, 'socketPath' | 'host' | 'port' | 'agent'> & {
  readonly protocol: 'http' | 'https'
}

/**
 * GET, over the package's own address but not through it: for its debug log it writes out the options of each request,
 * also when nobody reads that, which takes longer than the answer of the engine; and it parses what it is not asked to.
 */
export async function askEngine(client: Docker, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { socketPath, host, port, agent, protocol } = client.modem as unknown as Address
  const request = protocol === 'https' ? secureRequest : plainRequest
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const target = socketPath ? { socketPath } : { host, port }
    request({ ...target, path, agent, signal }, resolve)
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
