#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=1
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// What was compiled once is not compiled again: a second start takes half the time. The cache lies beside the code
// that it stands for, in a folder of its owner, and where that is read-only there is none.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/perfbot'))
const { CommanderError } = await import('commander')
const { createProgram } = await import('./cli/program.ts')
const { ConfigFailure } = await import('./config.ts')

// Whoever reads the output may stop early, as `head` does: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** What a person can mend is said in a sentence, with the remedy; anything else is a mistake of ours and shows its stack. */
function textOf(error: unknown): string {
  if (error instanceof ConfigFailure) return error.message
  if (!(error instanceof Error)) return String(error)
  if ('remedy' in error) return `${error.message}\n  ${error.remedy}`
  return error.stack ?? error.message
}

try {
  await createProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // It has been said already: help that was asked for is no mistake, a command line that cannot be read is one.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    process.stderr.write(`${textOf(error)}\n`)
    process.exitCode = error instanceof ConfigFailure ? 2 : 1
  }
}
