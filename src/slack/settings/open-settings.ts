import { isSilenced } from '../../model/alert.ts'
import { timestamp } from '../../model/units.ts'
import { whyNotPermitted } from '../permission.ts'
import { explain } from '../platform-errors.ts'
import type { FaceParts } from '../subcommand.ts'
import { type SettingsState, settingsModal } from './settings-view.ts'

/** Slack's own name of the zone in which somebody lives; null where it does not say. */
async function timezoneOf(user: string, { client, logger }: FaceParts): Promise<string | null> {
  try {
    return (await client.users.info({ user })).user?.tz ?? null
  } catch (error) {
    // It is one of several to choose from.
    logger.debug({ reason: explain(error) }, 'the time zone of a person is not known')
    return null
  }
}

/** A channel's digest is set for a channel, not for a direct message with perfbot. */
const isChannel = (id: string): boolean => /^[CG]/.test(id)

async function stateOf(user: string, asked: string, place: string, parts: FaceParts): Promise<SettingsState> {
  const { perfbot } = parts
  const channel = isChannel(asked) ? asked : ((await parts.channels())[0]?.id ?? null)
  const [subscription, own, silences, seen, thresholds, refusal] = await Promise.all([
    channel === null ? null : perfbot.digestSubscription(channel),
    timezoneOf(user, parts),
    perfbot.silences(),
    perfbot.findingsSeen(),
    perfbot.settableThresholds(),
    whyNotPermitted('admin', user, place, parts),
  ])
  const now = timestamp(new Date())
  const zones = [subscription?.timezone, perfbot.timezone, own, 'UTC']
  return {
    place,
    channel,
    subscription,
    timezones: [...new Set(zones.filter((zone) => typeof zone === 'string'))],
    silences,
    findings: seen.filter(({ id, resolvedAt }) => resolvedAt === null && !isSilenced(id, silences, now)),
    thresholds: refusal ? null : thresholds,
    askForThresholds: refusal ?? '',
  }
}

/** For the digest of a channel; `place` is where the person speaks, and their rights there count. */
export async function openSettings(
  user: string,
  channel: string,
  place: string,
  triggerId: string,
  parts: FaceParts,
): Promise<void> {
  const view = settingsModal(await stateOf(user, channel, place, parts))
  await parts.client.views.open({ trigger_id: triggerId, view })
}

/** The same window for another channel. */
export async function showSettingsOf(
  channel: string,
  user: string,
  place: string,
  view: { readonly id: string; readonly hash: string },
  parts: FaceParts,
): Promise<void> {
  const shown = settingsModal(await stateOf(user, channel, place, parts))
  await parts.client.views.update({ view_id: view.id, hash: view.hash, view: shown })
}
