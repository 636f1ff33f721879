import { FLAPPING_WITHIN, type PastAnswer } from '../looking-back.ts'
import { counted, formatMinute, formatSeconds } from '../model/format.ts'
import { oneLine } from '../model/plain-text.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

/** Exit status 2 where nothing is known of what was asked for. */
export async function runHistory(
  configFile: string | undefined,
  asked: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const config = await readConfig(configFile)
  await withPerfbot(config, createLogger(config.logLevel), async (perfbot) => {
    const answer = await perfbot.lookBack(asked)
    if (answer.kind === 'unknown') process.exitCode = 2
    const text = options.json ? JSON.stringify(answer, null, 2) : linesOf(answer).join('\n')
    const stream = options.json || answer.kind !== 'unknown' ? process.stdout : process.stderr
    stream.write(`${text}\n`)
  })
}

function linesOf(answer: PastAnswer): string[] {
  if (answer.kind === 'unknown') {
    const names = answer.suggestions.join(', ')
    return [`Nothing is known of "${answer.asked}".`, ...(names === '' ? [] : [`There are: ${names}`])]
  }
  const width = Math.max(0, ...answer.lines.map(({ what }) => what.length))
  const lines = answer.lines.map(
    ({ at, what, text }) => `${formatMinute(at)}  ${what.padEnd(width)}  ${oneLine(text)}`,
  )
  if (answer.kind === 'latest') {
    return lines.length > 0 ? lines : ['Nothing has happened yet that is worth telling.']
  }
  const { finding, times, isFlapping, presentSeconds } = answer
  return [
    `${oneLine(finding.title)}  (${finding.id})`,
    `${finding.resolvedAt === null ? 'It is there' : 'It is resolved'}; it came ${counted(times, 'time')} within ${formatSeconds(FLAPPING_WITHIN)} and was there for ${formatSeconds(presentSeconds)} in all.`,
    ...(isFlapping ? ['It comes and goes.'] : []),
    '',
    ...lines,
  ]
}
