import type { HomeView, KnownBlock } from '@slack/types'
import type { Alert, Silence } from '../../model/alert.ts'
import type { DigestSubscription } from '../../model/digest.ts'
import type { FixPlan } from '../../model/fix-plan.ts'
import { counted } from '../../model/format.ts'
import { problemsOf } from '../../model/incident.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Report } from '../../model/report.ts'
import { describeMeasured, describeTarget } from '../../report/phrases.ts'
import {
  actions,
  button,
  context,
  divider,
  fields,
  header,
  linkButton,
  mention,
  mrkdwn,
  paragraph,
  plain,
  richText,
  section,
  slackDate,
  words,
} from '../blocks.ts'
import { whenInWords } from '../digest-words.ts'
import { ACTIONS, measureAgainButton, reviewFixButton, settingsButton } from '../views/buttons.ts'
import { severityWord } from '../views/report-message.ts'

/** An alert that is not over, and where its message stands. */
export type OpenAlert = { readonly alert: Alert; readonly link: string | null }

export type HomeState = {
  readonly host: string
  /** The newest look at this host; null before the first. */
  readonly report: Report | null
  /** Of the other hosts that share the store. */
  readonly others: readonly Report[]
  readonly alerts: readonly OpenAlert[]
  readonly waitingForReader: readonly FixPlan[]
  readonly waitingForOthers: number
  readonly silences: readonly Silence[]
  /** The channels that get a digest. */
  readonly digests: readonly DigestSubscription[]
  readonly timezone: string
}

const PROBLEMS_SHOWN = 8
const ALERTS_SHOWN = 8
const PLANS_SHOWN = 10
const SILENCES_SHOWN = 8
const HOSTS_SHOWN = 20
const DIGESTS_SHOWN = 10

const moreLine = (count: number): KnownBlock[] => (count > 0 ? [context(`and ${count} more`)] : [])

function hostBlocks({ host, report, others }: HomeState): KnownBlock[] {
  if (!report) return [header(host), section(`*${mrkdwn(host)}* has not been measured yet.`)]
  const measured = report.scoreboard.filter((score) => score.measured !== null)
  return [
    header(report.headline),
    ...(measured.length > 0
      ? [
          fields(
            measured.map(
              (score) =>
                `*${score.title}*\n${describeMeasured(score)} (${describeTarget(score)})${score.verdict === 'missed' ? ' *missed*' : ''}`,
            ),
          ),
        ]
      : []),
    context(`Read ${slackDate(report.createdAt)}.`),
    ...others
      .slice(0, HOSTS_SHOWN)
      .flatMap((other) => [
        section(mrkdwn(shortened(oneLine(other.headline), 200))),
        context(`Read ${slackDate(other.createdAt)}.`),
      ]),
    ...moreLine(others.length - HOSTS_SHOWN),
  ]
}

function problemBlocks({ report, others }: HomeState): KnownBlock[] {
  const problems = [report, ...others].flatMap((each) =>
    each ? problemsOf(each).map((finding) => ({ finding, host: each.host })) : [],
  )
  const several = others.length > 0
  if (problems.length === 0) return [section('*Open incidents*\nNone.')]
  return [
    richText(paragraph(words('Open incidents', { bold: true })), {
      type: 'rich_text_list',
      style: 'bullet',
      elements: problems
        .slice(0, PROBLEMS_SHOWN)
        .map(({ finding, host }) =>
          paragraph(
            words(`${severityWord(finding)}  `, { bold: true }),
            words(`${several ? `${host}: ` : ''}${shortened(oneLine(finding.title), 200)}`),
          ),
        ),
    }),
    ...moreLine(problems.length - PROBLEMS_SHOWN),
  ]
}

function alertBlocks({ alerts }: HomeState): KnownBlock[] {
  if (alerts.length === 0) return []
  return [
    section('*Alerts that channels were told of*'),
    ...alerts.slice(0, ALERTS_SHOWN).map(
      ({ alert, link }, index): KnownBlock => ({
        ...section(
          `*${severityWord(alert)}*  ${mrkdwn(shortened(oneLine(alert.title), 200))}, since ${slackDate(alert.openedAt)}`,
        ),
        ...(link === null
          ? {}
          : {
              accessory: linkButton({
                actionId: `${ACTIONS.openLink}:alert-${index}`,
                text: 'Open the message',
                url: link,
              }),
            }),
      }),
    ),
    ...moreLine(alerts.length - ALERTS_SHOWN),
  ]
}

function approvalBlocks({ waitingForReader, waitingForOthers }: HomeState): KnownBlock[] {
  const others =
    waitingForOthers > 0
      ? [context(`${counted(waitingForOthers, 'fix', 'fixes')} for others: \`/perf fixes\` lists them.`)]
      : []
  if (waitingForReader.length === 0) return [section('*Waiting for your approval*\nNothing.'), ...others]
  return [
    section('*Waiting for your approval*'),
    ...waitingForReader.slice(0, PLANS_SHOWN).map(
      (plan): KnownBlock => ({
        ...section(
          `${mrkdwn(shortened(oneLine(plan.title), 300))}\n${plan.risk} risk, valid until ${slackDate(plan.expiresAt)}`,
        ),
        accessory: {
          ...reviewFixButton(plan, plan.reportId, ''),
          text: { type: 'plain_text', text: 'Review' },
        },
      }),
    ),
    ...moreLine(waitingForReader.length - PLANS_SHOWN),
    ...others,
  ]
}

function silenceBlocks({ silences }: HomeState): KnownBlock[] {
  if (silences.length === 0) return [section('*Snoozed or muted*\nNothing.')]
  return [
    section('*Snoozed or muted*'),
    ...silences.slice(0, SILENCES_SHOWN).map(
      ({ findingId, until, by }): KnownBlock => ({
        ...section(
          `\`${mrkdwn(findingId)}\`  ${until === null ? 'muted' : `until ${slackDate(until)}`}, by ${mention(by)}`,
        ),
        accessory: button({
          actionId: `${ACTIONS.hearAgain}:${findingId}`,
          text: 'Hear of it again',
          value: findingId,
        }),
      }),
    ),
    ...moreLine(silences.length - SILENCES_SHOWN),
  ]
}

function digestBlocks({ digests, timezone }: HomeState): KnownBlock[] {
  const lines = digests
    .slice(0, DIGESTS_SHOWN)
    .map(
      ({ channel, expression, timezone: own }) =>
        `<#${channel}> ${mrkdwn(whenInWords(expression ?? ''))} (${mrkdwn(own ?? timezone)})`,
    )
  return [
    section(
      `*Digests*\n${lines.length > 0 ? lines.join('\n') : 'No channel gets one: `/perf digest on` in a channel.'}`,
    ),
    ...moreLine(digests.length - DIGESTS_SHOWN),
  ]
}

/** The tab of one person: how it stands, what waits for them, and what they can set. */
export const homeView = (state: HomeState): HomeView => ({
  type: 'home',
  blocks: [
    ...hostBlocks(state),
    actions([{ ...measureAgainButton, text: plain('Report as a direct message') }, settingsButton('')]),
    divider,
    ...problemBlocks(state),
    ...alertBlocks(state),
    divider,
    ...approvalBlocks(state),
    divider,
    ...silenceBlocks(state),
    ...digestBlocks(state),
  ],
})
