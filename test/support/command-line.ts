import { execFile } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export type Run = { readonly status: number; readonly stdout: string; readonly stderr: string }

type Options = {
  /** The folder that it runs in. */
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Runs perfbot as a person would, with nothing of this machine's environment but the PATH. */
export const runPerfbot = (
  args: readonly string[],
  { cwd, environment = {}, stdin = '' }: Options,
): Promise<Run> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: cwd, ...environment }
    const running = execFile(process.execPath, [MAIN, ...args], { cwd, env }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code ?? 1) : 0, stdout, stderr })
    })
    running.stdin?.end(stdin)
  })
