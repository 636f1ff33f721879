import { keywordOf } from '../../model/samples/metric.ts'
import { drawPngApart } from '../../report/chart/draw-apart.ts'
import { describeChart } from '../../report/trend-lines.ts'
import type { Subcommand } from '../subcommand.ts'
import { readQuestion, trendMessage } from './trend.ts'

export const chart: Subcommand = {
  name: 'chart',
  needs: 'see',
  summary: 'The same as a picture',
  usage: ['chart <metric> [target] [range]'],
  examples: [['chart cpu-busy 24h', 'a picture of the last day, with what happened meanwhile']],
  audience: 'channel',
  async run({ perfbot, poster, place, answer, words }) {
    const trends = await perfbot.trend(readQuestion(words))
    // What there is no picture of is said in words, to the person who asked.
    if (trends.kind !== 'trends') return answer(trendMessage(trends, perfbot.timezone))
    const drawn = await perfbot.chart(trends)
    await poster.upload(place, {
      name: `${keywordOf(trends.metric)}-${perfbot.config.host}.png`,
      title: drawn.title,
      content: Buffer.from(await drawPngApart(drawn)),
      altText: describeChart(drawn),
    })
  },
}
