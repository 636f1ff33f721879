import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { Examination } from '../../src/model/examination.ts'
import { makeDirectory } from '../store/directory.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const run = promisify(execFile)

/** Runs `perfbot doctor` in an empty folder, with a configuration and nothing of this environment's. */
async function doctor(configuration: string): Promise<{ status: number; stdout: string }> {
  const cwd = await makeDirectory()
  const file = join(cwd, 'perfbot.yaml')
  await writeFile(file, configuration)
  const { PATH } = process.env
  try {
    const { stdout } = await run(process.execPath, [MAIN, '--config', file, 'doctor', '--json'], {
      cwd,
      env: { PATH },
    })
    return { status: 0, stdout }
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string }
    return { status: code, stdout }
  }
}

it('doctor names what failed with the line that mends it, and its exit status says so', async () => {
  const { status, stdout } = await doctor(
    'postgres: [{ name: shop, url: "postgres://perfbot:secret@127.0.0.1:1/shop" }]\ndocker: []\n',
  )
  const examined = z.array(Examination).parse(JSON.parse(stdout))
  expect(status).toBe(1)
  const failed = examined.filter(({ verdict }) => verdict === 'failed')
  expect(failed).toHaveLength(1)
  expect(failed[0]).toMatchObject({ detail: 'No PostgreSQL at 127.0.0.1:1' })
  expect(failed[0]?.remedy).toContain('postgres: shop in config/perfbot.yaml')
  expect(stdout).not.toContain('secret')
  expect(examined).toContainEqual(expect.objectContaining({ subject: 'host', verdict: 'well' }))
})

it('what is absent is no failure', async () => {
  const { status, stdout } = await doctor('docker: []\n')
  expect(status).toBe(0)
  expect(z.array(Examination).parse(JSON.parse(stdout))).toContainEqual(
    expect.objectContaining({ subject: 'PostgreSQL', verdict: 'absent' }),
  )
})
