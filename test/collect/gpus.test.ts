import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gpuCollector } from '../../src/collect/gpus.ts'
import { GpuReading } from '../../src/model/gpu-reading.ts'

// A script in the place of nvidia-smi: it prints what `nvidia-smi --help-query-gpu` documents for
// --format=csv,noheader,nounits, and the texts with which the real one fails.
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perfbot-nvidia-smi-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function nvidiaSmi(script: string) {
  const command = join(directory, `nvidia-smi-${Math.random()}`)
  await writeFile(command, `#!/bin/sh\n${script}\n`)
  await chmod(command, 0o755)
  return gpuCollector({ command, configured: true })
}

const collect = async (script: string, limitMs = 5000) =>
  (await nvidiaSmi(script)).collect(AbortSignal.timeout(limitMs))

describe('GPUs', () => {
  it('are read in base units, and what a card cannot state is unknown', async () => {
    const { gpus } = await collect(`
test "$1" = "--query-gpu=index,uuid,name,driver_version,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,power.limit" || exit 9
echo '0, GPU-aaaa, NVIDIA GeForce RTX 3060, 550.54.15, 37, 1024, 12288, 61, 120.50, 170.00'
echo '1, GPU-bbbb, NVIDIA T400, 550.54.15, [N/A], 3, 2048, 40, [Not Supported], N/A'`)
    expect(gpus?.map((gpu) => GpuReading.parse(gpu))).toEqual([
      {
        index: 0,
        uuid: 'GPU-aaaa',
        name: 'NVIDIA GeForce RTX 3060',
        driverVersion: '550.54.15',
        utilisation: 0.37,
        memoryUsedBytes: 1024 ** 3,
        memoryTotalBytes: 12 * 1024 ** 3,
        temperature: 61,
        power: 120.5,
        powerLimit: 170,
      },
      expect.objectContaining({ utilisation: null, power: null, powerLimit: null, temperature: 40 }),
    ])
  })

  it.each([
    [
      'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18',
      /different versions/,
      /Reboot/,
    ],
    [
      `echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver." ; exit 9`,
      /communicate/,
      /lsmod/,
    ],
    ['echo "No devices were found"; exit 6', /found no GPU/, /Xid 79/],
    ['echo "No devices were found"', /found no GPU/, /Xid 79/],
    ['echo "<html>"', /no GPU/, /by hand/],
    ['echo "unheard of" >&2; exit 1', /unheard of/, /by hand/],
  ])('that cannot be read say why: %s', async (script, reason, remedy) => {
    await expect(collect(script)).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    })
  })

  it('whose driver hangs are given up', async () => {
    const pidFile = join(directory, 'pid')
    await expect(
      collect(`echo $$ > ${pidFile}; trap "" TERM; while :; do sleep 1; done`, 300),
    ).rejects.toMatchObject({ kind: 'failed' })
    const pid = Number(await readFile(pidFile, 'utf8'))
    // Not even a program that hears no SIGTERM stays behind, or each reading would add one.
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
  })

  it('are absent where nobody named an nvidia-smi and there is none', async () => {
    const collector = gpuCollector({ command: '/nonexistent/nvidia-smi', configured: false })
    await expect(collector.collect(AbortSignal.timeout(5000))).rejects.toMatchObject({ kind: 'absent' })
  })
})
