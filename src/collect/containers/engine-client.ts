import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import type Docker from 'dockerode'
import { CollectFailure, messageOf } from '../collector.ts'
import type { DockerEngine } from './engine.ts'
import type { EngineTarget } from './engine-request.ts'
import { sshTunnel } from './ssh-tunnel.ts'

/** Files, as `docker --tlsverify` takes them. */
type TlsFiles = { readonly ca: string; readonly cert: string; readonly key: string }

/** Where an engine is: a socket of this machine, `tcp://host:2376` or `ssh://user@host`. */
export type EngineAddress =
  | { readonly socket: string }
  | { readonly url: string; readonly tls: TlsFiles | null }

/** An engine as it is read, and the client for fixes. */
export type ConnectedEngine = DockerEngine & { client(): Docker }

/** Opens nothing yet: that comes with the first question, and so does its failure. */
export function connectEngine(
  source: { readonly name: string; readonly configured: boolean } & EngineAddress,
): ConnectedEngine {
  const { name, configured } = source
  if ('socket' in source) {
    return engineAt(
      { name, configured, where: source.socket },
      { socketPath: source.socket, protocol: 'http' },
    )
  }
  const url = new URL(source.url)
  const about = { name, configured, where: source.url }
  if (url.protocol === 'ssh:') {
    const tunnel = sshTunnel(source.url)
    const agent = agentTo(async () => connect(await tunnel.socket()))
    const at: EngineTarget = { protocol: 'http', host: url.hostname, port: 80, agent }
    return { ...engineAt(about, at), close: () => tunnel.close() }
  }
  const { tls } = source
  const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (tls ? 2376 : 2375)) }
  return engineAt(
    about,
    tls ? { ...place, protocol: 'https', agent: secureAgent(tls) } : { ...place, protocol: 'http' },
  )
}

function engineAt(about: Omit<DockerEngine, 'at'>, at: EngineTarget): ConnectedEngine {
  let client: Docker | null = null
  return {
    ...about,
    at,
    client() {
      client ??= clientOf(at)
      return client
    },
  }
}

const require = createRequire(import.meta.url)

/**
 * The package is loaded for the first fix: what comes with it (SSH and gRPC of its own) takes a tenth of all memory. It
 * lets DOCKER_HOST override what it is told, and reads DOCKER_CERT_PATH; perfbot's config has done that.
 */
function clientOf(at: EngineTarget): Docker {
  const Client = require('dockerode') as new (options: object) => Docker
  const ambient = process.env.DOCKER_HOST
  delete process.env.DOCKER_HOST
  try {
    return new Client(at)
  } finally {
    if (ambient !== undefined) process.env.DOCKER_HOST = ambient
  }
}

function agentTo(open: () => Promise<ReturnType<typeof connect>>): Agent {
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = (_options, callback) => {
    open().then(
      (socket) => callback?.(null, socket),
      // The agent's types do not know that a connection may fail to come.
      (error: Error) => callback?.(error, undefined as never),
    )
    return undefined
  }
  return agent
}

/** The files are read with the first question, so that one that is missing is a gap with its name. */
function secureAgent(files: TlsFiles): SecureAgent {
  const agent = new SecureAgent({ keepAlive: true })
  const open = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    try {
      return open({ ...options, ...certificates(files) }, callback)
    } catch (error) {
      callback?.(error as Error, undefined as never)
      return undefined
    }
  }
  return agent
}

function certificates({ ca, cert, key }: TlsFiles) {
  const read = (path: string) => {
    try {
      return readFileSync(path)
    } catch (error) {
      throw new CollectFailure(
        'failed',
        `The certificate file ${path} cannot be read: ${messageOf(error)}`,
        'Correct tls: under docker: in config/perfbot.yaml (or DOCKER_CERT_PATH), or make it readable',
        { cause: error },
      )
    }
  }
  return { ca: read(ca), cert: read(cert), key: read(key) }
}
