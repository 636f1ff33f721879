#!/usr/bin/env node
import { Command } from 'commander'
import { runAudit } from './cli/audit.ts'
import { runDemo } from './cli/demo.ts'
import { runReport } from './cli/report.ts'
import { runStart } from './cli/start.ts'
import { ConfigFailure } from './config.ts'

const program = new Command('perfbot')
  .description(
    'Measures the machine it runs on, says what is wrong, and applies the fixes that people approve.',
  )
  .option('-c, --config <file>', 'configuration (default: config/perfbot.yaml, if it is there)')
  .showHelpAfterError()

const configFile = (): string | undefined => program.opts<{ config?: string }>().config

program
  .command('report')
  .description('measure now and print the report')
  .option('--json', 'print one JSON document and nothing else')
  .option('--markdown', 'print Markdown')
  .action((options: { json?: boolean; markdown?: boolean }) => runReport(configFile(), options))

program
  .command('start')
  .description('run the bot in Slack (needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN)')
  .action(() => runStart(configFile()))

program
  .command('demo')
  .description('run the bot in a local playground, without Slack')
  .option('-p, --port <number>', 'port of the page', Number, 4390)
  .action((options: { port: number }) => runDemo(configFile(), options))

program
  .command('audit')
  .description('print who approved what, and check that the log is whole')
  .option('--json', 'print one JSON document and nothing else')
  .action((options: { json?: boolean }) => runAudit(configFile(), options))

try {
  await program.parseAsync()
} catch (error) {
  // What a person can mend is said in a sentence; anything else is a mistake of ours and shows its stack.
  process.stderr.write(
    `${error instanceof ConfigFailure ? error.message : error instanceof Error ? error.stack : error}\n`,
  )
  process.exitCode = error instanceof ConfigFailure ? 2 : 1
}
