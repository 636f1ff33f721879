import { section } from '../blocks.ts'
import type { Invocation, Subcommand } from '../subcommand.ts'
import { planMessage } from '../views/plan-message.ts'

/** `fix 1f3a…` shows a plan; `fix container.restart api` proposes one by hand. */
export const fix: Subcommand = {
  name: 'fix',
  needs: 'see',
  summary: 'One fix in full, or one by hand',
  usage: ['fix <id>', 'fix <command> <target> [name=value …]'],
  examples: [['fix container.restart api', 'a plan to restart it, which still has to be approved']],
  audience: 'asker',
  async run(invocation) {
    const { perfbot, words, answer } = invocation
    const [first = '', target] = words
    if (target !== undefined || perfbot.catalogue.has(first)) return proposed(invocation)
    const plan = await perfbot.plan(first)
    if (!plan) return answer(nothing(first, [...perfbot.catalogue.keys()]))
    await answer(planMessage(plan, await perfbot.votesOf(plan.id), perfbot.policy.approve[plan.risk]))
  },
}

const nothing = (id: string, commands: readonly string[]) => {
  const text = id === '' ? 'Which fix?' : 'There is no such fix.'
  const list = commands.map((command) => `\`${command}\``).join(', ')
  return {
    text,
    blocks: [section(`${text} \`/perf fixes\` lists the ones that wait. By hand there are ${list}.`)],
  }
}

async function proposed({ perfbot, people, user, place, words, answer }: Invocation): Promise<void> {
  const [command = '', targetName = '', ...assignments] = words
  const person = await people.personOf(user, place.channel)
  const proposal = await perfbot.propose({ command, targetName, assignments, person })
  if (proposal.kind === 'not-possible') {
    const text = `Not possible: ${proposal.reason}.`
    return answer({ text, blocks: [section(text.replace(/[<>&]/g, ' '))] })
  }
  const { plan } = proposal
  await answer(planMessage(plan, [], perfbot.policy.approve[plan.risk]))
}
