import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Collector } from '../../src/collect/collector.ts'
import { PACE, type Pace } from '../../src/collect/gpus/nvidia-stream.ts'
import { gpuCollector } from '../../src/collect/gpus.ts'
import { GpuReading } from '../../src/model/gpu-reading.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures/nvidia-smi')
const A10G = join(FIXTURES, 'a10g-515.105.01.xml')

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perfbot-nvidia-smi-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const open: Collector[] = []
afterEach(() => Promise.all(open.splice(0).map((collector) => collector.close?.())))

/** A fake nvidia-smi: a shell script that prints recorded outputs, and the texts with which the real one fails. */
async function fake(script: string): Promise<{ command: string; starts: () => Promise<number[]> }> {
  const command = join(directory, `nvidia-smi-${Math.random()}`)
  await writeFile(
    command,
    `#!/bin/sh\n# This is a fake of nvidia-smi, for perfbot's tests.\necho $$ >> ${command}.pids\n${script}\n`,
  )
  await chmod(command, 0o755)
  const starts = async () =>
    (await readFile(`${command}.pids`, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number)
  return { command, starts }
}

function collectorOf(command: string, pace: Partial<Pace> = {}, paths = {}) {
  const collector = gpuCollector(
    { command, configured: true },
    { procfs: join(directory, 'proc'), sysfs: join(directory, 'sys'), rootfs: '/', ...paths },
    { ...PACE, ...pace },
  )
  open.push(collector)
  return collector
}

const read = (collector: Collector, limitMs = 5000) => collector.collect(AbortSignal.timeout(limitMs))
/** One that has ended and that nobody has asked about yet (an orphan where pid 1 does not care) has ended. */
const isRunning = (pid: number | undefined): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !/\) Z /.test(stat),
    () => false,
  )

const LOOP = `cat ${A10G}; while :; do sleep 0.1; done`

describe('GPUs', () => {
  it('are read from one stream, however often one asks', async () => {
    const { command, starts } = await fake(
      `test "$*" = "-q -x -l 5" || exit 9; while cat ${A10G}; do sleep 0.05; done`,
    )
    const collector = collectorOf(command)
    for (const _ of [1, 2, 3]) {
      const { gpus, gaps } = await read(collector)
      expect(gpus?.map((gpu) => GpuReading.parse(gpu).name)).toEqual(['NVIDIA A10G'])
      expect(gaps).toEqual([])
    }
    expect(await starts()).toHaveLength(1)
  })

  it('leave no nvidia-smi behind when perfbot closes', async () => {
    const { command, starts } = await fake(LOOP)
    const collector = collectorOf(command)
    await read(collector)
    await collector.close?.()
    const [pid] = await starts()
    await expect.poll(() => isRunning(pid)).toBe(false)
    await expect(read(collector)).rejects.toMatchObject({ kind: 'failed' })
    expect(await starts()).toHaveLength(1)
  })

  it('leave no nvidia-smi running when nobody asks, and are read again when somebody does', async () => {
    const { command, starts } = await fake(LOOP)
    const collector = collectorOf(command, { rest: 0.2, stale: 0.1 })
    await read(collector)
    const [pid] = await starts()
    await expect.poll(() => isRunning(pid)).toBe(false)
    expect((await read(collector)).gpus).toHaveLength(1)
    await expect.poll(starts).toHaveLength(2)
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
    ['echo "Failed to initialize NVML: Unknown Error"; exit 255', /cannot reach/, /restart it/],
    [
      'echo "Unable to determine the device handle for GPU0000:20:00.0: Unknown Error"; exit 255',
      /GPU 0000:20:00.0: Unknown Error/,
      /Xid 79/,
    ],
    ['echo "<html>"', /no.* GPU/, /by hand/],
    ['echo "<nvidia_smi_log></nvidia_smi_log>"; sleep 1', /nothing that is a GPU/, /by hand/],
    ['echo "unheard of" >&2; exit 1', /unheard of/, /by hand/],
    ['exit 3', /code 3/, /by hand/],
  ])('that cannot be read say why: %s', async (script, reason, remedy) => {
    await expect(read(collectorOf((await fake(script)).command))).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    })
  })

  it('whose driver hangs cost a gap, and no second nvidia-smi; the first is killed in the end', async () => {
    const { command, starts } = await fake('trap "" TERM; while :; do sleep 0.1; done')
    const collector = collectorOf(command, { hang: 0.6 })
    await expect(read(collector, 100)).rejects.toMatchObject({ kind: 'failed' })
    await expect(read(collector, 100)).rejects.toMatchObject({ kind: 'failed' })
    const [pid, ...others] = await starts()
    expect(others).toEqual([])
    await expect.poll(() => isRunning(pid), { timeout: 3000 }).toBe(false)
    // Its failure is kept for a while: a driver that hangs is not asked each minute.
    await expect(read(collector)).rejects.toMatchObject({ message: expect.stringMatching(/was killed/) })
    expect(await starts()).toHaveLength(1)
  })

  it('whose stream falls silent are a gap, not their last reading', async () => {
    const { command } = await fake(LOOP)
    const collector = collectorOf(command, { stale: 0.2 })
    await read(collector)
    await expect.poll(() => read(collector).catch((error) => error.message)).toMatch(/printed nothing for/)
  })

  it('are read again after the stream broke off in mid-line, not before a while has passed', async () => {
    const { command, starts } = await fake('')
    await writeFile(
      command,
      `#!/bin/sh
# This is a fake of nvidia-smi: at first it crashes in mid-line, then it works.
echo $$ >> ${command}.pids
test "$(wc -l < ${command}.pids)" -gt 1 || { head -c 3000 ${A10G}; kill -SEGV $$; }
cat ${A10G}; while :; do sleep 0.1; done
`,
    )
    const collector = collectorOf(command, { backOff: 0.3 })
    await expect(read(collector)).rejects.toMatchObject({ message: expect.stringMatching(/SIGSEGV/) })
    await expect(read(collector)).rejects.toMatchObject({ message: expect.stringMatching(/SIGSEGV/) })
    expect(await starts()).toHaveLength(1)
    await expect
      .poll(() =>
        read(collector).then(
          ({ gpus }) => gpus?.length,
          () => 0,
        ),
      )
      .toBe(1)
    expect(await starts()).toHaveLength(2)
  })

  it('that fell off the bus are a gap of theirs, and cost the others nothing', async () => {
    const lost =
      'Unable to determine the device handle for GPU1: 0000:0A:00.0: GPU is lost.  Reboot the system'
    const { command } = await fake(`echo "${lost} to recover this GPU"; ${LOOP}`)
    const { gpus, gaps } = await read(collectorOf(command))
    expect(gpus).toHaveLength(1)
    expect(gaps).toEqual([
      expect.objectContaining({
        missing: 'GPU 0000:0a:00.0',
        reason: expect.stringContaining('GPU is lost. Reboot the system'),
      }),
    ])
  })

  it('have processes, in containers where the machine says so', async () => {
    const procfs = join(directory, 'proc-with-processes')
    const id = 'c'.repeat(64)
    await mkdir(join(procfs, '1890'), { recursive: true })
    await writeFile(join(procfs, '1890/comm'), 'ollama\n')
    await writeFile(join(procfs, '1890/cgroup'), `0::/system.slice/docker-${id}.scope\n`)
    const { command } = await fake(`cat ${FIXTURES}/rtx-4070-laptop-575.51.02.xml; sleep 5`)
    const { gpus } = await read(collectorOf(command, {}, { procfs }))
    expect(gpus?.[0]?.processes).toEqual([
      { pid: 1802, name: 'Hyprland', kind: 'graphics', memoryBytes: 1448 * 1024 ** 2, containerId: null },
      { pid: 19044, name: 'chrome', kind: 'graphics', memoryBytes: 52 * 1024 ** 2, containerId: null },
      { pid: 1890, name: 'ollama', kind: 'graphics', memoryBytes: 23 * 1024 ** 2, containerId: id },
    ])
  })

  it('keep no process waiting that ends without closing them, and their nvidia-smi ends after it', async () => {
    const { command, starts } = await fake(`while cat ${A10G}; do sleep 0.05; done`)
    const script = `
      import { gpuCollector } from '${join(import.meta.dirname, '../../src/collect/gpus.ts')}'
      const paths = { procfs: '/proc', sysfs: '/nonexistent', rootfs: '/' }
      const collector = gpuCollector({ command: '${command}', configured: true }, paths)
      // Something has to keep it alive until then, as the deadline of a collection does.
      const waiting = setTimeout(() => {}, 20_000)
      const { gpus } = await collector.collect(AbortSignal.timeout(10_000))
      clearTimeout(waiting)
      console.log(gpus.length)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 10_000,
    })
    expect(stdout).toBe('1\n')
    const [pid] = await starts()
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  it('are absent where nobody named an nvidia-smi and there is none', async () => {
    const paths = { procfs: '/nonexistent', sysfs: '/nonexistent', rootfs: '/' }
    const collector = gpuCollector({ command: '/nonexistent/nvidia-smi', configured: false }, paths)
    await expect(read(collector)).rejects.toMatchObject({ kind: 'absent' })
    await expect(read(collector)).rejects.toMatchObject({ kind: 'absent' })
    await collector.close?.()
  })
})
