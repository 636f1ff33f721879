import { closest } from '../../model/closest.ts'
import { context, mrkdwn, section, sections } from '../blocks.ts'
import { FLAGS } from '../command-line.ts'
import { AUDIENCES, FLAGS_OF, type Invocation, type Subcommand } from '../subcommand.ts'

const ELSEWHERE =
  'In a thread, where slash commands cannot be typed, mention the bot instead: `@perfbot report`. In a direct message the word alone is enough.'

/** The help lists the others, so it is made from them. */
export const helpFor = (others: readonly Subcommand[]): Subcommand => {
  const help: Subcommand = {
    name: 'help',
    summary: 'This list, or all that one command takes',
    usage: ['help [command]'],
    examples: [['help report', 'what `report` takes']],
    audience: 'asker',
    async run(invocation) {
      const [name] = invocation.words
      const all = [...others, help]
      if (name === undefined) return listAll(all, invocation)
      const found = all.find((candidate) => candidate.name === name.toLowerCase())
      return found ? explainOne(found, invocation) : unknownCommand(name, all, invocation)
    },
  }
  return help
}

async function listAll(all: readonly Subcommand[], { answer }: Invocation): Promise<void> {
  await answer({
    text: 'What perfbot does',
    blocks: [
      section(
        '*perfbot* measures this machine, says what is wrong, and applies the fixes that people approve.',
      ),
      ...sections(all.map(({ name, summary }) => `\`/perf ${name}\`  ${summary}`)),
      context(`\`/perf help <command>\` says what one takes. ${ELSEWHERE}`),
    ],
  })
}

async function explainOne(subcommand: Subcommand, { answer }: Invocation): Promise<void> {
  const { name, summary, usage, examples, audience } = subcommand
  const flags = FLAGS_OF[audience].map((flag) => `\`--${flag}\`  ${FLAGS[flag]}`)
  await answer({
    text: `/perf ${name}: ${summary}`,
    blocks: [
      section(`*/perf ${name}*\n${summary}. ${AUDIENCES[audience]}`),
      ...sections(usage.map((form) => `\`/perf ${mrkdwn(form)}\``)),
      ...(examples.length > 0
        ? sections([
            '*Such as*',
            ...examples.map(([typed, meaning]) => `\`/perf ${mrkdwn(typed)}\`  ${meaning}`),
          ])
        : []),
      ...sections(flags),
      context('Words that belong together stand in quotes. What follows after `--` is taken as it is.'),
    ],
  })
}

/** With what may have been meant; the whole list where nothing is near. */
export async function unknownCommand(
  typed: string,
  all: readonly Subcommand[],
  invocation: Invocation,
): Promise<void> {
  const near = closest(
    typed,
    all.map(({ name }) => name),
  )
  const text = `There is no command "${typed}".`
  const meant = near.map((name) => `\`/perf ${name}\``)
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(meant)
  const hint = near.length > 0 ? ` Did you mean ${list}?` : ''
  await invocation.answer({
    text: near.length > 0 ? `${text} Did you mean ${near.join(' or ')}?` : text,
    blocks: [section(`${mrkdwn(text)}${hint}`)],
  })
  if (near.length === 0) await listAll(all, invocation)
}
