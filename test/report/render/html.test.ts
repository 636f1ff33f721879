import { expect, it } from 'vitest'
import { renderHtml } from '../../../src/report/render/html.ts'
import { renderMarkdown } from '../../../src/report/render/markdown.ts'
import { renderTerminal } from '../../../src/report/render/terminal.ts'
import { makeReport, makeReportWithIncident } from '../../support/report.ts'

it('the HTML report holds what the report says, and fetches nothing', () => {
  const report = makeReport()
  const html = renderHtml(report, [{ svg: '<svg></svg>', alt: 'CPU busy: now 5 %' }])
  for (const finding of report.findings) expect(html).toContain(`id="${finding.id}"`)
  expect(html).toContain('aria-label="CPU busy: now 5 %"')
  expect(html).toContain("default-src 'none'")
  expect(html).not.toMatch(/\b(?:src|href)=/)
})

it('foreign text in it is text', () => {
  const [finding] = makeReport().findings
  if (!finding) throw new Error('the report of the tests has findings')
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u001b[31m'
  const html = renderHtml(
    makeReport({ headline: hostile, findings: [{ ...finding, title: hostile, rootCause: hostile }] }),
    [],
  )
  expect(html).not.toContain('<script')
  expect(html).not.toContain('<img')
  expect(html).not.toContain('\u001b')
  expect(html).toContain('&quot;&gt;&lt;script&gt;')
})

it('a symptom stands under its root, without a number of its own, and says why it is one', () => {
  const report = makeReportWithIncident()
  const because = 'webui: 212 failed answers of api:8000 since 08:02 UTC'
  const html = renderHtml(report, [])
  expect(html).toMatch(/<article class="medium symptom" id="log-errors-7a8b9c">/)
  expect(html).toContain(`<b>Follows from the above</b> ${because}`)
  const terminal = renderTerminal(report, { width: 100, colour: false })
  expect(terminal).toMatch(
    /\n {2}1 {2}critical .*\n[\s\S]*\n {2}↳ {2}medium .*webui[\s\S]*\n {2}2 {2}medium .*PostgreSQL main/,
  )
  expect(terminal).toContain(
    `Symptoms  ModuleNotFoundError: No module named "cryptography"\n               ${because}`,
  )
  const markdown = renderMarkdown(report)
  expect(markdown).toMatch(
    /### 1\. Container api[\s\S]*#### ↳ The log of webui[\s\S]*### 2\. PostgreSQL main/,
  )
  expect(markdown).toContain(`**Follows from the above:** ${because}`)
})
