import type { SilenceAnswer, SilenceRequest } from './alerting.ts'
import type { ApprovalRequest, ApprovalResult, Obstacle, Rejection } from './approving.ts'
import type { Trends } from './charting.ts'
import type { CompareAnswer, CompareQuestion, SinceStartAnswer } from './comparing.ts'
import type { Config } from './config.ts'
import type { DigestAsked, DigestExtras, DueDigest } from './digesting.ts'
import type { Recovered } from './executing.ts'
import type { LoadTestOffer, LoadTestRequest } from './load-testing.ts'
import type { PastAnswer } from './looking-back.ts'
import type { Alert, AlertChange, Silence } from './model/alert.ts'
import type { DigestSubscription } from './model/digest.ts'
import type { Examination } from './model/examination.ts'
import type { AuditEntry, Execution } from './model/execution.ts'
import type { Feedback } from './model/feedback.ts'
import type { FixPlan, Vote } from './model/fix-plan.ts'
import type { Answered, Question } from './model/question.ts'
import type { Report } from './model/report.ts'
import type { Trend } from './model/series.ts'
import type { Snapshot } from './model/snapshot.ts'
import type { Seconds } from './model/units.ts'
import type { Proposal, ProposalRequest } from './proposing.ts'
import type { Catalogue } from './remediate/catalogue.ts'
import type { ApprovalPolicy, Person } from './remediate/policy.ts'
import type { Chart } from './report/chart/chart.ts'
import type { ReportRequest } from './reporting.ts'
import type { SettableThreshold, ThresholdName } from './settings.ts'
import type { SeenFinding } from './store/seen-finding.ts'
import type { TrendAnswer, TrendQuestion } from './trending.ts'
import type { UndoRequest, UndoResult } from './undoing.ts'

/** A fix that a report offers, and what became of it. */
export type OfferedFix = { readonly plan: FixPlan; readonly execution: Execution | null }

/** The whole of perfbot, without a face: what Slack and the command line use. */
export type Perfbot = {
  readonly config: Config
  /** Of the people who read: times in sentences are given in it. */
  readonly timezone: string
  takeReport(request?: ReportRequest): Promise<Report>
  /** Reads and remembers, without a report: what the schedule does between reports. */
  collect(): Promise<Snapshot>
  /** Collects and diagnoses; the alerts that are other than before. */
  watch(): Promise<AlertChange[]>
  saveAlert(alert: Alert): Promise<void>
  /** Keeps quiet about a finding, or hears of it again. */
  silence(request: SilenceRequest): Promise<SilenceAnswer>
  endSilence(finding: string, by: string): Promise<boolean>
  silences(): Promise<Silence[]>
  /** Those that fire, with the messages that tell of them. */
  openAlerts(): Promise<Alert[]>
  /** The digests that are due; each is sent by who claims it. */
  dueDigests(): Promise<DueDigest[]>
  claimDigest(digest: DueDigest): Promise<boolean>
  /** What a digest says beside its report: fixes, regressions, forecasts. */
  digestExtras(digest: DigestAsked): Promise<DigestExtras>
  /** Counts what of the day that ends is worse than it was. */
  keepRegressions(): Promise<void>
  /** The last day of the key figures that have one history. */
  keyTrends(): Promise<ReadonlyMap<string, Trend>>
  subscribeConfigured(channels: readonly string[]): Promise<void>
  digestSubscriptions(): Promise<DigestSubscription[]>
  digestSubscription(channel: string): Promise<DigestSubscription | null>
  subscribe(subscription: Omit<DigestSubscription, 'host' | 'since'>): Promise<void>
  /** What people may set, as it is now. */
  settableThresholds(): Promise<SettableThreshold[]>
  setThreshold(change: { name: ThresholdName; value: number; by: string }): Promise<void>
  /** Every finding that was ever seen on this host, the newest first. */
  findingsSeen(): Promise<SeenFinding[]>
  /** True for exactly one of all bots of one app that are told of the same event. */
  takeEvent(key: string): Promise<boolean>
  feedback(): Promise<Feedback[]>
  saveFeedback(feedback: Omit<Feedback, 'host' | 'at'>): Promise<void>
  /** What was last read, whoever asked for it; null before the first. */
  newestSnapshot(): Snapshot | null
  /** Looks at everything that it stands on, but for Slack. */
  examine(): Promise<Examination[]>
  /** Why nothing can be remembered; null while all is well. */
  storeProblem(): Promise<string | null>
  /** What a number did over time. */
  trend(question: TrendQuestion): Promise<TrendAnswer>
  /** Services that may be loaded, with how they answered so far. */
  loadTests(): Promise<LoadTestOffer[]>
  /** A load test as a plan: nothing is sent before it is approved. */
  proposeLoadTest(request: LoadTestRequest): Promise<Proposal>
  /** What happened when: to a finding, to whatever a text is about, or lately at all. */
  lookBack(asked: string): Promise<PastAnswer>
  /** What is other than it was: a stretch against an earlier one. */
  compare(question: CompareQuestion): Promise<CompareAnswer>
  /** What of a container is other since it was started. */
  compareSinceStart(container: string): Promise<SinceStartAnswer>
  /** The same as a chart, with what happened meanwhile. */
  chart(trends: Trends): Promise<Chart>
  /** What a report has pictures of: the last day of what people look at first, as far as there is a history. */
  reportCharts(): Promise<Chart[]>
  /**
   * Answers a question; nothing is changed by asking. `before` is the one that it follows up; `person`, who may review
   * what a model proposes: without one it can propose nothing.
   */
  ask(question: string, before?: Question | null, person?: Person | null): Promise<Answered>
  latestReport(): Promise<Report | null>
  /** The newest of each host that shares the store. */
  latestReports(): Promise<Report[]>
  report(id: string): Promise<Report | null>
  fixesOf(reportId: string): Promise<OfferedFix[]>
  openFixes(): Promise<FixPlan[]>
  plan(id: string): Promise<FixPlan | null>
  votesOf(planId: string): Promise<Vote[]>
  /** Who may do what. */
  readonly policy: ApprovalPolicy
  whyNot(plan: FixPlan, person: Person): Promise<Obstacle | null>
  approve(request: ApprovalRequest): Promise<ApprovalResult>
  reject(request: { planId: string; person: Person; reason: string }): Promise<Rejection>
  undo(request: UndoRequest): Promise<UndoResult>
  /** A fix that a person chose by hand, out of the catalogue. */
  propose(request: ProposalRequest): Promise<Proposal>
  /** Every command that there is. */
  readonly catalogue: Catalogue
  execution(id: string): Promise<Execution | null>
  /** Newest first. */
  executions(limit: number): Promise<Execution[]>
  /** Takes up what was under way when a perfbot was ended in the middle of it. */
  recover(): Promise<Recovered[]>
  /** How often that has to be asked. */
  readonly recoverySeconds: Seconds
  /** Measures, and applies what config lets perfbot apply without asking. */
  applyAutomatic(): Promise<Recovered[]>
  audit(limit: number): Promise<AuditEntry[]>
  /** Oldest first, a page at a time. */
  auditAfter(sequence: number): Promise<AuditEntry[]>
  /** The first broken link of the audit's chain of hashes; null when it is whole. */
  verifyAudit(): Promise<{ sequence: number; reason: string } | null>
  prune(): Promise<void>
  /** Waits for fixes that are under way. */
  close(): Promise<void>
}
