import { describeLogs } from './diagnose/logs/describe.ts'
import { createLogDigest } from './diagnose/logs/digest.ts'
import { createLineSplitter } from './diagnose/logs/line-splitter.ts'

/** The log engine for the command line, which knows the stages only through what stands here at the top. */
export const logEngine = {
  createDigest: createLogDigest,
  createSplitter: createLineSplitter,
  describe: describeLogs,
} as const
