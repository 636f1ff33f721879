import type Docker from 'dockerode'
import { z } from 'zod'
import { CollectFailure, errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded } from '../deadline.ts'

export type DockerEngine = {
  name: string
  client: Docker
  /** Socket path or URL, for messages. */
  where: string
  /** False when it was only looked for where engines usually are. */
  configured: boolean
}

export const isSocket = (engine: DockerEngine): boolean => engine.where.startsWith('/')

/** What the engine answers is foreign: a proxy or another version may answer otherwise. */
export function parseAnswer<Shape extends z.ZodType>(
  shape: Shape,
  answer: unknown,
  what: string,
): z.infer<Shape> {
  const parsed = shape.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new CollectFailure(
    'failed',
    `${what} is not what Docker's API documents: ${z.prettifyError(parsed.error).split('\n')[0]}`,
    'Check that this is the address of a Docker engine; perfbot reads API 1.41 (Docker 20.10) and later',
  )
}

/** The status that the engine answered with; null when it was no answer of the engine. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null

/** Why the engine as a whole could not be read. */
export function engineFailure(error: unknown, engine: DockerEngine, signal: AbortSignal): unknown {
  if (error instanceof CollectFailure) return error
  const { where, configured } = engine
  const failed = (reason: string, remedy: string) =>
    new CollectFailure('failed', reason, remedy, { cause: error })
  if (signal.aborted) return failed(silence(engine, signal), restart(engine))
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new CollectFailure(
        configured ? 'failed' : 'absent',
        `No Docker engine at ${where}`,
        configured
          ? 'Start it (systemctl start docker), or correct it under docker: in config/perfbot.yaml'
          : 'Start Docker, or name its socket under docker: in config/perfbot.yaml',
        { cause: error },
      )
    case 'EACCES':
      return failed(
        `${where} may not be opened by this user`,
        'Add the user to group docker (sudo usermod -aG docker "$USER") and start perfbot again from a new login; this group is as powerful as root',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(
        `The host name of ${where} cannot be resolved`,
        'Correct it under docker: in config/perfbot.yaml',
      )
    default:
      return failed(`The Docker engine at ${where} failed: ${messageOf(error).trim()}`, restart(engine))
  }
}

/** A local socket takes the connection at once, so that silence can only come after it. */
function silence(engine: DockerEngine, signal: AbortSignal): string {
  const { reason } = signal
  const limit = reason instanceof DeadlineExceeded ? reason.message : 'was interrupted'
  return isSocket(engine)
    ? `${engine.where} accepted the connection but ${limit}`
    : `The Docker engine at ${engine.where} ${limit}`
}

const restart = (engine: DockerEngine): string =>
  isSocket(engine)
    ? 'Look at its log (journalctl -u docker) and restart it (systemctl restart docker)'
    : 'Check that the address can be reached from here, and look at the log of the engine'
