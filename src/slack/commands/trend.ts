import { formatSeconds } from '../../model/format.ts'
import { seconds, secondsBetween } from '../../model/units.ts'
import { describeAllUnusual, describeLabels, describeTrend, sparkline } from '../../report/trend-lines.ts'
import { parseRange, type TrendAnswer, type TrendQuestion } from '../../trending.ts'
import { context, type Message, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'

const DAY = seconds(86_400)

export const trend: Subcommand = {
  name: 'trend',
  needs: 'see',
  summary: 'What a number did over time',
  usage: ['trend <metric> [target] [range]'],
  examples: [
    ['trend cpu-busy 24h', 'how busy the processors were since yesterday'],
    ['trend container-memory api 7d', 'the memory of one container in a week'],
  ],
  audience: 'asker',
  async run({ perfbot, answer, words }) {
    await answer(trendMessage(await perfbot.trend(readQuestion(words)), perfbot.timezone))
  },
}

/** `cpu-busy api 7d`: target and range can be left out, and stand in any order. */
export function readQuestion([metric = '', ...rest]: readonly string[]): TrendQuestion {
  const range = rest.map(parseRange).find((parsed) => parsed !== null)
  const target = rest.find((word) => parseRange(word) === null)
  return { metric, target, rangeSeconds: range ?? DAY }
}

const named = (keywords: readonly string[]): string =>
  keywords.map((keyword) => `\`${mrkdwn(keyword)}\``).join(', ')

export function trendMessage(answer: TrendAnswer, timezone: string): Message {
  switch (answer.kind) {
    case 'unknown-metric': {
      const text = answer.asked === '' ? 'Which metric?' : `There is no metric "${answer.asked}".`
      const can =
        answer.suggestions.length > 0
          ? `There are ${named(answer.suggestions)}.`
          : 'Nothing has a history yet: the first collection begins it.'
      return { text, blocks: [section(`${mrkdwn(text)} ${can}`)] }
    }
    case 'no-history': {
      const text = `${answer.metric.title} has no history for that.`
      const others = answer.others.length > 0 ? ` There is one of ${named(answer.others)}.` : ''
      return { text, blocks: [section(`${mrkdwn(text)}${others}`)] }
    }
    case 'trends': {
      const { metric, from, to, trends, more } = answer
      const [first] = trends
      const lines = trends.map(({ series, trend: each, unusual }) => {
        const labels = describeLabels(series.labels)
        const name = labels === '' ? '' : `*${mrkdwn(labels)}*\n`
        const told = describeAllUnusual(unusual, metric.unit, timezone).map((line) => `\n${line}`)
        return `${name}\`${sparkline(each)}\`\n${describeTrend(each, metric.unit)}${told.join('')}`
      })
      const step = formatSeconds(first?.trend.stepSeconds ?? 0)
      const left = more > 0 ? ` ${more} more series: name a target.` : ''
      return {
        text: first ? `${metric.title}: ${describeTrend(first.trend, metric.unit)}` : metric.title,
        blocks: [
          section(`*${mrkdwn(metric.title)}*, the last ${formatSeconds(secondsBetween(from, to))}`),
          ...lines.map(section),
          context(
            `${slackDate(from)} to ${slackDate(to)}, a bar each ${step}.${left} ${mrkdwn(metric.help)}`,
          ),
        ],
      }
    }
  }
}
