import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { incidentsOf, withSymptoms } from '../../src/diagnose/incidents.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import type { Alert } from '../../src/model/alert.ts'
import type { Execution } from '../../src/model/execution.ts'
import type { Answered } from '../../src/model/question.ts'
import type { Report } from '../../src/model/report.ts'
import { METRICS } from '../../src/model/samples/samples.ts'
import { checkMessageBlocks, checkView } from '../../src/playground/block-kit/validate.ts'
import { compose } from '../../src/report/compose.ts'
import { Targets } from '../../src/report/targets.ts'
import { inMessages, type Message } from '../../src/slack/blocks.ts'
import { compareMessage } from '../../src/slack/commands/compare.ts'
import { historyMessage } from '../../src/slack/commands/history.ts'
import { trendMessage } from '../../src/slack/commands/trend.ts'
import { homeView } from '../../src/slack/home/home-view.ts'
import { settingsModal } from '../../src/slack/settings/settings-view.ts'
import { alertMessage, alertNews } from '../../src/slack/views/alert-message.ts'
import { answerMessage } from '../../src/slack/views/answer-message.ts'
import { digestMessage, uneventfulMessage } from '../../src/slack/views/digest-message.ts'
import { doctorMessage } from '../../src/slack/views/doctor-message.ts'
import {
  approvedMessage,
  executionMessage,
  recoveredMessage,
  waitingMessage,
} from '../../src/slack/views/execution-message.ts'
import { approveModal, noticeModal, readOnlyModal } from '../../src/slack/views/fix-modal.ts'
import { fixesMessage } from '../../src/slack/views/fixes-message.ts'
import { planMessage } from '../../src/slack/views/plan-message.ts'
import { progressMessage, reportMessage } from '../../src/slack/views/report-message.ts'
import { findingMessages, gapMessages, tableMessages } from '../../src/slack/views/report-thread.ts'
import { askModal, reportModal } from '../../src/slack/views/shortcut-modals.ts'
import { silenceMessage } from '../../src/slack/views/silence-message.ts'
import { statusMessage } from '../../src/slack/views/status-message.ts'
import { makePlan } from '../support/plan.ts'
import { makeContainer, makeSnapshot, makeUsage, NOW } from '../support/snapshot.ts'

/** A name as long as Docker takes one, and longer than any of Slack's fields for it. */
const longName = (index: number) => `${index}-${'a-very-long-name-of-a-container-'.repeat(8)}`.slice(0, 255)
const person = 'U0FOUNDER'
const ask = { users: [person], userGroups: ['S0614TZR7'], channels: ['C012AB3CD'], systemUsers: ['deploy'] }

/** What the rules say of so many containers, all of them in a crash loop, by the real pipeline. */
function reportOf(count: number): Report {
  const containers = Array.from({ length: count }, (_, index) =>
    makeContainer({
      id: `c${index}`.padEnd(12, '0'),
      name: longName(index),
      state: index % 2 === 0 ? 'restarting' : 'running',
      exitCode: 1,
      restartCount: 9,
      usage: index % 2 === 0 ? null : makeUsage(),
    }),
  )
  const snapshot = makeSnapshot({
    containers,
    gaps: containers.map(({ name }) => ({
      kind: 'failed' as const,
      source: `logs ${name}`,
      missing: `The log of ${name}`,
      reason: name,
      remedy: `docker logs ${name}`,
    })),
  })
  const history = { recent: [], unusual: [], trends: [] }
  const logs = new Map()
  const verdicts = diagnose({ snapshot, history, logs, thresholds: Thresholds.parse({}) })
  const incidents = incidentsOf(verdicts.findings, snapshot, logs)
  const composition = compose({
    id: 'r1',
    snapshot,
    incidents,
    findings: withSymptoms(verdicts.findings, incidents),
    checks: verdicts.checks,
    silenced: [],
    gaps: [],
    targets: Targets.parse({}),
    previous: null,
  })
  return {
    ...composition,
    narrative: {
      writer: 'model',
      model: 'qwen3:4b',
      text: `It is about ${longName(0)}. `.repeat(40),
      sentencesVerified: 40,
      sentencesRemoved: 2,
    } as Report['narrative'],
  }
}

const executionOf = (planId: string): Execution => ({
  id: '0f1e2d3c-4b5a',
  planId,
  digest: 'd1',
  person,
  startedAt: NOW,
  finishedAt: NOW,
  outcome: 'verified',
  verdict: 'helped',
  message: longName(1).repeat(20),
  before: Array.from({ length: 60 }, (_, index) => ({
    label: longName(index),
    source: 'docker inspect',
    at: NOW,
    value: 1,
    unit: 'bytes' as const,
  })),
  after: [],
})

const alertOf = (finding: Report['findings'][number], state: Alert['state']): Alert => ({
  host: longName(7),
  findingId: finding.id,
  rule: finding.rule,
  target: finding.target,
  state,
  severity: finding.severity,
  title: finding.title,
  advice: longName(8).repeat(4),
  openedAt: NOW,
  lastSeenAt: NOW,
  resolvedAt: state === 'resolved' ? NOW : null,
  times: 3,
  places: [],
})

const answerOf = (kind: 'model' | 'computed'): Answered =>
  ({
    understood: {},
    sentences: Array.from({ length: 40 }, (_, index) => `${longName(index)} uses most.`.repeat(9)),
    evidence: executionOf('p').before,
    writer:
      kind === 'computed'
        ? { kind, reason: longName(1) }
        : { kind, model: longName(2), verified: 3, removed: 1 },
  }) as unknown as Answered

/** Everything that is posted about a report, by what it is. */
function messagesOf(report: Report): Record<string, readonly Message[]> {
  const plans = report.findings.map((finding) =>
    makePlan({
      id: `plan-${finding.id}`,
      findingId: finding.id,
      title: `Restart ${finding.target.name}`,
      target: finding.target,
    }),
  )
  const fixes = plans.map((plan, index) => ({
    plan,
    execution: index % 3 === 2 ? executionOf(plan.id) : null,
  }))
  const plan = plans[0] ?? makePlan({ title: longName(0) })
  const execution = executionOf(plan.id)
  const votes = [
    { planId: plan.id, digest: 'd1', person, at: NOW, decision: 'approved' as const, reason: longName(1) },
  ]
  const digest = {
    report,
    extras: {
      period: 'day' as const,
      done: plans.map(({ title }) => ({
        title,
        outcome: 'verified',
        at: NOW,
        brought: [longName(1), longName(2)],
      })),
      waiting: plans.map(({ title, risk }) => ({ title, risk })),
      regressions: {
        worse: plans.map(({ title }) => ({
          title,
          unit: 'seconds' as const,
          before: 0.1,
          after: 0.3,
          delta: 1,
        })),
        better: 2,
        compared: 900,
      },
      forecasts: report.findings.map(({ id }) => id),
    },
    trends: new Map(),
    lateSince: NOW,
  }
  const names = report.findings.map(({ target }) => target.name)
  const [metric] = METRICS
  if (!metric) throw new Error('there are metrics')
  const past = names.map((name) => ({ at: NOW, what: 'came', text: name }))
  const trends = names.slice(0, 8).map((name, index) => ({
    series: { id: index, host: 'atlas', metric: metric.name, labels: { container: name } },
    trend: {
      resolution: 'minute' as const,
      stepSeconds: 60,
      points: Array.from({ length: 60 }, (_, at) => ({
        at,
        count: 1,
        minimum: 1,
        maximum: 2,
        mean: 1.5,
        p50: null,
        p95: null,
        p99: null,
      })),
    },
    unusual: [],
  }))
  const tables = report.tables.flatMap((table) => tableMessages(table).messages)
  return {
    report: [reportMessage(report, fixes), reportMessage(report, fixes, true)],
    progress: [progressMessage(longName(1), longName(2).repeat(20))],
    findings: findingMessages(report, fixes, '1.1'),
    tables: tables.map(({ message }) => message),
    'tables as text': tables.map(({ plain }) => plain),
    gaps: gapMessages(report),
    status: [statusMessage(report)],
    digest: [digestMessage(digest), uneventfulMessage(digest)],
    alerts: report.findings
      .slice(0, 20)
      .flatMap((finding) =>
        (['firing', 'resolved', 'silenced', 'pending'] as const).flatMap((state) => [
          alertMessage(alertOf(finding, state)),
          alertNews(alertOf(finding, state)),
        ]),
      ),
    fixes: [fixesMessage(plans, [{ execution, title: longName(3) }]), fixesMessage([], [])],
    plan: [planMessage(plan, votes, ask)],
    executions: [
      executionMessage(plan, execution),
      executionMessage(plan, execution, plan),
      recoveredMessage(plan, execution, longName(4)),
      approvedMessage(plan, person, longName(5).repeat(20)),
      waitingMessage(plan, person, 1, ask),
    ],
    answers: [
      answerMessage(longName(1).repeat(9), answerOf('model')),
      answerMessage('?', answerOf('computed')),
    ],
    trends: [
      trendMessage({ kind: 'unknown-metric', asked: longName(1), suggestions: names }, 'UTC'),
      trendMessage({ kind: 'no-history', metric, others: names }, 'UTC'),
      trendMessage({ kind: 'trends', metric, from: NOW, to: NOW, trends, more: names.length }, 'UTC'),
    ],
    compared: [
      compareMessage({ kind: 'no-container', asked: longName(1), running: names }),
      compareMessage({
        kind: 'compared',
        from: NOW,
        to: NOW,
        earlierFrom: NOW,
        earlierTo: NOW,
        changes: [],
        compared: 400,
        tooShort: 3,
      }),
    ],
    history: [
      historyMessage({ kind: 'unknown', asked: longName(1), suggestions: names }),
      historyMessage({ kind: 'latest', about: longName(1), lines: past }),
    ],
    silence: [
      silenceMessage({ kind: 'unknown', asked: longName(1), known: report.findings.map(({ id }) => id) }),
    ],
    doctor: [
      doctorMessage(
        'atlas',
        report.gaps.map(({ missing, reason, remedy }) => ({
          subject: missing,
          verdict: 'failed',
          detail: reason,
          remedy,
        })),
      ),
    ],
  }
}

function viewsOf(report: Report) {
  const plan = makePlan({ title: longName(0), notes: [longName(1)] })
  const [finding] = report.findings
  const approvers = { votes: [], ask }
  const silences = report.findings.map(({ id }) => ({
    host: 'atlas',
    findingId: id,
    until: null,
    by: person,
    at: NOW,
  }))
  const metadata = { plan: plan.id, digest: 'd1', report: 'r1', channel: 'C1', thread: '1.1', message: '1.1' }
  return {
    home: homeView({
      host: longName(0),
      report,
      others: Array.from({ length: 30 }, (_, index) => ({ ...report, host: longName(index) })),
      alerts: report.findings.map((each) => ({
        alert: alertOf(each, 'firing'),
        link: `https://playground.slack.com/archives/C1/p${'1'.repeat(40)}`,
      })),
      waitingForReader: report.findings.map(({ id }) => makePlan({ id, title: longName(1) })),
      waitingForOthers: 3,
      silences,
      digests: report.findings.map((_, index) => ({
        host: 'atlas',
        channel: `C${index}`,
        expression: '0 9 * * 1,3',
        timezone: null,
        by: null,
        since: NOW,
      })),
      timezone: 'Europe/Berlin',
    }),
    'home before the first look': homeView({
      host: 'atlas',
      report: null,
      others: [],
      alerts: [],
      waitingForReader: [],
      waitingForOthers: 0,
      silences: [],
      digests: [],
      timezone: 'UTC',
    }),
    approve: approveModal(plan, finding, metadata, approvers),
    'read only': readOnlyModal(plan, finding, longName(1), approvers),
    notice: noticeModal(longName(1).repeat(20)),
    settings: settingsModal({
      place: 'C1',
      channel: 'C1',
      subscription: null,
      timezones: ['UTC'],
      silences,
      findings: report.findings,
      thresholds: [
        { name: 'cpuBusy', title: longName(1), value: 0.9, configured: 0.9, lowest: 0.5, highest: 0.99 },
      ],
      askForThresholds: '',
    }),
    'report shortcut': reportModal(longName(1)),
    'ask shortcut': askModal(longName(1).repeat(20), { channel: 'C1', thread: '1.1' }),
  }
}

/** A date in words of ours would be in somebody else's zone. */
const CLOCK = /\b\d{1,2}:\d{2}(:\d{2})? ?(UTC|GMT|Z)\b/
const EMOJI = /:[a-z_+]{3,}:|\p{Extended_Pictographic}/u

/** All that is shown, with times as the reader sees them. */
const shown = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(/<!date\^[^>]*>/g, 'TIME')
    .replaceAll(/"(action_id|block_id|value)":"(?:[^"\\]|\\.)*"/g, '')

describe.each([0, 1, 40, 400])('with %i containers of the longest names', (count) => {
  const report = reportOf(count)

  it('everything that is posted is within the limits of Slack', () => {
    expect(report.findings.length).toBeGreaterThanOrEqual(count / 2)
    expect(JSON.stringify(report.tables).includes(longName(0))).toBe(count > 0)
    for (const [what, messages] of Object.entries(messagesOf(report))) {
      for (const message of messages) {
        expect(message.text.trim(), what).not.toBe('')
        // As the poster does with what is longer than one message.
        for (const { blocks } of inMessages(message.text, message.blocks)) {
          const checked = checkMessageBlocks(blocks)
          expect(checked.ok ? [] : [checked.error, ...checked.messages], what).toEqual([])
        }
      }
    }
  })

  it('what is edited in place fits into one message', () => {
    const {
      report: reports = [],
      alerts = [],
      digest = [],
      status = [],
      executions = [],
    } = messagesOf(report)
    for (const { text, blocks } of [...reports, ...alerts, ...digest, ...status, ...executions]) {
      expect(inMessages(text, blocks)).toHaveLength(1)
    }
  })

  it('every window and tab is within the limits of Slack', () => {
    for (const [what, view] of Object.entries(viewsOf(report))) {
      const checked = checkView(view, view.type)
      expect(checked.ok ? [] : [checked.error, ...checked.messages], what).toEqual([])
    }
  })

  it('times are in the zone of the reader, and there is no emoji', () => {
    for (const thing of [...Object.values(messagesOf(report)).flat(), ...Object.values(viewsOf(report))]) {
      expect(shown(thing)).not.toMatch(CLOCK)
      expect(shown(thing)).not.toMatch(EMOJI)
    }
  })
})
