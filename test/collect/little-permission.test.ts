import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { Snapshot } from '../../src/model/snapshot.ts'

/** Root may read everything, so that the process that reads is of nobody even where the tests are root's. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

it('an ordinary user is told what the machine keeps from him, and gets the rest', {
  timeout: 60_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-little-'))
  await chmod(directory, 0o755)
  const sysfs = join(directory, 'sys')
  await mkdir(sysfs, { mode: 0o000 })
  // A /proc on which nothing is allowed but to be there.
  const procfs = join(directory, 'proc')
  await mkdir(procfs, { mode: 0o000 })
  const socket = join(directory, 'docker.sock')
  const engine = createServer().listen(socket)
  await new Promise((resolve) => engine.once('listening', resolve))
  await chmod(socket, 0o600)
  const read = async (proc: string) => {
    const script = join(import.meta.dirname, 'reading-process.ts')
    const words = [script, proc, sysfs, '/', NOBODY.uid === undefined ? '/root/docker.sock' : socket]
    const { stdout } = await promisify(execFile)(process.execPath, words, NOBODY)
    const { machine, gaps } = Snapshot.parse(JSON.parse(stdout))
    return { machine, reasons: gaps.filter(({ kind }) => kind === 'failed').map(({ reason }) => reason) }
  }
  const [little, nothing] = await Promise.all([read('/proc'), read(procfs)])
  await chmod(sysfs, 0o700)
  await chmod(procfs, 0o700)
  engine.close()
  await rm(directory, { recursive: true, force: true })

  expect(little.machine).toMatchObject({ disks: [], temperatures: [] })
  expect(little.machine?.memory.totalBytes).toBeGreaterThan(0)
  expect(little.machine?.topProcesses.length).toBeGreaterThan(0)
  expect(little.reasons).toEqual([
    `${sysfs}/block may not be read (EACCES)`,
    expect.stringMatching(/docker\.sock may not be opened by this user$/),
  ])
  expect(nothing.machine).toBeNull()
  expect(nothing.reasons).toContainEqual(expect.stringMatching(/\/proc\/\S+ cannot be read \(EACCES\)$/))
})
