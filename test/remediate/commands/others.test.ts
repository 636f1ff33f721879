import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { timestamp } from '../../../src/model/units.ts'
import { freePort } from '../../support/free-port.ts'
import { type FakeOllama, startFakeOllama } from '../../support/ollama.ts'
import { makeGpu, makeSnapshot } from '../../support/snapshot.ts'
import { HOST } from '../support.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-commands-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

test('commands on a real Redis', async () => {
  const directory = await temporary()
  const port = await freePort()
  const file = join(directory, 'redis.conf')
  await writeFile(file, `port ${port}\nbind 127.0.0.1\nsave ""\ndir ${directory}\n`)
  const redis = spawn('redis-server', [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void redis.kill())
  for await (const chunk of redis.stdout) if (String(chunk).includes('Ready to accept connections')) break
  redis.stdout.resume()
  const url = `redis://127.0.0.1:${port}`
  const client = createClient({ url })
  await client.connect()
  onTestFinished(() => client.destroy())
  const bench = await openWorkbench({
    engines: { redis: (name) => (name === 'cache' ? { url, ca: null } : null) },
  })
  onTestFinished(() => bench.close())
  const setting = async (name: string) => Object.values(await client.configGet(name))[0]

  const { plan, execution } = await bench.fix(
    'redis.set-maxmemory',
    'cache',
    'maxmemory=64MiB',
    'persist=yes',
  )
  expect(plan.steps[0]?.exact).toBe('CONFIG SET maxmemory 67108864\nCONFIG REWRITE')
  expect(await setting('maxmemory')).toBe('67108864')
  expect(await readFile(file, 'utf8')).toMatch(/^maxmemory 64mb$|^maxmemory 67108864$/m)
  await bench.takeBack(execution)
  expect(await setting('maxmemory')).toBe('0')
  expect(await readFile(file, 'utf8')).not.toMatch(/^maxmemory (64mb|67108864)$/m)

  const policy = await bench.fix('redis.set-maxmemory-policy', 'cache', 'policy=allkeys-lru')
  expect(await setting('maxmemory-policy')).toBe('allkeys-lru')
  await bench.takeBack(policy.execution)
  expect(await setting('maxmemory-policy')).toBe('noeviction')

  await client.set('x', 'y'.repeat(4_000_000))
  const why = await bench.whyNot('redis.set-maxmemory', 'cache', 'maxmemory=2MiB')
  expect(why).toContain('this fix is for at most 2 MiB')
})

/** A stand-in: it has no models, and speaks the protocol of docs/api.md. */
describe('commands on a stand-in for Ollama', () => {
  let ollama: FakeOllama
  const loaded = () => ollama.resident.map(({ name }) => name)
  let bench: Workbench
  beforeAll(async () => {
    ollama = await startFakeOllama({ models: [{ name: 'qwen3:8b' }, { name: 'llama3:latest' }] })
    bench = await openWorkbench({ engines: { ollama: () => ollama.url } })
  })
  afterAll(async () => {
    await bench?.close()
    await ollama?.close()
  })

  test('load, keep and unload a model', async () => {
    const load = await bench.fix('ollama.load-model', 'ollama', 'model=qwen3:8b')
    expect(load.plan.steps[0]?.exact).toBe('POST /api/generate {"model":"qwen3:8b","keep_alive":"30m"}')
    expect(loaded()).toEqual(['qwen3:8b'])
    const kept = await bench.fix('ollama.keep-model', 'ollama', 'model=qwen3:8b')
    await bench.takeBack(kept.execution)
    await bench.takeBack(load.execution)
    expect(loaded()).toEqual([])

    // A name without a tag means the latest.
    await bench.fix('ollama.load-model', 'ollama', 'model=llama3')
    const unloaded = await bench.fix('ollama.unload-model', 'ollama', 'model=llama3')
    expect(loaded()).toEqual([])
    await bench.takeBack(unloaded.execution)
    expect(loaded()).toEqual(['llama3:latest'])
  })

  test('a model that is not installed is not pulled', async () => {
    const why = await bench.whyNot('ollama.load-model', 'ollama', 'model=gone:1b')
    expect(why).toBe('the presence of gone:1b of ollama is now missing; it has to be installed')
  })
})

test('a kernel setting, in folders that stand for /proc/sys and /etc/sysctl.d', async () => {
  const directory = await temporary()
  const [sysctlRoot, sysctlDirectory] = [join(directory, 'sys'), join(directory, 'sysctl.d')]
  await mkdir(join(sysctlRoot, 'vm'), { recursive: true })
  await mkdir(sysctlDirectory)
  await writeFile(join(sysctlRoot, 'vm/swappiness'), '60\n')
  const bench = await openWorkbench({ engines: { machine: { sysctlRoot, sysctlDirectory, programs: {} } } })
  onTestFinished(() => bench.close())
  const value = async () => (await readFile(join(sysctlRoot, 'vm/swappiness'), 'utf8')).trim()
  const kept = () =>
    readFile(join(sysctlDirectory, '90-perfbot-vm-swappiness.conf'), 'utf8').catch(() => null)

  const { execution } = await bench.fix('host.set-sysctl', HOST, 'setting=vm.swappiness', 'value=10')
  expect(await value()).toBe('10')
  expect(await kept()).toContain('vm.swappiness = 10')
  await bench.takeBack(execution)
  expect(await value()).toBe('60')
  expect(await kept()).toBeNull()
  const why = await bench.whyNot('host.set-sysctl', HOST, 'setting=kernel.core_pattern', 'value=1')
  expect(why).toContain('setting can be fs.file-max')
})

test('a GPU is told by its UUID, in words that no shell reads; a script stands for nvidia-smi here', async () => {
  const directory = await temporary()
  const said = join(directory, 'said')
  const program = join(directory, 'nvidia-smi')
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" >> ${said}\n`)
  await chmod(program, 0o755)
  const uuid = 'GPU-8f2c1d3e-0000-1111-2222-333344445555'
  const snapshot = async () => {
    const words = await readFile(said, 'utf8').catch(() => '')
    const last = words.trim().split('\n').at(-1)
    const now = timestamp(new Date())
    return {
      ...makeSnapshot({ host: HOST, takenAt: now, gpus: [makeGpu({ uuid, persistenceMode: last === '1' })] }),
      durationSeconds: 0 as never,
    }
  }
  const machine = { sysctlRoot: '', sysctlDirectory: '', programs: { 'nvidia-smi': program } }
  const bench = await openWorkbench({ engines: { machine }, snapshot })
  onTestFinished(() => bench.close())
  const { plan, execution } = await bench.fix('gpu.set-persistence-mode', '0', 'enabled=on')
  expect(plan.steps[0]?.exact).toBe(`nvidia-smi --id ${uuid} --persistence-mode 1`)
  await bench.takeBack(execution)
  expect(await readFile(said, 'utf8')).toBe(
    ['--id', uuid, '--persistence-mode', '1', '--id', uuid, '--persistence-mode', '0', ''].join('\n'),
  )
  const limit = await bench.plan('gpu.set-power-limit', '0', 'watts=150')
  expect(limit.steps[0]?.exact).toBe(`nvidia-smi --id ${uuid} --power-limit 150`)
})
