import { userInfo } from 'node:os'
import { citeEvidence } from '../model/evidence.ts'
import { oneLine } from '../model/plain-text.ts'
import { systemPerson } from '../remediate/policy.ts'
import { describeAnswerer } from '../report/phrases.ts'
import { showWhile } from './progress.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

/** Exit status 1 where the answer is not known. */
export async function runAsk(
  configFile: string | undefined,
  words: readonly string[],
  { json }: { readonly json?: boolean },
): Promise<void> {
  const question = words.join(' ').trim()
  if (question === '') {
    process.stderr.write('Ask something: npm run ask -- "which container uses most memory?"\n')
    process.exitCode = 2
    return
  }
  const config = await readConfig(configFile)
  const logger = createLogger(config.logLevel === 'info' ? 'fatal' : config.logLevel)
  await withPerfbot(config, logger, async (perfbot) => {
    const { understood: _, ...answer } = await showWhile('Looking', () =>
      perfbot.ask(question, null, systemPerson(userInfo().username)),
    )
    if (answer.kind === 'unknown') process.exitCode = 1
    if (json) {
      process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
      return
    }
    const evidence = answer.evidence.map((each) => `  ${oneLine(citeEvidence(each))}`)
    const lines = [
      ...answer.sentences.map(oneLine),
      ...(evidence.length > 0 ? ['', 'Read:', ...evidence] : []),
      ...answer.plans.flatMap(({ id, title }) => [
        '',
        `Proposed, for you to review: ${oneLine(title)}`,
        `  npx perfbot fix ${id}`,
      ]),
      '',
      describeAnswerer(answer.writer),
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  })
}
