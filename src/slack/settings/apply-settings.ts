import { formatValue } from '../../model/format.ts'
import { seconds } from '../../model/units.ts'
import { mrkdwn } from '../blocks.ts'
import { digestTimeOf, expressionOf, whenInWords } from '../digest-words.ts'
import type { FaceParts } from '../subcommand.ts'
import { optionValue } from './settings-view.ts'
import type { Submission } from './submission.ts'

type Change = { readonly by: string; readonly submission: Submission }

/** Only what is other than it was, so that an operator's own expression is not rewritten by a click on Save. */
async function applyDigest({ by, submission }: Change, { perfbot }: FaceParts): Promise<string[]> {
  const { channel, time, days, timezone } = submission
  const before = await perfbot.digestSubscription(channel)
  const known = before?.expression ? digestTimeOf(before.expression) : null
  const isOwn = before?.expression && !known
  if (isOwn && days.length === 0) return []
  const expression = days.length === 0 ? null : expressionOf({ time, days })
  const sameTime = (before?.expression ?? null) === expression
  // Where there is no digest, its zone says nothing; one without a zone of its own goes by that of the readers.
  const sameZone = expression === null || (before?.timezone ?? perfbot.timezone) === timezone
  if (sameTime && sameZone) return []
  await perfbot.subscribe({ channel, expression, timezone, by })
  return expression === null
    ? [`<#${channel}> gets no digest any more.`]
    : [
        `<#${channel}> gets a digest ${mrkdwn(whenInWords(expression))} by the clocks of ${mrkdwn(timezone ?? perfbot.timezone)}.`,
      ]
}

async function applySilences({ by, submission }: Change, { perfbot }: FaceParts): Promise<string[]> {
  const { released, mute, span } = submission
  const done: string[] = []
  for (const { findingId } of released.length === 0 ? [] : await perfbot.silences()) {
    if (!released.includes(optionValue(findingId))) continue
    if (await perfbot.endSilence(findingId, by)) done.push(`\`${mrkdwn(findingId)}\` is heard of again.`)
  }
  for (const finding of mute) {
    const answer = await perfbot.silence({ finding, span: span === null ? null : seconds(span), by })
    if (answer.kind === 'silenced') done.push(`\`${mrkdwn(answer.finding.id)}\` is kept quiet.`)
  }
  return done
}

async function applyThresholds({ by, submission }: Change, { perfbot }: FaceParts): Promise<string[]> {
  const done: string[] = []
  for (const { name, title, value: before, highest } of await perfbot.settableThresholds()) {
    const value = submission.thresholds.get(name)
    if (value === undefined || value === before) continue
    await perfbot.setThreshold({ name, value, by })
    const shown = (number: number) => formatValue(number, highest <= 1 ? 'ratio' : 'count')
    done.push(`${title}: ${shown(before)} → ${shown(value)}.`)
  }
  return done
}

/** Does what was saved; what became other, a sentence each. */
export async function applySettings(change: Change, parts: FaceParts): Promise<string[]> {
  return [
    ...(await applyDigest(change, parts)),
    ...(await applySilences(change, parts)),
    ...(await applyThresholds(change, parts)),
  ]
}
