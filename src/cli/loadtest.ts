import { userInfo } from 'node:os'
import { describeLoadTest } from '../load-testing.ts'
import { formatSeconds } from '../model/format.ts'
import { systemPerson } from '../remediate/policy.ts'
import { describePlan } from './fixes.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

/** Without a service, what may be loaded and what came of it; with one, a plan: nothing is sent before it is approved. */
export async function runLoadtest(
  configFile: string | undefined,
  [service, ...assignments]: readonly string[],
): Promise<void> {
  const config = await readConfig(configFile)
  await withPerfbot(config, createLogger(config.logLevel), async (perfbot) => {
    if (service === undefined) {
      process.stdout.write(`${offerLines(await perfbot.loadTests()).join('\n')}\n`)
      return
    }
    const person = systemPerson(userInfo().username)
    const proposal = await perfbot.proposeLoadTest({ service, assignments, person })
    if (proposal.kind === 'not-possible') {
      process.stderr.write(`Not possible: ${proposal.reason}.\n`)
      process.exitCode = 1
      return
    }
    const { plan } = proposal
    process.stdout.write(
      `${describePlan(plan, [])}\n\nNothing was sent. To do it: perfbot approve ${plan.id}\n`,
    )
  })
}

const offerLines = (
  offers: Awaited<ReturnType<Parameters<Parameters<typeof withPerfbot>[2]>[0]['loadTests']>>,
) =>
  offers.length === 0
    ? ['No service may be loaded: the configuration has loadTest for none.']
    : offers.flatMap(({ target, url, results }) => [
        `${target.service}  at most ${target.rate} requests a second over ${target.connections} connections for ${formatSeconds(target.seconds)}: ${url}`,
        ...results.map((test) => `  ${test.at}  ${describeLoadTest(test)}`),
      ])
