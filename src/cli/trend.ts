import { writeFile } from 'node:fs/promises'
import { formatSeconds } from '../model/format.ts'
import { describeAllUnusual, describeLabels, describeTrend, sparkline } from '../report/trend-lines.ts'
import { parseRange, type TrendAnswer } from '../trending.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

export type TrendOptions = {
  readonly target?: string
  readonly range: string
  readonly json?: boolean
  readonly png?: string
}

/** Exit status 2 for a range or a metric that there is none of, 1 where nothing is known yet. */
export async function runTrend(
  configFile: string | undefined,
  metric: string | undefined,
  options: TrendOptions,
): Promise<void> {
  const rangeSeconds = parseRange(options.range)
  if (rangeSeconds === null) {
    process.stderr.write(`${options.range} is no range: write it as 30min, 24h, 7d or 4w.\n`)
    process.exitCode = 2
    return
  }
  const config = await readConfig(configFile)
  await withPerfbot(config, createLogger(config.logLevel), async (perfbot) => {
    const answer = await perfbot.trend({ metric: metric ?? '', target: options.target, rangeSeconds })
    if (answer.kind === 'unknown-metric') process.exitCode = 2
    if (answer.kind === 'no-history') process.exitCode = 1
    if (options.png && answer.kind === 'trends') {
      const { drawPng } = await import('../report/chart/draw.ts')
      await writeFile(options.png, await drawPng(await perfbot.chart(answer)))
    }
    const text = options.json ? JSON.stringify(answer, null, 2) : linesOf(answer, perfbot.timezone).join('\n')
    const stream = options.json || answer.kind === 'trends' ? process.stdout : process.stderr
    stream.write(`${text}\n`)
  })
}

function linesOf(answer: TrendAnswer, timezone: string): string[] {
  switch (answer.kind) {
    case 'unknown-metric':
      return [
        answer.asked === '' ? 'Which metric?' : `There is no metric "${answer.asked}".`,
        answer.suggestions.length > 0
          ? `There are: ${answer.suggestions.join(', ')}`
          : 'Nothing has a history yet: each report and each collection of the bot adds to it.',
      ]
    case 'no-history':
      return [
        `${answer.metric.title} has no history for that.`,
        ...(answer.others.length > 0 ? [`There is one of: ${answer.others.join(', ')}`] : []),
      ]
    case 'trends': {
      const { metric, trends, more } = answer
      const step = formatSeconds(trends[0]?.trend.stepSeconds ?? 0)
      return [
        `${metric.title}: ${metric.help} A bar each ${step}.`,
        ...trends.flatMap(({ series, trend, unusual }) => [
          '',
          ...[describeLabels(series.labels)].filter((labels) => labels !== ''),
          sparkline(trend),
          describeTrend(trend, metric.unit),
          ...describeAllUnusual(unusual, metric.unit, timezone),
        ]),
        ...(more > 0 ? ['', `${more} more series: name one by --target.`] : []),
      ]
    }
  }
}
