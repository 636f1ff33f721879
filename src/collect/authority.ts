import { readFileSync } from 'node:fs'
import { CollectFailure, errorCode } from './collector.ts'

/** The certificates of a private authority, read when they are needed: the file may be renewed. */
export function readAuthority(file: string | null, whereConfigured: string): string | null {
  if (file === null) return null
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CollectFailure(
      'failed',
      `The certificates of the authority cannot be read (${errorCode(error)}): ${file}`,
      `Correct ca under ${whereConfigured}, or make the file readable for perfbot`,
    )
  }
}
