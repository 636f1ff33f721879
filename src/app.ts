import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { computedSummary } from './ai/computed-summary.ts'
import { narrate } from './ai/narrate.ts'
import { loadPrompts } from './ai/prompt.ts'
import { endSilence, type SilenceAnswer, type SilenceRequest, silence, watch } from './alerting.ts'
import {
  type ApprovalRequest,
  type ApprovalResult,
  type ApprovingPorts,
  approve,
  type Obstacle,
  type Rejection,
  reject,
  whyNot,
} from './approving.ts'
import { askQuestion } from './asking.ts'

import { applyAutomatic } from './automating.ts'
import {
  CHARTED,
  chartOf,
  fixMarks,
  isWorthDrawing,
  METRIC_OF_KPI,
  type Trends,
  unusualMarks,
} from './charting.ts'
import { createCollection } from './collect/collection.ts'
import { connectEngine } from './collect/containers/engine-client.ts'
import {
  askComparison,
  askSinceStart,
  type CompareAnswer,
  type CompareQuestion,
  type SinceStartAnswer,
} from './comparing.ts'
import { type Config, policyOf } from './config.ts'

import {
  type DigestExtras,
  type DueDigest,
  digestExtras,
  dueDigests,
  subscribeConfigured,
} from './digesting.ts'
import { examine, proposalsOf } from './examining.ts'
import { type Recovered, recover } from './executing.ts'
import { createLogWatching } from './log-watching.ts'
import type { Alert, AlertChange, Silence } from './model/alert.ts'
import type { DigestSubscription } from './model/digest.ts'
import type { Examination } from './model/examination.ts'
import type { AuditEntry, Execution } from './model/execution.ts'
import type { FixPlan, Vote } from './model/fix-plan.ts'
import type { Gap } from './model/gap.ts'
import type { Answered, Question } from './model/question.ts'
import type { Narrative, Report } from './model/report.ts'
import { historyOf } from './model/samples/samples.ts'
import type { Trend } from './model/series.ts'
import type { Snapshot } from './model/snapshot.ts'

import { type Seconds, seconds, type Timestamp, timestamp } from './model/units.ts'
import { createNoticing } from './noticing.ts'
import { type Proposal, type ProposalRequest, propose } from './proposing.ts'
import { type Catalogue, loadCatalogue } from './remediate/catalogue.ts'
import { type Engines, OWN_MACHINE } from './remediate/engines.ts'
import { createObserve } from './remediate/observe.ts'
import type { ApprovalPolicy, Person } from './remediate/policy.ts'

import type { Chart } from './report/chart/chart.ts'
import { type ReportRequest, recall, takeReport } from './reporting.ts'
import { placeOf } from './store/postgres-failure.ts'
import { openStore, type Store } from './store/store.ts'
import { askTrend, type TrendAnswer, type TrendQuestion } from './trending.ts'
import { type UndoRequest, type UndoResult, undo } from './undoing.ts'

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
  /** The digests that are due; each is sent by who claims it. */
  dueDigests(): Promise<DueDigest[]>
  claimDigest(digest: DueDigest): Promise<boolean>
  /** What a digest says beside its report: fixes, and the last day of the key figures that have one history. */
  digestExtras(since: Timestamp): Promise<DigestExtras>
  keyTrends(): Promise<ReadonlyMap<string, Trend>>
  subscribeConfigured(channels: readonly string[]): Promise<void>
  digestSubscription(channel: string): Promise<DigestSubscription | null>
  subscribe(subscription: Omit<DigestSubscription, 'host' | 'since'>): Promise<void>
  /** What was last read, whoever asked for it; null before the first. */
  newestSnapshot(): Snapshot | null
  /** Looks at everything that it stands on, but for Slack. */
  examine(): Promise<Examination[]>
  /** Why nothing can be remembered; null while all is well. */
  storeProblem(): Promise<string | null>
  /** What a number did over time. */
  trend(question: TrendQuestion): Promise<TrendAnswer>
  /** What is other than it was: a stretch against an earlier one. */
  compare(question: CompareQuestion): Promise<CompareAnswer>
  /** What of a container is other since it was started. */
  compareSinceStart(container: string): Promise<SinceStartAnswer>
  /** The same as a chart, with what happened meanwhile. */
  chart(trends: Trends): Promise<Chart>
  /** What a report has pictures of: the last day of what people look at first, as far as there is a history. */
  reportCharts(): Promise<Chart[]>
  /** Answers a question; nothing is changed by asking. `before` is the one that it follows up. */
  ask(question: string, before?: Question | null): Promise<Answered>
  latestReport(): Promise<Report | null>
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

/** Perfbot's own prompts and commands, wherever it is started from. */
const OWN_FILES = join(import.meta.dirname, '..')

const DAY = seconds(86_400)

/** A question about yesterday, asked a little earlier in the day than its report was made, finds that. */
const YESTERDAY = seconds(20 * 3600)

/** Bars of a key figure's last day in a digest: as many as a phone shows in one line. */
const SPARKS = 24

/** As far back in the audit as fixes are looked for that a chart should show. */
const AUDIT_LOOKED_AT = 500

/** The zone of the people who read: that of the digest, or the machine's own. */
const timezoneOf = ({ slack }: Config): string =>
  slack.digest?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
/** After this much silence another perfbot may go on with what one has begun. */
const LEASE = seconds(15)

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const remedyOf = (error: unknown, otherwise: string): string =>
  error instanceof Error && 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : otherwise

/**
 * The store, or one in a temporary folder when the configured one cannot be opened: the report still arrives,
 * and the file that is there stays as it is.
 */
async function openSomeStore(
  { dataDirectory: directory, database }: Config,
  logger: Logger,
): Promise<{ store: Store; problem: Gap | null; discard: () => Promise<void> }> {
  try {
    // One record that can no longer be read must not keep the report from arriving.
    const onDamage = (failure: Error) => logger.warn(failure.message)
    const where = database ? { url: database } : { directory }
    return { store: await openStore({ ...where, onDamage }), problem: null, discard: async () => {} }
  } catch (error) {
    const temporary = await mkdtemp(join(tmpdir(), 'perfbot-'))
    return {
      store: await openStore({ directory: temporary }),
      problem: {
        kind: 'failed',
        source: 'store',
        missing: 'History, and with it all fixes',
        reason: message(error),
        remedy: remedyOf(error, `Make ${directory} readable and writable, or set dataDirectory.`),
      },
      discard: () => rm(temporary, { recursive: true, force: true }),
    }
  }
}

/** A part that can be done without: what went wrong becomes a gap. */
async function orGap<Part>(
  load: () => Promise<Part>,
  gap: Omit<Gap, 'kind' | 'reason'>,
  problems: Gap[],
): Promise<Part | null> {
  try {
    return await load()
  } catch (error) {
    problems.push({ ...gap, kind: 'failed', reason: message(error) })
    return null
  }
}

/** What fixes act on, by the names that config gives; a finding names Ollama by its address. */
function enginesOf(config: Config, dockers: ReadonlyMap<string, ReturnType<typeof connectEngine>>): Engines {
  return {
    dockerNames: () => [...dockers.keys()],
    docker: (name) => dockers.get(name)?.client ?? null,
    postgres: (name) => config.postgres.find((database) => database.name === name)?.url ?? null,
    redis: (name) => config.redis.find((cache) => cache.name === name)?.url ?? null,
    ollama: (name) => (name === 'ollama' || name === config.ollama.url ? config.ollama.url : null),
    machine: OWN_MACHINE,
  }
}

/** Wires the stages together. Nothing that is missing or broken around perfbot makes this fail. */
export async function createPerfbot(config: Config, logger: Logger): Promise<Perfbot> {
  const problems: Gap[] = []
  const opened = await openSomeStore(config, logger)
  const { store } = opened
  if (opened.problem) problems.push(opened.problem)

  const loaded = await orGap(
    () => loadCatalogue(config.fixes.directory ?? join(OWN_FILES, 'commands')),
    {
      source: 'commands',
      missing: 'Fixes',
      remedy: 'Correct the files that are named; until then no fix is offered.',
    },
    problems,
  )
  // A fix without a lasting record in the audit is no fix to offer.
  const catalogue = opened.problem ? null : loaded
  const prompts = await orGap(
    () => loadPrompts(config.ollama.promptsDirectory ?? join(OWN_FILES, 'prompts')),
    {
      source: 'prompts',
      missing: 'Summaries by a model',
      remedy: 'Correct the prompt that is named; until then summaries are computed.',
    },
    problems,
  )
  for (const problem of problems)
    logger.error({ source: problem.source, remedy: problem.remedy }, problem.reason)

  const dockers = new Map(config.docker.map((source) => [source.name, connectEngine(source)]))
  const logWatching = createLogWatching()
  const collection = createCollection({
    host: config.host,
    windowSeconds: seconds(1),
    deadlineSeconds: config.collect.deadline,
    paths: config.collect.paths,
    docker: [...dockers.values()],
    logSinkOf: logWatching.sinkOf,
    postgres: config.postgres,
    redis: config.redis,
    services: config.services,
    inferenceProbe: config.ollama.probe ?? null,
    ollama: [{ url: config.ollama.url, configured: config.ollama.configured }],
    nvidiaSmi: config.nvidiaSmi,
  })

  let newest: Snapshot | null = null
  const snapshot = async () => {
    newest = await collection.snapshot()
    return newest
  }

  const noticing = createNoticing(config.host, store)
  async function remember(taken: Snapshot): Promise<void> {
    await store.saveSnapshot(taken)
    const samples = historyOf(taken)
    await store.saveSamples(taken.host, taken.takenAt, samples)
    await noticing.notice(taken.takenAt, samples)
    // Once an hour there is something to pack; else it is a look at one row.
    await store.rollUp(taken.takenAt)
  }

  async function collect(): Promise<Snapshot> {
    const taken = await snapshot()
    await remember(taken)
    return taken
  }
  // The schedule and a scrape that come together are remembered once.
  let collecting: Promise<Snapshot> | null = null
  function collectOnce(): Promise<Snapshot> {
    collecting ??= collect().finally(() => {
      collecting = null
    })
    return collecting
  }

  const writer = {
    url: config.ollama.url,
    models: config.ollama.models,
    deadlineSeconds: config.ollama.deadline,
    contextTokens: config.ollama.contextTokens,
    allowRemoteModels: config.ollama.allowRemoteModels,
  }

  async function writeNarrative(report: Report): Promise<Narrative> {
    const computed = (reason: string): Narrative => ({
      writer: 'computed',
      text: computedSummary(report),
      reason,
    })
    if (!prompts) return computed('The prompts could not be read.')
    return narrate(report, { ...writer, prompt: prompts.summary })
  }

  const clock = () => new Date()
  const newId = () => randomUUID().slice(0, 13)
  const engines = enginesOf(config, dockers)
  const observing = { host: config.host, snapshot, engines, clock }
  const reporting = {
    host: config.host,
    snapshot,
    logsOf: logWatching.summaries,
    remember,
    store,
    thresholds: config.thresholds,
    targets: config.targets,
    catalogue,
    planLifetime: config.fixes.planLifetime,
    observing,
    gaps: problems,
    summarise: computedSummary,
    narrate: writeNarrative,
    clock,
    newId,
  }
  const policy = policyOf(config)
  const approving: ApprovingPorts = {
    store,
    policy,
    observe: createObserve(observing),
    engines,
    catalogue: catalogue ?? new Map(),
    clock,
    newId,
    wait: (time) => delay(time * 1000),
    planLifetime: config.fixes.planLifetime,
    owner: randomUUID(),
    leaseSeconds: LEASE,
  }
  const trend = (question: TrendQuestion) =>
    askTrend(question, { store, host: config.host, now: timestamp(clock()) })

  async function chart(trends: Trends): Promise<Chart> {
    const entries = await store.audit(AUDIT_LOOKED_AT)
    const titles = new Map<string, string>()
    for (const { action, subject } of entries) {
      const plan = action === 'finished' ? await store.plan(subject) : null
      if (plan) titles.set(subject, plan.title)
    }
    const marks = [...fixMarks(entries, trends, (plan) => titles.get(plan) ?? null), ...unusualMarks(trends)]
    return chartOf(trends, config.host, timezoneOf(config), marks)
  }

  const underWay = new Set<Promise<unknown>>()
  function broughtToItsEnd<Result>(result: Promise<Result>): Promise<Result> {
    underWay.add(result)
    const ended = () => underWay.delete(result)
    result.then(ended, ended)
    return result
  }

  return {
    config,
    timezone: timezoneOf(config),
    takeReport: (request = {}) => takeReport(request, reporting),
    collect: collectOnce,
    watch: () =>
      watch({
        host: config.host,
        collect: collectOnce,
        logsOf: logWatching.summaries,
        recall: (taken) => recall(store, taken),
        store,
        thresholds: config.thresholds,
        policy: config.slack.alerts,
      }),
    saveAlert: (alert) => store.saveAlert(alert),
    silence: (request) => silence(request, { store, host: config.host, now: timestamp(clock()) }),
    endSilence: (finding, by) =>
      endSilence(finding, by, { store, host: config.host, now: timestamp(clock()) }),
    silences: () => store.silences(config.host, timestamp(clock())),
    dueDigests: async () => dueDigests(await store.digestSubscriptions(config.host), clock()),
    claimDigest: ({ subscription, due }) => store.claimDigest(subscription, due),
    digestExtras: (since) => digestExtras(since, { store, host: config.host, now: timestamp(clock()) }),
    async keyTrends() {
      const trends = new Map<string, Trend>()
      for (const [kpi, metric] of Object.entries(METRIC_OF_KPI)) {
        const answer = await trend({ metric, rangeSeconds: DAY, points: SPARKS })
        // The mean of several GPUs or databases is no series of its own.
        if (answer.kind === 'trends' && answer.trends.length === 1 && answer.trends[0]) {
          trends.set(kpi, answer.trends[0].trend)
        }
      }
      return trends
    },
    subscribeConfigured: (channels) =>
      subscribeConfigured(channels, config.slack.digest, {
        store,
        host: config.host,
        now: timestamp(clock()),
      }),
    digestSubscription: async (channel) =>
      (await store.digestSubscriptions(config.host)).find((each) => each.channel === channel) ?? null,
    subscribe: (subscription) =>
      store.saveDigestSubscription({ ...subscription, host: config.host, since: timestamp(clock()) }),
    newestSnapshot: () => newest,
    examine: () =>
      examine({
        snapshot,
        problems,
        storedIn: config.database ? placeOf(config.database) : config.dataDirectory,
        commandCount: loaded?.size ?? null,
        proposals: (taken) =>
          proposalsOf(
            taken,
            config.postgres.map(({ name }) => name),
          ),
      }),
    async storeProblem() {
      if (opened.problem) return opened.problem.reason
      await store.audit(1)
      return null
    },
    trend,
    compare: (question) => askComparison(question, { store, host: config.host, now: timestamp(clock()) }),
    async compareSinceStart(container) {
      const ports = { store, host: config.host, now: timestamp(clock()) }
      return askSinceStart(container, newest ?? (await collectOnce()), ports)
    },
    chart,
    async reportCharts() {
      const answers = await Promise.all(CHARTED.map((metric) => trend({ metric, rangeSeconds: DAY })))
      return Promise.all(
        answers.flatMap((answer) =>
          answer.kind === 'trends' && isWorthDrawing(answer) ? [chart(answer)] : [],
        ),
      )
    },
    async ask(question, before = null) {
      const look = async () => {
        const report = await takeReport(
          { inPassing: true, comparedWith: timestamp(new Date(clock().getTime() - YESTERDAY * 1000)) },
          reporting,
        )
        return { snapshot: newest as Snapshot, report }
      }
      const ports = { store, host: config.host, look, now: () => timestamp(clock()) }
      const asked = prompts ? { ...writer, prompt: prompts.answer } : null
      return askQuestion(question, ports, { before, writer: asked })
    },
    latestReport: () => store.latestReport(config.host),
    report: (id) => store.report(id),
    async fixesOf(reportId) {
      const plans = await store.plansOf(reportId)
      return Promise.all(plans.map(async (plan) => ({ plan, execution: await store.executionOf(plan.id) })))
    },
    openFixes: () => store.openPlans(config.host, timestamp(clock())),
    plan: (id) => store.plan(id),
    policy,
    catalogue: approving.catalogue,
    recoverySeconds: LEASE,
    votesOf: (planId) => store.votesOf(planId),
    whyNot: (plan, person) => whyNot(plan, person, approving),
    approve: (request) => broughtToItsEnd(approve(request, approving)),
    reject: (request) => reject(request, approving),
    undo: (request) => broughtToItsEnd(undo(request, approving)),
    propose: (request) => propose(request, config.host, approving),
    execution: (id) => store.execution(id),
    executions: (limit) => store.executions(limit),
    recover: () =>
      broughtToItsEnd(
        recover(approving, (run, error) =>
          logger.error(
            { execution: run.id, err: error },
            'what was cut off could not be taken up; it is tried again',
          ),
        ),
      ),
    applyAutomatic: async () => {
      const { automatic } = config.fixes
      if (!automatic) return []
      const report = await takeReport({}, reporting)
      const plans = await store.plansOf(report.id)
      return broughtToItsEnd(applyAutomatic(plans, automatic, approving, logger))
    },
    audit: (limit) => store.audit(limit),
    auditAfter: (sequence) => store.auditAfter(sequence),
    verifyAudit: () => store.verifyAudit(),
    async prune() {
      const ago = (span: number) => timestamp(new Date(clock().getTime() - span * 1000))
      const { snapshots, reports, history } = config.retention
      await store.prune({ snapshots: ago(snapshots), reports: ago(reports) })
      await store.pruneUnusual(ago(history.hours))
      await store.pruneHistory({
        raw: ago(history.raw),
        minutes: ago(history.minutes),
        hours: ago(history.hours),
      })
    },
    async close() {
      // A fix that is under way is brought to its end, and into the audit.
      await Promise.allSettled(underWay)
      await collection.close()
      await noticing.keep()
      await store.close()
      await opened.discard()
    },
  }
}
