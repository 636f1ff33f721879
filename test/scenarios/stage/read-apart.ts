import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { Snapshot } from '../../../src/model/snapshot.ts'

/** A machine of its own, as far as a process can have one: its own mounts, network and processes. */
export type Apart = {
  readonly directory: string
  /** What a shell there does before the first reading, and between two of them. */
  readonly before: string
  readonly between?: string
}

/** Breaks and reads the machine in namespaces of their own: nobody else sees what was broken, and it ends with them. */
export async function readApart(
  { directory, before, between }: Apart,
  readings: number,
): Promise<Snapshot[]> {
  const { stdout } = await promisify(execFile)(
    'unshare',
    [
      ...['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'],
      ...['sh', '-c', `(${before}) >&2 && exec "$PERFBOT_NODE" "$PERFBOT_READER" ${readings}`],
    ],
    {
      maxBuffer: 2 ** 26,
      timeout: 60_000,
      env: {
        ...process.env,
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
        PERFBOT_SCENARIO: directory,
        PERFBOT_NODE: process.execPath,
        PERFBOT_READER: join(import.meta.dirname, 'reader.ts'),
        PERFBOT_BETWEEN: between ?? '',
      },
    },
  )
  return z.array(Snapshot).parse(JSON.parse(stdout))
}
