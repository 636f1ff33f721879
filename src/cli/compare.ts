import { parseStretches, type SinceStartAnswer } from '../comparing.ts'
import { describeChange, describeCompared } from '../report/comparison-lines.ts'
import { describeLabels } from '../report/trend-lines.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

export type Compared = {
  readonly length: string
  readonly ago: string
  readonly metric: string | undefined
}

/** Exit status 2 for a range or a metric that there is none of, 1 where nothing can be compared yet. */
export async function runCompare(
  configFile: string | undefined,
  { length, ago, metric }: Compared,
  options: { readonly target?: string; readonly since?: string; readonly json?: boolean },
): Promise<void> {
  const stretches = parseStretches(length, ago)
  if (!stretches) {
    process.stderr.write(
      `${length} ${ago} cannot be compared: write 1d 7d for the last day against the one a week before; ` +
        'the second must not be shorter than the first.\n',
    )
    process.exitCode = 2
    return
  }
  const config = await readConfig(configFile)
  await withPerfbot(config, createLogger(config.logLevel), async (perfbot) => {
    const answer =
      options.since === undefined
        ? await perfbot.compare({ ...stretches, metric, target: options.target })
        : await perfbot.compareSinceStart(options.since)
    if (answer.kind === 'unknown-metric' || answer.kind === 'no-container') process.exitCode = 2
    if (answer.kind === 'compared' && answer.compared === 0) process.exitCode = 1
    const text = options.json ? JSON.stringify(answer, null, 2) : linesOf(answer).join('\n')
    const stream = options.json || answer.kind === 'compared' ? process.stdout : process.stderr
    stream.write(`${text}\n`)
  })
}

function linesOf(answer: SinceStartAnswer): string[] {
  if (answer.kind === 'no-container') {
    const names = answer.running.join(', ')
    return [`No container "${answer.asked}" runs.`, ...(names === '' ? [] : [`There run: ${names}`])]
  }
  if (answer.kind === 'unknown-metric') {
    const names = answer.suggestions.join(', ')
    return [`There is no metric "${answer.asked}".`, ...(names === '' ? [] : [`There are: ${names}`])]
  }
  const { changes, compared, tooShort, from, to, earlierFrom, earlierTo } = answer
  return [
    `${from} to ${to}, against ${earlierFrom} to ${earlierTo}`,
    describeCompared(changes.length, compared, tooShort),
    ...changes.map(({ metric, series, comparison }) => {
      const labels = describeLabels(series.labels)
      return `${metric.title}${labels === '' ? '' : ` (${labels})`}: ${describeChange(comparison, metric.unit)}`
    }),
  ]
}
