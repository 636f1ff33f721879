import type { Report } from '../../model/report.ts'
import { mrkdwn, section } from '../blocks.ts'
import { whyNotPermitted } from '../permission.ts'
import { explain } from '../platform-errors.ts'
import type { FaceParts } from '../subcommand.ts'
import { type HomeState, homeView, type OpenAlert } from './home-view.ts'

/** The tab of each person who looks at it, brought up to date while they may still be looking. */
export type Home = {
  /** Somebody opened the tab: what is known is shown at once, and what a look in passing brings when it is there. */
  opened(user: string): Promise<void>
  /** Something changed that the tabs show. */
  changed(): void
}

/** Who has not opened it for so long looks no more, or opens it again. */
const LOOKS_MILLISECONDS = 30 * 60_000
/** Several people who open it together share one look at the machine. */
const FRESH_MILLISECONDS = 20_000
const MOST_VIEWERS = 50
const ALERTS_LINKED = 10

export function createHome(parts: FaceParts): Home {
  const { client, perfbot, people, logger } = parts
  const viewers = new Map<string, number>()
  let look: { readonly report: Promise<Report>; readonly at: number } | null = null

  /** A look in passing is stored nowhere else. */
  let newest: Report | null = null

  async function takeLook(): Promise<Report> {
    newest = await perfbot.takeReport({ inPassing: true })
    return newest
  }

  function freshLook(): Promise<Report> {
    if (!look || Date.now() - look.at > FRESH_MILLISECONDS) {
      look = { report: takeLook(), at: Date.now() }
    }
    return look.report
  }

  /** Alerts with the address of the message that tells of them. */
  async function openAlerts(): Promise<OpenAlert[]> {
    const alerts = await perfbot.openAlerts()
    return Promise.all(
      alerts.map(async (alert, index) => {
        const [place] = alert.places
        if (!place || index >= ALERTS_LINKED) return { alert, link: null }
        const answer = await client.chat
          .getPermalink({ channel: place.channel, message_ts: place.ts })
          .catch(() => null)
        return { alert, link: answer?.permalink ?? null }
      }),
    )
  }

  async function stateFor(user: string): Promise<HomeState> {
    const person = await people.personOf(user)
    const [reports, plans, alerts, silences, digests] = await Promise.all([
      perfbot.latestReports(),
      perfbot.openFixes(),
      openAlerts(),
      perfbot.silences(),
      perfbot.digestSubscriptions(),
    ])
    const waits = await Promise.all(plans.map((plan) => perfbot.whyNot(plan, person)))
    const stored = reports.find(({ host }) => host === perfbot.config.host) ?? null
    const isNewer = newest && (!stored || Date.parse(newest.createdAt) > Date.parse(stored.createdAt))
    return {
      host: perfbot.config.host,
      report: isNewer ? newest : stored,
      others: reports.filter(({ host }) => host !== perfbot.config.host),
      alerts,
      waitingForReader: plans.filter((_, index) => waits[index] === null),
      waitingForOthers: waits.filter((obstacle) => obstacle !== null).length,
      silences,
      digests: digests.filter(({ expression }) => expression !== null),
      timezone: perfbot.timezone,
    }
  }

  /** Whether the person may see what is shown to them. */
  async function publish(user: string): Promise<boolean> {
    const refusal = await whyNotPermitted('see', user, user, parts)
    const view = refusal
      ? { type: 'home' as const, blocks: [section(refusal)] }
      : homeView(await stateFor(user))
    await client.views.publish({ user_id: user, view })
    return refusal === null
  }

  /** What is not shown in a tab is no reason for anything else to fail. */
  const attempt = (user: string) =>
    publish(user).catch((error: unknown) =>
      logger.warn({ user, reason: explain(error) }, 'a Home tab was not brought up to date'),
    )

  let isAtIt = false
  let isStale = false
  async function bringUpToDate(): Promise<void> {
    isStale = true
    if (isAtIt) return
    isAtIt = true
    while (isStale) {
      isStale = false
      for (const [user, at] of viewers) {
        if (Date.now() - at > LOOKS_MILLISECONDS) viewers.delete(user)
        else await attempt(user)
      }
    }
    isAtIt = false
  }

  return {
    async opened(user) {
      viewers.delete(user)
      viewers.set(user, Date.now())
      if (viewers.size > MOST_VIEWERS) viewers.delete(viewers.keys().next().value as string)
      // Nothing is measured for who may not see it, and they hear no reason of a failure either.
      if (!(await publish(user))) return
      try {
        await freshLook()
      } catch (error) {
        look = null
        const text = `The machine could not be looked at: ${explain(error)}`
        await client.views.publish({ user_id: user, view: { type: 'home', blocks: [section(mrkdwn(text))] } })
        return
      }
      await publish(user)
    },
    changed() {
      look = null
      void bringUpToDate()
    },
  }
}
