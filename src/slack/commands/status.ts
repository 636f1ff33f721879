import { counted } from '../../model/format.ts'
import { problemsOf } from '../../model/incident.ts'
import { describeMeasured, describeTarget } from '../../report/phrases.ts'
import { context, fields, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'

export const status: Subcommand = {
  name: 'status',
  needs: 'see',
  summary: 'How it stands in a few lines',
  usage: ['status'],
  examples: [['status --here', 'for everybody in this channel']],
  audience: 'asker',
  async run({ perfbot, answer }) {
    const report = await perfbot.takeReport({ inPassing: true })
    const measured = report.scoreboard.filter((score) => score.measured !== null)
    const problems = problemsOf(report)
    const worst = problems.slice(0, 5).map((finding) => `• *${finding.severity}* ${mrkdwn(finding.title)}`)
    const more = problems.length - worst.length
    await answer({
      text: report.headline,
      blocks: [
        section(`*${mrkdwn(report.headline)}*`),
        ...(measured.length > 0
          ? [
              fields(
                measured.map(
                  (score) => `*${score.title}*\n${describeMeasured(score)} (${describeTarget(score)})`,
                ),
              ),
            ]
          : []),
        ...(worst.length > 0
          ? [section(`${worst.join('\n')}${more > 0 ? `\nand ${counted(more, 'more')}` : ''}`)]
          : []),
        context(`Read ${slackDate(report.createdAt)}. \`/perf report\` has the details and the fixes.`),
      ],
    })
  },
}
