import type { LoadTestOffer } from '../../load-testing.ts'
import { describeLoadTest } from '../../load-testing.ts'
import { formatSeconds } from '../../model/format.ts'
import { type Message, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'
import { planMessage } from '../views/plan-message.ts'

export const loadtest: Subcommand = {
  name: 'loadtest',
  needs: 'ask',
  summary: 'How a service answers under a bounded load, once somebody has approved it',
  usage: ['loadtest', 'loadtest <service> [rate=<number>] [seconds=<number>] [connections=<number>]'],
  examples: [
    ['loadtest api', 'as much as the configuration allows'],
    ['loadtest api rate=20 seconds=10', '20 requests a second for ten seconds'],
  ],
  audience: 'asker',
  async run({ perfbot, people, user, place, words, answer }) {
    const [service, ...assignments] = words
    if (service === undefined) return answer(offerMessage(await perfbot.loadTests()))
    const person = await people.personOf(user, place.channel)
    const proposal = await perfbot.proposeLoadTest({ service, assignments, person })
    if (proposal.kind === 'not-possible') {
      const text = `Not possible: ${proposal.reason}.`
      return answer({ text, blocks: [section(mrkdwn(text))] })
    }
    const { plan } = proposal
    await answer(planMessage(plan, [], perfbot.policy.approve[plan.risk]))
  },
}

const RESULTS_SHOWN = 3

export function offerMessage(offers: readonly LoadTestOffer[]): Message {
  if (offers.length === 0) {
    const text = 'No service may be loaded: the configuration has loadTest for none.'
    return { text, blocks: [section(text)] }
  }
  return {
    text: `Load tests of ${offers.map(({ target }) => target.service).join(', ')}`,
    blocks: offers.map(({ target, url, results }) =>
      section(
        [
          `*${mrkdwn(target.service)}*  at most ${target.rate} requests a second over ${target.connections} connections for ${formatSeconds(target.seconds)}: ${mrkdwn(url)}`,
          ...results
            .toReversed()
            .slice(0, RESULTS_SHOWN)
            .map((test) => `${slackDate(test.at)}  ${describeLoadTest(test)}`),
          ...(results.length === 0 ? ['Not tested yet.'] : []),
        ].join('\n'),
      ),
    ),
  }
}
