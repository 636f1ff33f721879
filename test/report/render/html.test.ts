import { expect, it } from 'vitest'
import { renderHtml } from '../../../src/report/render/html.ts'
import { makeReport } from '../../support/report.ts'

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
