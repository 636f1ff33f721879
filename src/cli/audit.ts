import { auditSince, csvOf, jsonLinesOf, sinceOf } from '../auditing.ts'
import type { Perfbot } from '../perfbot.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

export type AuditOptions = {
  readonly target?: string
  readonly since?: string
  /** Prints the lines as JSON lines or CSV; without it, for people. */
  readonly format?: string
}

const FORMATS = ['text', 'jsonl', 'csv']

/** Exit status 1 when the chain of hashes is broken, 2 for a time or a format that is none. */
export async function runAudit(configFile: string | undefined, options: AuditOptions): Promise<void> {
  const since = options.since === undefined ? null : sinceOf(options.since, new Date())
  const { format = 'text' } = options
  if (options.since !== undefined && since === null) {
    return mistaken(`${options.since} is no time: write it as 7d or 2026-03-14.`)
  }
  if (!FORMATS.includes(format)) return mistaken(`There is no format ${format}: ${FORMATS.join(', ')}.`)
  await withAudit(configFile, async (perfbot) => {
    const entries = await auditSince(perfbot, { target: options.target, since })
    if (format === 'csv') process.stdout.write(csvOf(entries))
    if (format === 'jsonl') process.stdout.write(jsonLinesOf(entries))
    if (format !== 'text') return
    for (const entry of entries) {
      process.stdout.write(
        `${entry.at}  ${entry.actor}  ${entry.action}  ${entry.subject}  ${JSON.stringify(entry.detail)}\n`,
      )
    }
    await sayWhetherWhole(perfbot)
  })
}

export const runAuditVerify = (configFile: string | undefined): Promise<void> =>
  withAudit(configFile, sayWhetherWhole)

function mistaken(text: string): void {
  process.stderr.write(`${text}\n`)
  process.exitCode = 2
}

async function withAudit(
  configFile: string | undefined,
  work: (perfbot: Perfbot) => Promise<void>,
): Promise<void> {
  const config = await readConfig(configFile)
  await withPerfbot(config, createLogger(config.logLevel), work)
}

async function sayWhetherWhole(perfbot: Perfbot): Promise<void> {
  const broken = await perfbot.verifyAudit()
  if (broken) {
    process.stdout.write(`The log was changed at line ${broken.sequence}: ${broken.reason}.\n`)
    process.exitCode = 1
    return
  }
  const [newest] = await perfbot.audit(1)
  process.stdout.write(`${newest?.sequence ?? 0} lines; the chain of hashes is whole.\n`)
}
