import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computedSummary } from '../../src/ai/computed-summary.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import type { Incident } from '../../src/model/incident.ts'
import { Report } from '../../src/model/report.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { bytes, seconds } from '../../src/model/units.ts'
import { compose } from '../../src/report/compose.ts'
import { renderMarkdown } from '../../src/report/render/markdown.ts'
import { renderTerminal } from '../../src/report/render/terminal.ts'
import { Targets } from '../../src/report/targets.ts'
import { GIBIBYTE, makeContainer, makeLogTail, makeMachine, makeSnapshot } from '../support/snapshot.ts'

function reportOf(
  changes: Partial<Snapshot>,
  previous: Report | null = null,
  incidents: readonly Incident[] = [],
): Report {
  const snapshot = makeSnapshot(changes)
  const verdicts = diagnose({
    snapshot,
    history: { recent: [], unusual: [], trends: [] },
    logs: new Map(),
    thresholds: Thresholds.parse({}),
  })
  const composition = compose({
    silenced: [],
    incidents,
    id: 'r1',
    snapshot,
    ...verdicts,
    gaps: [],
    targets: Targets.parse({}),
    previous,
  })
  return {
    ...composition,
    narrative: { writer: 'computed', text: composition.headline, reason: 'No model was asked.' },
  }
}

const short = makeMachine({
  memory: { availableBytes: bytes(2 * GIBIBYTE), usedBytes: bytes(30 * GIBIBYTE) },
})

describe('a report', () => {
  it('is what its schema says, so that the JSON can be relied on', () => {
    const report = reportOf({ containers: [makeContainer()], machine: short })
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
  })

  it('counts a cause with all that follows from it as one problem, as severe as the worst of them', () => {
    const down = makeContainer({
      name: 'api',
      state: 'restarting',
      exitCode: 1,
      restartCount: 9,
      usage: null,
    })
    const alone = reportOf({ containers: [down], machine: short })
    expect(alone.headline).toContain('(1 critical, 1 high)')
    const [crash, memory] = alone.findings
    const incident = {
      id: 'incident-1',
      title: 'x',
      severity: 'critical' as const,
      root: memory?.id ?? '',
      symptoms: [{ finding: crash?.id ?? '', because: 'api: it follows' }],
    }
    const joined = reportOf({ containers: [down], machine: short }, null, [incident])
    expect(joined.headline).toContain('(1 critical)')
    expect(joined.findings.map(({ id }) => id)).toEqual([memory?.id, crash?.id])
    expect(computedSummary(joined)).toContain('From it follows: api: it follows.')
  })

  it('is healthy, in need of attention, critical, or knows nothing', () => {
    expect(reportOf({}).verdict).toBe('healthy')
    expect(reportOf({ machine: short }).verdict).toBe('attention')
    const down = makeContainer({ state: 'restarting', exitCode: 1, restartCount: 9, usage: null })
    expect(reportOf({ containers: [down] }).verdict).toBe('critical')
    const blind = { collector: 'host', durationSeconds: seconds(1), succeeded: false }
    expect(reportOf({ machine: null, collectors: [blind] }).verdict).toBe('unknown')
  })

  it('is not fine while something that should be readable was not', () => {
    const gap = (missing: string, kind: 'failed' | 'absent' = 'failed') =>
      ({ kind, source: 'docker:local', missing, reason: 'EACCES', remedy: 'usermod -aG docker' }) as const
    const told = (...gaps: Snapshot['gaps']) => {
      const { verdict, headline } = reportOf({ gaps })
      return { verdict, headline: headline.replace(/\d+ checks/, 'n checks') }
    }
    expect(told(gap('Containers'))).toEqual({
      verdict: 'attention',
      headline: 'web-1: n checks passed, but containers could not be read.',
    })
    expect(told(gap('PostgreSQL main')).headline).toContain('but PostgreSQL main could')
    expect(told(gap('Containers'), gap('GPUs')).headline).toContain('but 2 things could')
    expect(told(gap('GPUs', 'absent')).verdict).toBe('healthy')
    expect(reportOf({ machine: short, gaps: [gap('Containers')] }).headline).toContain('(1 high)')
  })

  it('says what changed since the one before, by the findings’ lasting ids', () => {
    const before = reportOf({ machine: short })
    const after = reportOf(
      { containers: [makeContainer({ state: 'restarting', restartCount: 9, usage: null })] },
      before,
    )
    expect(after.changes?.resolved.map(({ title }) => title)).toEqual([
      '2 GiB of 32 GiB memory are available',
    ])
    expect(after.changes?.appeared).toHaveLength(1)
    expect(reportOf({ machine: short }, before).changes).toMatchObject({ appeared: [], resolved: [] })
  })

  it('measures key figures against their targets, and against the report before', () => {
    const score = (report: Report) => report.scoreboard.find(({ kpi }) => kpi === 'memory-used')
    const before = reportOf({})
    expect(score(before)).toMatchObject({ verdict: 'met', trend: null, measured: { value: 0.25 } })
    expect(score(reportOf({ machine: short }, before))).toMatchObject({ verdict: 'missed', trend: 'worse' })
    expect(score(reportOf({}, before))).toMatchObject({ trend: 'same' })
    expect(score(reportOf({ machine: null }))).toMatchObject({ verdict: 'unknown', measured: null })
  })

  it('counts as up what is meant to run, and no job that has ended', () => {
    const job = makeContainer({
      name: 'job',
      state: 'exited',
      exitCode: 0,
      restartPolicy: { name: 'no', maximumRetries: 0 },
    })
    const up = (containers: Snapshot['containers']) =>
      reportOf({ containers }).scoreboard.find(({ kpi }) => kpi === 'containers-up')?.measured?.value
    expect(up([makeContainer(), job])).toBe(1)
    const down = makeContainer({ name: 'down', state: 'exited', exitCode: 1 })
    expect(up([makeContainer(), down])).toBe(0.5)
    expect(up([])).toBeUndefined()
  })

  it('counts as down what a finding says is down, and nothing that is done or was stopped', () => {
    type Policy = Snapshot['containers'][number]['restartPolicy']['name']
    const up = (policy: Policy, exitCode: number, isService = false) => {
      const exited = makeContainer({
        name: 'exited',
        state: 'exited',
        exitCode,
        restartPolicy: { name: policy, maximumRetries: 0 },
        compose: isService ? { project: 'shop', service: 'exited', dependsOn: [], configFiles: [] } : null,
        usage: null,
      })
      const report = reportOf({ containers: [makeContainer(), exited] })
      const share = report.scoreboard.find(({ kpi }) => kpi === 'containers-up')?.measured?.value
      return { share, severity: report.findings[0]?.severity }
    }
    expect(up('on-failure', 0)).toEqual({ share: 1 })
    expect(up('always', 0)).toEqual({ share: 0.5 })
    expect(up('no', 1)).toEqual({ share: 1, severity: 'low' })
    expect(up('no', 1, true)).toEqual({ share: 0.5, severity: 'high' })
    expect(up('on-failure', 1)).toEqual({ share: 0.5, severity: 'high' })
    expect(up('no', 0, true)).toEqual({ share: 1 })
    expect(up('no', 143, true)).toEqual({ share: 1 })
    expect(up('no', 137, true)).toEqual({ share: 1 })
  })
})

describe('rendered', () => {
  const hostile = makeContainer({
    name: 'a|b*c',
    state: 'restarting',
    restartCount: 9,
    usage: null,
    exitCode: 1,
  })
  const logs = [
    makeLogTail(hostile, ["KeyError: 'A_B' \u001b[2J\u202e <script>alert(1)</script> ``` ]( http://x"]),
  ]
  const report = reportOf({ containers: [hostile], logs })

  it('for a terminal, text from a log cannot move the cursor or hide', () => {
    const text = renderTerminal(report, { width: 80, colour: false })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text).toContain("KeyError: 'A_B'")
  })

  it('for a terminal, no line of prose is wider than the terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 80, max: 160 }), (width) => {
        const { tables: _, ...rest } = reportOf({ machine: short })
        const lines = renderTerminal({ ...rest, tables: [] }, { width, colour: false }).split('\n')
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('as Markdown, foreign text is neither HTML nor a table of its own', () => {
    const text = renderMarkdown(report)
    expect(text).not.toContain('<script>')
    expect(text).toContain('a\\|b\\*c')
    for (const line of text.split('\n').filter((row) => row.startsWith('| a\\|b'))) {
      expect(line.match(/(?<!\\)\|/g)).toHaveLength(8)
    }
  })

  it('says plainly when nothing is wrong', () => {
    const text = renderTerminal(reportOf({}), { width: 100, colour: false })
    expect(text).toContain('web-1 is fine')
    expect(text).toMatch(/\d+ checks passed, 0 found something/)
    expect(text).not.toContain('Findings')
  })

  it('shows memory with its definition: used is what is not available', () => {
    expect(renderTerminal(reportOf({}), { width: 100, colour: false })).toContain(
      'Used is MemTotal − MemAvailable',
    )
  })
})
