import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { Examination } from '../../src/model/examination.ts'
import { makeDirectory } from '../store/directory.ts'
import { type Run, runPerfbot } from '../support/command-line.ts'

/** Runs `perfbot doctor` in an empty folder. */
async function doctor(configuration: string): Promise<Run> {
  const cwd = await makeDirectory()
  const file = join(cwd, 'perfbot.yaml')
  await writeFile(file, configuration)
  return runPerfbot(['--config', file, 'doctor', '--json'], { cwd })
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
