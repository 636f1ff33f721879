import type { PastAnswer, PastLine } from '../../looking-back.ts'
import { FLAPPING_WITHIN } from '../../looking-back.ts'
import { counted, formatSeconds } from '../../model/format.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { context, type Message, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'

export const history: Subcommand = {
  name: 'history',
  needs: 'see',
  summary: 'What happened when: to a finding, to anything by its name, or lately at all',
  usage: ['history [finding]', 'history <name>'],
  examples: [
    ['history container-restart-loop', 'when it came, got worse, was resolved, came again, and its fixes'],
    ['history api', 'all that is about it, deployments included'],
  ],
  audience: 'asker',
  async run({ perfbot, answer, words }) {
    await answer(historyMessage(await perfbot.lookBack(words.join(' '))))
  },
}

const LINE_LENGTH = 220

const lineOf = ({ at, what, text }: PastLine): string =>
  `${slackDate(at)}  *${what}*  ${mrkdwn(shortened(oneLine(text), LINE_LENGTH))}`

/** In portions that fit a section, the newest last. */
const linesIn = (lines: readonly PastLine[]) =>
  Array.from({ length: Math.ceil(lines.length / 5) }, (_, index) =>
    section(
      lines
        .slice(index * 5, index * 5 + 5)
        .map(lineOf)
        .join('\n'),
    ),
  )

export function historyMessage(answer: PastAnswer): Message {
  switch (answer.kind) {
    case 'unknown': {
      const text = `Nothing is known of "${answer.asked}".`
      const names = answer.suggestions.map((name) => `\`${mrkdwn(name)}\``).join(', ')
      return { text, blocks: [section(`${mrkdwn(text)}${names === '' ? '' : ` There are ${names}.`}`)] }
    }
    case 'latest': {
      const about = answer.about === null ? 'The latest' : `The latest about ${answer.about}`
      if (answer.lines.length === 0) {
        const text = 'Nothing has happened yet that is worth telling.'
        return { text, blocks: [section(text)] }
      }
      const newest = answer.lines.at(-1) as PastLine
      return {
        text: `${about}: ${newest.what}, ${oneLine(newest.text)}`,
        blocks: [section(`*${mrkdwn(about)}*, the newest last`), ...linesIn(answer.lines)],
      }
    }
    case 'finding': {
      const { finding, lines, times, isFlapping, presentSeconds } = answer
      const state = finding.resolvedAt === null ? 'It is there' : 'It is resolved'
      const flapping = isFlapping
        ? ` *It comes and goes: ${times} times within ${formatSeconds(FLAPPING_WITHIN)}.*`
        : ''
      const summary = `${state}; it came ${counted(times, 'time')} within ${formatSeconds(FLAPPING_WITHIN)} and was there for ${formatSeconds(presentSeconds)} in all.`
      return {
        text: `${oneLine(finding.title)}: ${summary}`,
        blocks: [
          section(`*${mrkdwn(shortened(oneLine(finding.title), LINE_LENGTH))}*\n${summary}${flapping}`),
          ...linesIn(lines),
          context(
            `\`${mrkdwn(finding.id)}\`, as reports saw it; first seen ${slackDate(finding.firstSeenAt)}`,
          ),
        ],
      }
    }
  }
}
