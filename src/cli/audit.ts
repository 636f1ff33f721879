import { createLogger, readConfig, withPerfbot } from './session.ts'

export async function runAudit(
  configFile: string | undefined,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const config = await readConfig(configFile)
  await withPerfbot(config, createLogger(config.logLevel), async (perfbot) => {
    const entries = await perfbot.audit(1000)
    const broken = await perfbot.verifyAudit()
    if (json) {
      process.stdout.write(`${JSON.stringify({ entries, broken }, null, 2)}\n`)
    } else {
      for (const entry of entries.toReversed()) {
        process.stdout.write(
          `${entry.at}  ${entry.actor}  ${entry.action}  ${entry.subject}  ${JSON.stringify(entry.detail)}\n`,
        )
      }
      process.stdout.write(
        broken
          ? `The log was changed at entry ${broken.sequence}: ${broken.reason}\n`
          : `${entries.length} entries; the chain of hashes is whole.\n`,
      )
    }
    if (broken) process.exitCode = 1
  })
}
