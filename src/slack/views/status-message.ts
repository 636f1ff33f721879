import { problemsOf } from '../../model/incident.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Report } from '../../model/report.ts'
import { describeMeasured, describeTarget } from '../../report/phrases.ts'
import { context, fields, type Message, mrkdwn, section, slackDate } from '../blocks.ts'

const WORST_SHOWN = 5
const TITLE_MOST = 200

/** How it stands, in a few lines. */
export function statusMessage(report: Report): Message {
  const measured = report.scoreboard.filter((score) => score.measured !== null)
  const problems = problemsOf(report)
  const worst = problems
    .slice(0, WORST_SHOWN)
    .map((finding) => `• *${finding.severity}* ${mrkdwn(shortened(oneLine(finding.title), TITLE_MOST))}`)
  const more = problems.length - worst.length
  return {
    text: report.headline,
    blocks: [
      section(`*${mrkdwn(shortened(oneLine(report.headline), TITLE_MOST))}*`),
      ...(measured.length > 0
        ? [
            fields(
              measured.map(
                (score) => `*${score.title}*\n${describeMeasured(score)} (${describeTarget(score)})`,
              ),
            ),
          ]
        : []),
      ...(worst.length > 0 ? [section(`${worst.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`)] : []),
      context(`Read ${slackDate(report.createdAt)}. \`/perf report\` has the details and the fixes.`),
    ],
  }
}
