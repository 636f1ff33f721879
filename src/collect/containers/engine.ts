import { z } from 'zod'
import { CollectFailure, errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded } from '../deadline.ts'
import type { EngineTarget } from './engine-request.ts'

export type DockerEngine = {
  name: string
  at: EngineTarget
  /** Socket path or URL, for messages. */
  where: string
  /** False when it was only looked for where engines usually are. */
  configured: boolean
  /** Ends what was opened to reach it: a tunnel. */
  close?: () => void
}

const isSocket = (engine: DockerEngine): boolean => engine.where.startsWith('/')

/** Whether it can run on this very machine, so that the kernel's files here can be about its containers. */
export const isHere = (engine: DockerEngine): boolean =>
  isSocket(engine) || /^tcp:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/.test(engine.where)

/** What the engine answers is foreign: a proxy or another version may answer otherwise. */
export function parseAnswer<Shape extends z.ZodType>(
  shape: Shape,
  answer: string,
  what: string,
): z.infer<Shape> {
  const parsed = shape.safeParse(jsonIn(answer))
  if (parsed.success) return parsed.data
  throw new CollectFailure(
    'failed',
    `${what} is not what Docker's API documents: ${z.prettifyError(parsed.error).split('\n')[0]}`,
    'Check that this is the address of a Docker engine; perfbot reads API 1.41 (Docker 20.10) and later',
  )
}

/** Undefined for what is no JSON: no shape takes it. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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
  const code = errorCode(error) ?? ''
  const message = messageOf(error).trim()
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new CollectFailure(
        configured ? 'failed' : 'absent',
        `No Docker engine at ${where}`,
        start(engine),
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
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failed(
        `${where} cannot be reached: ${message}`,
        'Check the address, the network and its firewall',
      )
  }
  if (/HTTP request to an HTTPS server/.test(message)) {
    return failed(
      `The engine at ${where} wants TLS`,
      'Add tls: { ca, cert, key } to it under docker: in config/perfbot.yaml (or set DOCKER_TLS_VERIFY=1)',
    )
  }
  if (/wrong version number|packet length too long/i.test(message)) {
    return failed(
      `The engine at ${where} speaks no TLS on this port`,
      'Start it with --tlsverify (without, everybody who reaches the port is root there), or take tls: away',
    )
  }
  if (/alert|bad certificate|certificate required|unknown ca/i.test(message) && isTls(code)) {
    return failed(
      `The engine at ${where} does not accept perfbot's certificate: ${message}`,
      'Use a client certificate that is signed by the CA of dockerd --tlscacert, and has not expired',
    )
  }
  if (isTls(code) || /certificate|altnames/i.test(message)) {
    return failed(
      `The certificate of ${where} cannot be trusted: ${message}`,
      'Name the CA that signed it as tls.ca; the certificate has to hold this host name or address',
    )
  }
  return failed(`The Docker engine at ${where} failed: ${message}`, restart(engine))
}

/** OpenSSL's codes, as Node passes them on. */
const isTls = (code: string): boolean =>
  /^(ERR_SSL|ERR_TLS|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)

function start(engine: DockerEngine): string {
  if (!engine.configured) return 'Start Docker, or name its socket under docker: in config/perfbot.yaml'
  return isSocket(engine)
    ? 'Start it (systemctl start docker), or correct it under docker: in config/perfbot.yaml'
    : 'Check that dockerd listens there (dockerd -H tcp://…), or correct it under docker: in config/perfbot.yaml'
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
