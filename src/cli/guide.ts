import type { Command } from 'commander'

/** What --help says beside the options: an example of each command, and what its exit status means. */
type Guide = {
  readonly examples: readonly string[]
  /** Where 1 means something other than "it failed". */
  readonly one?: string
}

const GUIDES: Readonly<Record<string, Guide>> = {
  perfbot: { examples: ['perfbot report', 'perfbot --config /etc/perfbot.yaml doctor'] },
  init: { examples: ['perfbot init', 'perfbot init --yes'], one: 'a question was cancelled' },
  report: { examples: ['perfbot report', 'perfbot report --html > report.html'] },
  start: { examples: ['perfbot start'] },
  demo: { examples: ['perfbot demo', 'perfbot demo --scenario example-system --port 0'] },
  trend: { examples: ['perfbot trend', 'perfbot trend cpu-busy --range 7d --png cpu.png'] },
  compare: { examples: ['perfbot compare 1d 7d', 'perfbot compare --since api'] },
  history: { examples: ['perfbot history', 'perfbot history api'] },
  loadtest: { examples: ['perfbot loadtest', 'perfbot loadtest api rate=20 seconds=10'] },
  doctor: { examples: ['perfbot doctor', 'perfbot doctor --json'], one: 'something has failed' },
  store: { examples: ['perfbot store check'] },
  'store check': { examples: ['perfbot store check'], one: 'a record is damaged' },
  'store backup': { examples: ['perfbot store backup perfbot-backup.sqlite'] },
  'store export': { examples: ['perfbot store export > perfbot.jsonl'] },
  ask: { examples: ['perfbot ask "which container uses most memory?"'], one: 'the answer is not known' },
  fixes: { examples: ['perfbot fixes', 'perfbot fixes --json'] },
  fix: { examples: ['perfbot fix container.set-memory-limit api memory=512MiB'] },
  approve: { examples: ['perfbot approve 4b21ec2a-62e4 --reason "agreed with the team"'] },
  reject: { examples: ['perfbot reject 4b21ec2a-62e4 not on a Friday'] },
  undo: { examples: ['perfbot undo 7c0d1f3e-91aa --reason "slower than before"'] },
  audit: { examples: ['perfbot audit --since 7d', 'perfbot audit --format csv > audit.csv'] },
  'audit verify': { examples: ['perfbot audit verify'], one: 'the log is not whole' },
  logs: { examples: ['perfbot logs /var/log/app.log', 'docker logs api 2>&1 | perfbot logs --since 2h'] },
  completion: { examples: ['perfbot completion bash > /etc/bash_completion.d/perfbot'] },
}

/** The words that lead to a command, without the program itself. */
export function pathOf(command: Command): string {
  const names: string[] = []
  for (let each: Command | null = command; each?.parent; each = each.parent) names.unshift(each.name())
  return names.join(' ')
}

function guideText(command: Command): string {
  const guide = GUIDES[pathOf(command) || 'perfbot']
  if (!guide) return ''
  return [
    '',
    guide.examples.length === 1 ? 'Example:' : 'Examples:',
    ...guide.examples.map((example) => `  ${example}`),
    '',
    `Exit status: 0 done; 1 ${guide.one ? `${guide.one}, or it` : 'it'} failed; 2 the configuration or the command line is wrong.`,
  ].join('\n')
}

/** Puts the guide under the help of a command and of all commands in it. */
export function addGuides(command: Command): void {
  command.addHelpText('after', () => guideText(command))
  for (const each of command.commands) addGuides(each)
}
