import { execFile } from 'node:child_process'
import type { Engines } from '../engines.ts'

const MOST_OUTPUT = 1024 ** 2

/** A program that the machine's list names, with its words as they are: no shell reads them. */
export function runProgram(
  name: string,
  words: readonly string[],
  engines: Engines,
  signal: AbortSignal,
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const path = engines.machine.programs[name]
  if (path === undefined) throw new Error(`perfbot may not start ${name} here`)
  return new Promise((resolve, reject) =>
    execFile(
      path,
      words,
      { signal, maxBuffer: MOST_OUTPUT, cwd: options.cwd, env: { PATH: process.env.PATH, ...options.env } },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        const said = (stderr || stdout).trim().split('\n').slice(-2).join(' ')
        reject(new Error(said === '' ? error.message : said, { cause: error }))
      },
    ),
  )
}
