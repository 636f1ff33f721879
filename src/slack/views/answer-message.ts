import { citeEvidence } from '../../model/evidence.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import type { Answered } from '../../model/question.ts'
import { describeAnswerer } from '../../report/phrases.ts'
import { context, type Message, mrkdwn, paragraph, prose, richText } from '../blocks.ts'
import { feedbackBlock } from './feedback.ts'

const SENTENCES = 12
const EVIDENCE = 6

/** An answer, what it rests on, and who put it into words; nothing in it is read as markup. */
export function answerMessage(question: string, { sentences, evidence, writer }: Answered): Message {
  const read = evidence.slice(0, EVIDENCE).map((each) => shortened(oneLine(citeEvidence(each)), 200))
  const more = evidence.length > EVIDENCE ? [`and ${evidence.length - EVIDENCE} more`] : []
  return {
    text: shortened(sentences.join(' '), 300),
    blocks: [
      richText(
        ...sentences
          .slice(0, SENTENCES)
          .map((sentence) => paragraph(...prose(shortened(oneLine(sentence), 600)))),
      ),
      context(
        [
          ...(read.length > 0 ? [`Read: ${[...read, ...more].map(mrkdwn).join(' · ')}`] : []),
          mrkdwn(describeAnswerer(writer)),
        ].join('\n'),
      ),
      ...(writer.kind === 'computed'
        ? []
        : [
            feedbackBlock({
              of: 'answer',
              about: question,
              model: writer.model,
              text: sentences.join(' '),
            }),
          ]),
    ],
  }
}
