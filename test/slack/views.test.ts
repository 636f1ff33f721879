import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import type { Table } from '../../src/model/report.ts'
import type { OfferedFix } from '../../src/perfbot.ts'
import { checkMessageBlocks } from '../../src/playground/block-kit/validate.ts'
import { mrkdwn, paragraph, richText, words } from '../../src/slack/blocks.ts'
import { LIMITS } from '../../src/slack/limits.ts'
import { reportMessage } from '../../src/slack/views/report-message.ts'
import { findingMessages, gapMessages, tableMessages } from '../../src/slack/views/report-thread.ts'
import { makePlan } from '../support/plan.ts'
import { makeReport, makeReportWithIncident } from '../support/report.ts'

/** What Slack would say of the blocks; the playground's model of Block Kit is strict. */
function accepted(blocks: readonly unknown[]): void {
  const checked = checkMessageBlocks(blocks)
  if (!checked.ok) throw new Error(`${checked.error}: ${checked.messages.join('; ')}`)
}

/** Any text, control characters and endless lines included. */
const wildText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ minLength: 3500, maxLength: 4500 }),
  fc.constantFrom('', '<!channel>', '<@U024BE7LH>', '&lt;', '```', '\u0000', '\ud83d'),
)

const findingWith = (title: string, index: number): Finding => {
  const [finding] = makeReport().findings
  if (!finding) throw new Error('the fixture has findings')
  return { ...finding, id: `rule-${index}`, title, rootCause: title }
}

describe('a report in Slack', () => {
  it('is accepted by Slack whatever its texts say and however many findings it has', () => {
    fc.assert(
      fc.property(fc.array(wildText, { maxLength: 120 }), wildText, (titles, words) => {
        const report = makeReport({
          headline: words,
          narrative: { writer: 'computed', text: words, reason: words },
          findings: titles.map(findingWith),
          gaps: titles.map((text) => ({
            kind: 'failed',
            source: 'x',
            missing: text,
            reason: text,
            remedy: text,
          })),
        })
        const fixes: OfferedFix[] = report.findings.map((finding) => ({
          plan: makePlan({ id: `plan-${finding.id}`, findingId: finding.id, title: finding.title }),
          execution: null,
        }))
        const messages = [
          reportMessage(report, fixes),
          ...findingMessages(report, fixes, '1'),
          ...gapMessages(report),
        ]
        for (const { blocks } of messages) accepted(blocks)
      }),
      { numRuns: 50 },
    )
  })

  it('puts every row of a table into messages of one table each, or says that it was cut', () => {
    fc.assert(
      fc.property(fc.array(wildText, { maxLength: 400 }), (names) => {
        const table: Table = {
          id: 'containers',
          title: 'Containers',
          columns: ['Container', 'Memory'],
          rows: names.map((name) => [
            { value: name, unit: 'text' },
            { value: 1e9, unit: 'bytes' },
          ]),
          note: null,
        }
        const { messages, cut } = tableMessages(table)
        for (const { message, plain } of messages) {
          accepted(message.blocks)
          accepted(plain.blocks)
        }
        const rows = messages.flatMap(({ message }) =>
          message.blocks.flatMap((block) => (block.type === 'table' ? block.rows.slice(1) : [])),
        )
        expect(rows.length === names.length || cut).toBe(true)
        expect(messages.length).toBeLessThanOrEqual(2)
      }),
      { numRuns: 50 },
    )
  })

  it('shows the three worst findings with their buttons, the rest only in the thread', () => {
    const report = makeReport({
      findings: Array.from({ length: 9 }, (_, index) => findingWith(`finding ${index}`, index)),
    })
    const text = JSON.stringify(reportMessage(report, []).blocks)
    expect(text).toContain('finding 2')
    expect(text).not.toContain('finding 3')
    expect(text).toContain('6 more findings in the thread')
    expect(JSON.stringify(findingMessages(report, [], '1'))).toContain('finding 8')
  })

  it('lists symptoms under their root, and as findings only in the thread', () => {
    const report = makeReportWithIncident()
    const { blocks } = reportMessage(report, [])
    accepted(blocks)
    const text = JSON.stringify(blocks)
    expect(text).toContain('webui: 212 failed answers of api:8000 since 08:02 UTC')
    expect(text).not.toContain('The log of webui tells of trouble')
    expect(text).toContain('PostgreSQL main runs with the stock shared_buffers')
    expect(text).not.toContain('in the thread.')
    const [thread] = findingMessages(report, [], '1')
    accepted(thread?.blocks ?? [])
    expect(JSON.stringify(thread)).toContain('Follows from the above: ')
  })

  it('has no button for a fix that was applied, but says what came of it', () => {
    const report = makeReport()
    const plan = makePlan({ findingId: report.findings[0]?.id ?? '', title: 'Give api 512 MiB' })
    const open = JSON.stringify(reportMessage(report, [{ plan, execution: null }]).blocks)
    expect(open).toContain('Review: Give api 512 MiB')
    const execution = {
      id: 'e1',
      planId: plan.id,
      digest: plan.digest,
      person: 'U024BE7LH',
      startedAt: report.createdAt,
      finishedAt: report.createdAt,
      outcome: 'verified' as const,
      verdict: 'helped' as const,
      message: '',
      before: [],
      after: [],
    }
    const done = JSON.stringify(reportMessage(report, [{ plan, execution }]).blocks)
    expect(done).not.toContain('Review: ')
    expect(done).toContain('Give api 512 MiB: Applied and verified')
  })
})

describe('a time in a text', () => {
  it('is shown by the clocks of the reader, and the rest of the text stays as it is', () => {
    const text = 'Down since 2026-03-14 09:26 UTC, not 2026-99-14 09:26 UTC.'
    const block = richText(paragraph(words(text, { bold: true })))
    accepted([block])
    expect(block.elements[0]?.elements).toEqual([
      { type: 'text', text: 'Down since ', style: { bold: true } },
      {
        type: 'date',
        timestamp: Date.parse('2026-03-14T09:26:00Z') / 1000,
        format: '{date_short_pretty} {time}',
        fallback: '2026-03-14 09:26 UTC',
        style: { bold: true },
      },
      { type: 'text', text: ', not ', style: { bold: true } },
      { type: 'text', text: '2026-99-14 09:26 UTC', style: { bold: true } },
      { type: 'text', text: '.', style: { bold: true } },
    ])
  })
})

describe('a time in a text', () => {
  it("is the reader's own in marked-up text too, where it is one", () => {
    expect(mrkdwn('Nothing is changed until 2026-12-24T00:00:00.000Z: holidays')).toBe(
      'Nothing is changed until <!date^1798070400^{date_short_pretty} {time}|2026-12-24 00:00 UTC>: holidays',
    )
    expect(mrkdwn('at 2026-99-14 09:26 UTC')).toBe('at 2026-99-14 09:26 UTC')
  })
})

describe('foreign text', () => {
  it('cannot mention, link or format through angle brackets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(mrkdwn(text)).not.toMatch(/[<>]/)
      }),
    )
    expect(mrkdwn('<!channel> & <@U1>')).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;')
  })

  it('is cut where a field ends, never in the middle of a character', () => {
    const { text } = reportMessage(makeReport({ headline: `${'x'.repeat(LIMITS.headerText - 2)}😀😀` }), [])
    const [header] = reportMessage(makeReport({ headline: text }), []).blocks
    expect(JSON.stringify(header)).not.toMatch(/\\ud83d(?!\\ude00)/i)
  })
})
