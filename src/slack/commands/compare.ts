import { parseStretches, type SinceStartAnswer } from '../../comparing.ts'
import { keywordOf } from '../../model/samples/metric.ts'
import { describeChange, describeCompared } from '../../report/comparison-lines.ts'
import { describeLabels } from '../../report/trend-lines.ts'
import { parseRange } from '../../trending.ts'
import { context, type Message, mrkdwn, section, slackDate } from '../blocks.ts'
import type { Subcommand } from '../subcommand.ts'

const SHOWN = 10

export const compare: Subcommand = {
  name: 'compare',
  needs: 'see',
  summary: 'What is other than it was',
  usage: ['compare [length] [ago] [metric] [target]', 'compare since <container>'],
  examples: [
    ['compare 1d 7d', 'the last day against the one a week before'],
    ['compare since api', 'a container since it was started, against the days before'],
  ],
  audience: 'asker',
  async run({ perfbot, answer, words }) {
    const [first, container] = words
    if (first === 'since' && container !== undefined) {
      return answer(compareMessage(await perfbot.compareSinceStart(container)))
    }
    const [length = '1d', ago = '7d'] = words.filter((word) => parseRange(word) !== null)
    const [metric, target] = words.filter((word) => parseRange(word) === null)
    const stretches = parseStretches(length, ago)
    if (!stretches) {
      const text = `${length} ${ago} would overlap: the second range must not be shorter than the first.`
      return answer({ text, blocks: [section(`${mrkdwn(text)} Such as \`compare 1d 7d\`.`)] })
    }
    await answer(compareMessage(await perfbot.compare({ ...stretches, metric, target })))
  },
}

export function compareMessage(answer: SinceStartAnswer): Message {
  if (answer.kind === 'no-container') {
    const text = `No container "${answer.asked}" runs.`
    const names = answer.running.map((name) => `\`${mrkdwn(name)}\``).join(', ')
    return { text, blocks: [section(`${mrkdwn(text)}${names === '' ? '' : ` There run ${names}.`}`)] }
  }
  if (answer.kind === 'unknown-metric') {
    const text = `There is no metric "${answer.asked}".`
    const names = answer.suggestions.map((keyword) => `\`${mrkdwn(keyword)}\``).join(', ')
    return { text, blocks: [section(`${mrkdwn(text)}${names === '' ? '' : ` There are ${names}.`}`)] }
  }
  const { changes, compared, tooShort, from, to, earlierFrom, earlierTo } = answer
  const text = describeCompared(changes.length, compared, tooShort)
  const lines = changes.slice(0, SHOWN).map(({ metric, series, comparison }) => {
    const labels = describeLabels(series.labels)
    const name = `*${mrkdwn(metric.title)}*${labels === '' ? '' : ` (${mrkdwn(labels)})`}`
    return `${name} \`${keywordOf(metric)}\`\n${describeChange(comparison, metric.unit)}`
  })
  const more = changes.length > SHOWN ? ` ${changes.length - SHOWN} more changed less clearly.` : ''
  return {
    text,
    blocks: [
      section(text),
      ...lines.map(section),
      context(
        `${slackDate(from)} to ${slackDate(to)}, against ${slackDate(earlierFrom)} to ${slackDate(earlierTo)}.${more}`,
      ),
    ],
  }
}
