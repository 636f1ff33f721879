import type { KnownBlock } from '@slack/types'
import type { Examination } from '../../model/examination.ts'
import { counted } from '../../model/format.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { context, type Message, paragraph, preformatted, richText, words } from '../blocks.ts'

const ORDER = ['failed', 'lacking', 'absent'] as const

const WORD: Record<Examination['verdict'], string> = {
  well: 'Well',
  absent: 'Absent',
  lacking: 'Lacking',
  failed: 'Failed',
}

const trouble = ({ verdict, subject, detail, remedy }: Examination): KnownBlock =>
  richText(
    paragraph(
      words(`${WORD[verdict]}  `, { bold: true }),
      words(`${shortened(oneLine(subject), 200)}: ${shortened(oneLine(detail), 300)}`),
    ),
    // As it is to be typed or pasted.
    ...(remedy === null ? [] : [preformatted(remedy)]),
  )

/** What does not work first, with what mends it; what does in one line. */
export function doctorMessage(host: string, examinations: readonly Examination[]): Message {
  const of = (verdict: Examination['verdict']) => examinations.filter((each) => each.verdict === verdict)
  const failed = of('failed').length
  const text = failed === 0 ? `${host}: nothing has failed.` : `${host}: ${failed} failed.`
  const well = of('well').map(({ subject, detail }) => `${oneLine(subject)} (${oneLine(detail)})`)
  return {
    text,
    blocks: [
      richText(paragraph(words(text, { bold: true }))),
      ...ORDER.flatMap((verdict) => of(verdict).map(trouble)),
      ...(well.length > 0
        ? [
            richText(
              paragraph(words(shortened(`${counted(well.length, 'thing')} well: ${well.join(', ')}`, 900))),
            ),
          ]
        : []),
      context("What is absent is nobody's fault; each says how to have it."),
    ],
  }
}
