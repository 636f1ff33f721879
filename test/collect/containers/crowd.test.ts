import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connectEngine } from '../../../src/collect/containers/engine-client.ts'
import { containerCollector } from '../../../src/collect/containers.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import { seconds } from '../../../src/model/units.ts'

const COUNT = 500
const idOf = (index: number) => index.toString(16).padStart(64, '0')

/** A FAKE engine with more containers than this machine can hold, in the words of Docker's API 1.41. */
function answerTo(path: string): { status: number; body: unknown } {
  if (path.startsWith('/containers/json')) {
    return {
      status: 200,
      body: Array.from({ length: COUNT }, (_, index) => ({ Id: idOf(index), Names: [`/c${index}`] })),
    }
  }
  if (path.startsWith('/images/')) return { status: 200, body: { RepoDigests: ['app@sha256:0'] } }
  const [, , id = ''] = path.split('/')
  const index = Number.parseInt(id, 16)
  // One in a hundred is gone as soon as it was listed, and another one between its inspection and its statistics.
  if (index % 100 === 7) return { status: 404, body: { message: `No such container: ${id}` } }
  if (path.includes('/stats')) {
    if (index % 100 === 8) return { status: 404, body: { message: `No such container: ${id}` } }
    return {
      status: 200,
      body: {
        read: new Date().toISOString(),
        pids_stats: { current: 3 },
        cpu_stats: { cpu_usage: { total_usage: Math.round(performance.now() * 1e5) } },
        memory_stats: { usage: 3 << 20, stats: { inactive_file: 1 << 20 } },
      },
    }
  }
  return {
    status: 200,
    body: {
      Id: id,
      Name: `/c${index}`,
      Image: 'sha256:1',
      State: { Status: 'running', Pid: 1, ExitCode: 0, StartedAt: '2026-11-24T10:00:00Z', FinishedAt: '' },
      Config: { Image: 'app:1', Tty: false },
      HostConfig: { LogConfig: { Type: 'json-file', Config: {} } },
      NetworkSettings: {},
    },
  }
}

it('five hundred containers are read, the ones that vanish meanwhile left out, without a gap', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-crowd-'))
  const socketPath = join(directory, 'docker.sock')
  const server = createServer((request, answer) => {
    const path = request.url ?? ''
    if (path.includes('/logs')) return answer.writeHead(200).end()
    const { status, body } = answerTo(path)
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const engine = connectEngine({ name: 'local', socket: socketPath, configured: true })
  const collector = containerCollector(engine, {
    windowSeconds: seconds(0.2),
    deadlineSeconds: seconds(20),
    paths: OWN_SYSTEM,
  })
  const { containers = [], logs, gaps } = await collector.collect(AbortSignal.timeout(20_000))
  server.closeAllConnections()
  server.close()
  await rm(directory, { recursive: true })
  expect(gaps).toEqual([])
  expect(containers.length).toBe(COUNT - 5)
  expect(containers.filter(({ usage }) => usage === null).length).toBe(5)
  expect(containers[0]).toMatchObject({ imageDigests: ['app@sha256:0'] })
  expect(containers[0]?.usage).toMatchObject({ source: 'api', memoryWorkingSetBytes: 2 << 20, pids: 3 })
  expect(containers[0]?.usage?.cpuCores).toBeCloseTo(0.1, 1)
  expect(logs?.length).toBe(COUNT - 5)
})
