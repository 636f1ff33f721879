import { type Message, mrkdwn, section } from './blocks.ts'
import { endsInFlag, readCommandLine } from './command-line.ts'
import { approve } from './commands/approve.ts'
import { ask } from './commands/ask.ts'
import { audit } from './commands/audit.ts'
import { chart } from './commands/chart.ts'
import { compare } from './commands/compare.ts'
import { digest } from './commands/digest.ts'
import { doctor } from './commands/doctor.ts'
import { fix } from './commands/fix.ts'
import { fixes } from './commands/fixes.ts'
import { helpFor, unknownCommand } from './commands/help.ts'
import { history } from './commands/history.ts'
import { loadtest } from './commands/loadtest.ts'
import { reject } from './commands/reject.ts'
import { report } from './commands/report.ts'
import { settings } from './commands/settings.ts'
import { mute, snooze, unmute } from './commands/silence.ts'
import { status } from './commands/status.ts'
import { trend } from './commands/trend.ts'
import { undo } from './commands/undo.ts'
import { whoami } from './commands/whoami.ts'
import { whyNotPermitted } from './permission.ts'
import { AUDIENCES, type Call, FLAGS_OF, type Invocation, type Subcommand } from './subcommand.ts'

/** Every subcommand, in the order of the help. A new one is written in `commands/` and named here. */
const OTHERS: readonly Subcommand[] = [
  report,
  status,
  ask,
  trend,
  chart,
  compare,
  history,
  loadtest,
  snooze,
  mute,
  unmute,
  digest,
  settings,
  fixes,
  fix,
  approve,
  reject,
  undo,
  audit,
  doctor,
  whoami,
]
const HELP = helpFor(OTHERS)
const SUBCOMMANDS: readonly Subcommand[] = [...OTHERS, HELP]

/** What is no command, and more than a slip of the finger, is a question. */
const isQuestion = (words: readonly string[]): boolean =>
  words.length > 2 || (words.at(-1) ?? '').endsWith('?')

const find = (name: string): Subcommand | undefined =>
  SUBCOMMANDS.find((candidate) => candidate.name === name.toLowerCase())

/**
 * Runs what was typed: the first word chooses. Nothing typed is a call for help. Who talks to the bot, and not to a
 * slash command, may ask anything.
 */
export async function dispatch(text: string, call: Call, isTalk = false): Promise<void> {
  const [name = HELP.name, ...rest] = text.trim().split(/\s+/).filter(Boolean)
  const subcommand = find(name)
  // "status of the database?" is no call of status.
  const isSentence = subcommand !== ask && isTalk && rest.length > 1 && text.trim().endsWith('?')
  if (isSentence || (!subcommand && (isTalk || isQuestion([name, ...rest])))) return runAsk(text.trim(), call)
  // A question is taken as it is, with all its quotes and apostrophes.
  if (subcommand === ask && !endsInFlag(text)) return runAsk(rest.join(' '), call)

  const line = readCommandLine(text)
  if (typeof line === 'string') return call.answer(problem(line, name))
  const [, ...words] = line.words
  if (!subcommand) return unknownCommand(name, SUBCOMMANDS, { ...call, words })
  if (line.flags.has('help')) return HELP.run({ ...call, words: [name] })
  const { flags } = line
  const { audience } = subcommand
  const needless = [...flags].find((flag) => !FLAGS_OF[audience].includes(flag))
  if (needless) return call.answer(problem(`${AUDIENCES[audience]} ${name} takes no --${needless}.`, name))
  const invocation = {
    ...call,
    words,
    ...(flags.has('here') ? { answer: call.answerAll } : {}),
    // A direct message is a place that nobody else reads.
    ...(flags.has('quiet') ? { place: { channel: call.user } } : {}),
  }
  // Rights are those of the channel in which the person spoke, wherever the answer goes.
  await runPermitted(subcommand, invocation, call.place.channel)
}

const problem = (text: string, name: string): Message => ({
  text,
  blocks: [section(`${mrkdwn(text)} \`/perf help ${mrkdwn(name)}\``)],
})

const runAsk = (question: string, call: Call): Promise<void> =>
  runPermitted(ask, { ...call, words: question.split(/\s+/).filter(Boolean) }, call.place.channel)

/** Runs it for who may; others are told whom to ask. */
async function runPermitted(subcommand: Subcommand, invocation: Invocation, spokenIn: string): Promise<void> {
  const { needs } = subcommand
  const refusal = await whyNotPermitted(needs, invocation.user, spokenIn, invocation)
  if (refusal) return invocation.answer({ text: 'You may not do that here', blocks: [section(refusal)] })
  await subcommand.run(invocation)
}
