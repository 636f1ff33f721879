import { Argument, Command, Option } from 'commander'
import { SCENARIOS, type Scenario } from '../demo/scenarios.ts'
import { completionFor, SHELLS, type Shell } from './completion.ts'
import { addGuides } from './guide.ts'

/** The command line: what can be typed, and which file does it. */
export function createProgram(): Command {
  const program = new Command('perfbot')
    .description(
      'Measures the machine it runs on, says what is wrong, and applies the fixes that people approve.',
    )
    .option('-c, --config <file>', 'configuration (default: config/perfbot.yaml, if it is there)')
    .showHelpAfterError()
    // Whoever parses it says what the exit status is.
    .exitOverride()

  const configFile = (): string | undefined => program.opts<{ config?: string }>().config

  // Each command is loaded when it is called: a report need not wait for Slack's libraries, nor --help for either.
  program
    .command('report')
    .description('measure now and print the report')
    .option('--json', 'print one JSON document and nothing else')
    .option('--markdown', 'print Markdown')
    .option('--html', 'print one self-contained HTML file, with charts of the last day')
    .action(async (options: { json?: boolean; markdown?: boolean; html?: boolean }) => {
      const { runReport } = await import('./report.ts')
      await runReport(configFile(), options)
    })

  program
    .command('init')
    .description('set perfbot up: find what is here, ask a little, write config/perfbot.yaml and .env')
    .option('-y, --yes', 'ask nothing: take all that is here, leave the tokens for .env')
    .option('-f, --force', 'write over a configuration that is there; the old one is kept beside it')
    .action(async (options: { yes?: boolean; force?: boolean }) => {
      const { runInit } = await import('./init.ts')
      await runInit(configFile(), options)
    })

  program
    .command('start')
    .description('run the bot in Slack (needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN)')
    .action(async () => {
      const { runStart } = await import('./start.ts')
      await runStart(configFile())
    })

  program
    .command('demo')
    .description('run the bot in a local playground, without Slack')
    .option('-p, --port <number>', 'port of the page; 0 takes any that is free', Number, 4390)
    .addOption(
      new Option('-s, --scenario <name>', 'a recorded system in the place of this machine').choices(
        SCENARIOS,
      ),
    )
    .action(async (options: { port: number; scenario?: Scenario }) => {
      const { runDemo } = await import('./demo.ts')
      await runDemo(configFile(), options)
    })

  program
    .command('trend')
    .description('print what a number did over time; without a metric, what there is')
    .argument('[metric]', 'such as cpu-busy, or its Prometheus name')
    .option('-r, --range <range>', 'how far back: 30min, 24h, 7d, 4w', '24h')
    .option('-t, --target <text>', 'only series of which a label holds this')
    .option('--png <file>', 'write a chart')
    .option('--json', 'print one JSON document and nothing else')
    .action(
      async (
        metric: string | undefined,
        options: { range: string; target?: string; json?: boolean; png?: string },
      ) => {
        const { runTrend } = await import('./trend.ts')
        await runTrend(configFile(), metric, options)
      },
    )

  program
    .command('compare')
    .description(
      'say what is other than it was: the last <length> against as long a time that ended <ago> ago',
    )
    .argument('[length]', '1h, 1d, 7d', '1d')
    .argument('[ago]', 'whole days keep the hours the same: 1d, 7d', '7d')
    .argument('[metric]', 'such as cpu-busy; without it, every one')
    .option('-t, --target <text>', 'only series of which a label holds this')
    .option('-s, --since <container>', 'a container since it was started, against the days before')
    .option('--json', 'print one JSON document and nothing else')
    .action(
      async (
        length: string,
        ago: string,
        metric: string | undefined,
        options: { target?: string; since?: string; json?: boolean },
      ) => {
        const { runCompare } = await import('./compare.ts')
        await runCompare(configFile(), { length, ago, metric }, options)
      },
    )

  program
    .command('history')
    .description('say what happened when: to a finding, to anything by its name, or lately at all')
    .argument('[words...]', "a finding's id or the beginning of one, or a name such as api")
    .option('--json', 'print one JSON document and nothing else')
    .action(async (words: string[], options: { json?: boolean }) => {
      const { runHistory } = await import('./history.ts')
      await runHistory(configFile(), words.join(' '), options)
    })

  program
    .command('loadtest')
    .description(
      'load a service that the configuration allows to be loaded; without one, what came of it so far',
    )
    .argument('[words...]', 'the service, and less than is allowed: rate=20 seconds=10 connections=5')
    .action(async (words: string[]) => {
      const { runLoadtest } = await import('./loadtest.ts')
      await runLoadtest(configFile(), words)
    })

  program
    .command('doctor')
    .description('try every connection and permission, and print the line that mends each')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (options: { json?: boolean }) => {
      const { runDoctor } = await import('./doctor.ts')
      await runDoctor(configFile(), options)
    })

  const store = program.command('store').description('look after what perfbot remembers')
  for (const [name, description, file] of [
    ['check', 'read every record, and walk the chain of the audit log', null],
    ['backup', 'write a whole copy of the embedded database', '<file>'],
    ['export', 'print every record as a line of JSON', null],
  ] as const) {
    const command = store.command(name).description(description)
    if (file) command.argument(file, 'a file that is not there yet')
    command.action(async (target: unknown) => {
      const { runStore } = await import('./store.ts')
      await runStore(
        configFile(),
        file ? { task: 'backup', file: String(target) } : { task: name as 'check' | 'export' },
      )
    })
  }

  program
    .command('ask')
    .description('answer a question about this machine from a fresh look, the history and the audit')
    .argument('<question...>', 'such as "which container uses most memory?"')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (question: string[], options: { json?: boolean }) => {
      const { runAsk } = await import('./ask.ts')
      await runAsk(configFile(), question, options)
    })

  program
    .command('fixes')
    .description('print the fixes that wait for an approval, and the last that were applied')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (options: { json?: boolean }) => {
      const { runFixes } = await import('./fixes.ts')
      await runFixes(configFile(), options)
    })

  program
    .command('fix')
    .description('print one fix in full, or plan one by hand: fix <command> <target> [name=value …]')
    .argument('<words...>', 'the id of a plan; or a command of commands/, its target and its parameters')
    .action(async (words: string[]) => {
      const { runFix } = await import('./fixes.ts')
      await runFix(configFile(), words)
    })

  program
    .command('approve')
    .description('approve a fix and apply it, where systemUsers in the configuration names this account')
    .argument('<id>', 'the id of a plan, as perfbot fixes prints it')
    .option('-m, --reason <text>', 'stands in the audit log')
    .action(async (id: string, options: { reason?: string }) => {
      const { runApprove } = await import('./fixes.ts')
      await runApprove(configFile(), id, options)
    })

  program
    .command('reject')
    .description('close a fix for everybody')
    .argument('<id>', 'the id of a plan')
    .argument('<reason...>', 'why')
    .action(async (id: string, reason: string[]) => {
      const { runReject } = await import('./fixes.ts')
      await runReject(configFile(), id, reason.join(' '))
    })

  program
    .command('undo')
    .description('take back a fix that was applied')
    .argument('<execution>', 'as perfbot fixes prints it')
    .option('-m, --reason <text>', 'stands in the audit log')
    .action(async (id: string, options: { reason?: string }) => {
      const { runUndo } = await import('./fixes.ts')
      await runUndo(configFile(), id, options)
    })

  const audit = program
    .command('audit')
    .description('print who approved what, and check that the log is whole')
    .option('-t, --target <text>', 'only what is about it')
    .option('-s, --since <time>', 'only what is younger: 7d, 2026-03-14')
    .option('-f, --format <format>', 'text, jsonl or csv', 'text')
    .action(async (options: { target?: string; since?: string; format?: string }) => {
      const { runAudit } = await import('./audit.ts')
      await runAudit(configFile(), options)
    })
  audit
    .command('verify')
    .description('only check that no line was changed, taken out or cut off')
    .action(async () => {
      const { runAuditVerify } = await import('./audit.ts')
      await runAuditVerify(configFile())
    })

  program
    .command('logs')
    .description('say what happened in log files, or in what is piped in')
    .argument('[files...]', 'log files, also .gz; standard input without any')
    .option('--json', 'print one JSON document and nothing else')
    .option('--since <when>', 'leave out what is older: 90m, 2h, 3d, or a time')
    .action(async (files: string[], options: { json?: boolean; since?: string }) => {
      const { runLogs } = await import('./logs.ts')
      await runLogs(files, options)
    })

  program
    .command('completion')
    .description('print what a shell reads to complete commands and options')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(completionFor(program, shell))
    })

  addGuides(program)
  return program
}
