import { mrkdwn, section } from './blocks.ts'
import { approve } from './commands/approve.ts'
import { ask } from './commands/ask.ts'
import { audit } from './commands/audit.ts'
import { chart } from './commands/chart.ts'
import { compare } from './commands/compare.ts'
import { digest } from './commands/digest.ts'
import { fix } from './commands/fix.ts'
import { fixes } from './commands/fixes.ts'
import { helpFor } from './commands/help.ts'
import { reject } from './commands/reject.ts'
import { report } from './commands/report.ts'
import { mute, snooze, unmute } from './commands/silence.ts'
import { status } from './commands/status.ts'
import { trend } from './commands/trend.ts'
import { undo } from './commands/undo.ts'
import { whoami } from './commands/whoami.ts'
import { whyNotPermitted } from './permission.ts'
import type { Invocation, Subcommand } from './subcommand.ts'

/** Every subcommand, in the order of the help. A new one is written in `commands/` and named here. */
const OTHERS: readonly Subcommand[] = [
  report,
  status,
  ask,
  trend,
  chart,
  compare,
  snooze,
  mute,
  unmute,
  digest,
  fixes,
  fix,
  approve,
  reject,
  undo,
  audit,
  whoami,
]
const HELP = helpFor(OTHERS)
const SUBCOMMANDS: readonly Subcommand[] = [...OTHERS, HELP]

/** What is no command, and more than a slip of the finger, is a question. */
const isQuestion = (words: readonly string[]): boolean =>
  words.length > 2 || (words.at(-1) ?? '').endsWith('?')

/**
 * Runs what was typed: the first word chooses. Nothing typed is a call for help. Who talks to the bot, and not to a
 * slash command, may ask anything.
 */
export async function dispatch(
  text: string,
  invocation: Omit<Invocation, 'words'>,
  isTalk = false,
): Promise<void> {
  const [name = HELP.name, ...words] = text.trim().split(/\s+/).filter(Boolean)
  const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name.toLowerCase())
  // "status of the database?" is no call of status.
  const isSentence = subcommand !== ask && isTalk && words.length > 1 && text.trim().endsWith('?')
  if (isSentence || (!subcommand && (isTalk || isQuestion([name, ...words])))) {
    return runPermitted(ask, { ...invocation, words: [name, ...words] })
  }
  if (!subcommand) {
    await invocation.answer({
      text: 'There is no such command',
      blocks: [section(`There is no command "${mrkdwn(name)}".`)],
    })
  }
  await runPermitted(subcommand ?? HELP, { ...invocation, words })
}

/** Runs it for who may; others are told whom to ask. */
async function runPermitted(subcommand: Subcommand, invocation: Invocation): Promise<void> {
  const refusal = await whyNotPermitted(
    subcommand.needs,
    invocation.user,
    invocation.place.channel,
    invocation,
  )
  if (refusal) return invocation.answer({ text: 'You may not do that here', blocks: [section(refusal)] })
  await subcommand.run(invocation)
}
