import { type LogCause, meaningOf } from './log-meanings.ts'
import { classify } from './logs/classify.ts'

function causeOfLine(line: string): LogCause | null {
  const found = classify(line, null)
  const meaning = found && meaningOf(found)
  if (!found || !meaning) return null
  const subject = meaning.subject(found)
  return {
    kind: meaning.kind,
    subject,
    explanation: meaning.explain(subject),
    remedy: meaning.remedy(subject),
    line: line.trim(),
  }
}

/**
 * The cause that the end of a log names. In a crash loop the same end comes again and again, so the last
 * line that matches is the innermost error of the last run.
 */
export function causeInLog(lines: readonly string[]): LogCause | null {
  for (const line of lines.toReversed()) {
    const cause = causeOfLine(line)
    if (cause) return cause
  }
  return null
}

/** The last line that looks like an error, for logs that name no known cause. */
export const lastErrorLine = (lines: readonly string[]): string | null =>
  lines.findLast((line) => /\b(error|exception|fatal|panic|critical|traceback)\b/i.test(line))?.trim() ??
  lines.findLast((line) => line.trim() !== '')?.trim() ??
  null

/** What an exit code says: 128 + n is signal n (POSIX shells and Docker alike). */
export function describeExitCode(code: number): string {
  const named: Record<number, string> = {
    0: 'ended by itself',
    125: 'Docker itself failed to start it',
    126: 'the command is not executable',
    127: 'the command was not found',
    137: 'killed by SIGKILL',
    139: 'crashed with a segmentation fault (SIGSEGV)',
    143: 'ended by SIGTERM',
  }
  return named[code] ?? (code > 128 && code < 160 ? `killed by signal ${code - 128}` : 'ended with an error')
}
