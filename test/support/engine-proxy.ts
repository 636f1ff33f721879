import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What becomes of a request: passed on to the engine, refused with a status, or never answered. */
export type Fate = 'passed-on' | 'silence' | { status: number; message: string }

export type EngineProxy = {
  socketPath: string
  /** Answers of the engine that have begun and are not at their end. */
  underWay(): number
  close(): Promise<void>
}

/** A socket before a real Docker engine that lets it fail where it can't be made to by itself. */
export async function proxyEngine(
  engineSocket: string,
  fateOf: (path: string) => Fate,
): Promise<EngineProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-engine-'))
  const socketPath = join(directory, 'docker.sock')
  let underWay = 0
  const server = createServer((incoming, answer) => {
    const fate = fateOf(incoming.url ?? '')
    if (fate === 'silence') return
    if (fate !== 'passed-on') {
      answer.writeHead(fate.status, { 'content-type': 'application/json' })
      answer.end(JSON.stringify({ message: fate.message }))
      return
    }
    underWay += 1
    answer.once('close', () => {
      underWay -= 1
    })
    const { url: path, method, headers } = incoming
    const outgoing = request({ socketPath: engineSocket, path, method, headers }, (engine) => {
      answer.writeHead(engine.statusCode ?? 502, engine.headers)
      engine.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    socketPath,
    underWay: () => underWay,
    async close() {
      server.closeAllConnections()
      server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
