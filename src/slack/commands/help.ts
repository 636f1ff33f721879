import { context, section } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'

/** The help lists the others, so it is made from them. */
export const helpFor = (others: readonly Subcommand[]): Subcommand => {
  const help: Subcommand = {
    name: 'help',
    summary: 'This list',
    async run({ answer }) {
      const lines = [...others, help].map(({ name, summary }) => `\`/perf ${name}\`  ${summary}`)
      await answer({
        text: 'What perfbot does',
        blocks: [
          section(
            `*perfbot* measures this machine, says what is wrong, and applies the fixes that people approve.\n\n${lines.join('\n')}`,
          ),
          context(
            'In a thread, where slash commands cannot be typed, mention the bot instead: `@perfbot report`. In a direct message the word alone is enough.',
          ),
        ],
      })
    },
  }
  return help
}
