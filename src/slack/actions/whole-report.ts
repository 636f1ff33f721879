import { drawSvgsApart } from '../../report/chart/draw-apart.ts'
import { renderHtml } from '../../report/render/html.ts'
import { describeChart } from '../../report/trend-lines.ts'
import { mrkdwn, section } from '../blocks.ts'
import type { Place } from '../poster.ts'
import type { FaceParts } from '../subcommand.ts'

/** The report of a message as one HTML file, with charts of the last day, into the message's thread. */
export async function attachWholeReport(
  id: string,
  place: Place,
  user: string,
  { perfbot, poster }: FaceParts,
): Promise<void> {
  const report = await perfbot.report(id)
  if (!report) {
    const text = 'That report is no longer kept: retention.reports in the configuration says for how long.'
    return poster.whisper(place, user, { text, blocks: [section(mrkdwn(text))] })
  }
  const charts = await perfbot.reportCharts()
  const drawn = await drawSvgsApart(charts)
  const pictures = charts.map((chart, index) => ({ svg: drawn[index] as string, alt: describeChart(chart) }))
  await poster.upload(place, {
    name: `perfbot-${report.host}-${report.createdAt.slice(0, 16).replace(/[-:]/g, '')}.html`,
    title: `The whole report on ${report.host}, for a browser`,
    content: renderHtml(report, pictures),
  })
}
