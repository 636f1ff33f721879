import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { ContainerReading } from '../model/container-reading.ts'
import { bytes, cores, timestamp } from '../model/units.ts'

/**
 * The Docker engine of a recorded system: it answers `inspect` from the recording, takes the changes of limits and
 * restarts into it, and refuses, in so many words, what a recording cannot do. It speaks as much of Docker's API as
 * that takes, and is no engine.
 */

const NANO = 1e9

const Update = z.object({
  Memory: z.number().optional(),
  MemorySwap: z.number().optional(),
  NanoCpus: z.number().optional(),
  RestartPolicy: z
    .object({
      Name: z.enum(['no', 'always', 'unless-stopped', 'on-failure']),
      MaximumRetryCount: z.number().optional(),
    })
    .optional(),
})

/** The container as `docker inspect` prints it, as far as it was recorded. */
function inspection(container: ContainerReading) {
  const { limits, restartPolicy, logDriver, compose } = container
  return {
    Id: container.id,
    Name: `/${container.name}`,
    Image: container.imageId,
    RestartCount: container.restartCount,
    LogPath: '',
    State: {
      Status: container.state,
      Running: container.state === 'running',
      ExitCode: container.exitCode ?? 0,
      OOMKilled: container.oomKilled,
      StartedAt: container.startedAt ?? '0001-01-01T00:00:00Z',
      FinishedAt: container.finishedAt ?? '0001-01-01T00:00:00Z',
      ...(container.health ? { Health: { Status: container.health.status } } : {}),
    },
    Config: {
      Image: container.image,
      Env: container.environment.map(({ name, value }) => `${name}=${value ?? ''}`),
      Labels: compose
        ? {
            'com.docker.compose.project': compose.project,
            'com.docker.compose.service': compose.service,
            'com.docker.compose.project.config_files': compose.configFiles.join(','),
          }
        : {},
    },
    HostConfig: {
      Memory: limits.memoryBytes ?? 0,
      MemorySwap: limits.memorySwapBytes ?? 0,
      NanoCpus: Math.round((limits.cpuCores ?? 0) * NANO),
      RestartPolicy: { Name: restartPolicy.name, MaximumRetryCount: restartPolicy.maximumRetries },
      LogConfig: {
        Type: logDriver.name,
        Config: {
          ...(logDriver.maximumSize ? { 'max-size': logDriver.maximumSize } : {}),
          ...(logDriver.maximumFiles ? { 'max-file': logDriver.maximumFiles } : {}),
        },
      },
    },
    NetworkSettings: { Networks: {} },
    Mounts: [],
  }
}

function update(container: ContainerReading, given: z.infer<typeof Update>): void {
  const { Memory, MemorySwap, NanoCpus, RestartPolicy } = given
  if (Memory !== undefined) container.limits.memoryBytes = bytes(Memory)
  if (MemorySwap !== undefined) container.limits.memorySwapBytes = bytes(MemorySwap)
  if (NanoCpus !== undefined) container.limits.cpuCores = cores(NanoCpus / NANO)
  if (RestartPolicy)
    container.restartPolicy = {
      name: RestartPolicy.Name,
      maximumRetries: RestartPolicy.MaximumRetryCount ?? 0,
    }
}

/** One that cannot start does not start any better for being started again. */
function restart(container: ContainerReading): void {
  container.startedAt = timestamp(new Date())
  if (container.state === 'restarting') container.restartCount += 1
  else container.state = 'running'
}

function stop(container: ContainerReading): void {
  container.state = 'exited'
  container.exitCode = 143
  container.finishedAt = timestamp(new Date())
  container.usage = null
}

const REFUSAL =
  'This system is a recording: nothing is built, made anew or run in it. On the real one, perfbot would now do what the plan says.'

const MEBIBYTE = 1024 ** 2

const stats = ({ usage }: ContainerReading) => ({
  memory_stats: usage
    ? {
        usage: usage.memoryUsageBytes,
        stats: { inactive_file: usage.memoryUsageBytes - usage.memoryWorkingSetBytes },
      }
    : {},
})

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > MEBIBYTE) break
  }
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

export async function startRecordedEngine(
  containers: readonly ContainerReading[],
  socket: string,
): Promise<{ stop(): Promise<void> }> {
  async function answer(request: IncomingMessage): Promise<{ status: number; body?: unknown }> {
    const path = (request.url ?? '').split('?')[0]?.replace(/^\/v[\d.]+/, '') ?? ''
    const [, kind, name = '', action] = path.split('/')
    if (kind !== 'containers') return { status: 501, body: { message: REFUSAL } }
    const container = containers.find((each) => each.name === decodeURIComponent(name) || each.id === name)
    if (!container) return { status: 404, body: { message: `No such container: ${name}` } }
    switch (`${request.method} ${action}`) {
      case 'GET json':
        return { status: 200, body: inspection(container) }
      case 'GET stats':
        return { status: 200, body: stats(container) }
      case 'POST update':
        update(container, Update.parse(await bodyOf(request)))
        return { status: 200, body: { Warnings: [] } }
      case 'POST restart':
      case 'POST start':
        restart(container)
        return { status: 204 }
      case 'POST stop':
        stop(container)
        return { status: 204 }
      default:
        return { status: 501, body: { message: REFUSAL } }
    }
  }
  function send(response: ServerResponse, { status, body }: { status: number; body?: unknown }): void {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? '' : JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    answer(request).then(
      (answered) => send(response, answered),
      (error: unknown) => send(response, { status: 400, body: { message: String(error) } }),
    )
  })
  server.listen(socket)
  await once(server, 'listening')
  return {
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
