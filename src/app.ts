import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { computedSummary } from './ai/computed-summary.ts'
import { narrate } from './ai/narrate.ts'
import { examineModels } from './ai/ollama/examine.ts'
import { endSilence, silence, watch } from './alerting.ts'
import { type ApprovingPorts, approve, reject, whyNot } from './approving.ts'
import { askQuestion } from './asking.ts'
import { applyAutomatic } from './automating.ts'
import { createCollection } from './collect/collection.ts'
import { type ConnectedEngine, connectEngine } from './collect/containers/engine-client.ts'
import { askComparison, askSinceStart } from './comparing.ts'
import { type Config, policyOf } from './config.ts'
import { deploymentsSince } from './deployments.ts'
import { digestExtras, dueDigests, subscribe, subscribeConfigured } from './digesting.ts'
import { drawReportCharts, drawTrends, keyTrends } from './drawing.ts'
import { examine, proposalsOf } from './examining.ts'
import { recover } from './executing.ts'
import { layFoundations } from './foundations.ts'
import { keyDays } from './key-days.ts'
import { createLoad, loadTargets, loadTestProposal, loadTests } from './load-testing.ts'
import { createLogWatching } from './log-watching.ts'
import { lookBack } from './looking-back.ts'
import type { FixPlan } from './model/fix-plan.ts'
import type { Narrative, Report } from './model/report.ts'
import { seconds, type Timestamp, timestamp } from './model/units.ts'
import type { Perfbot } from './perfbot.ts'
import { keepProposal, propose, proposingFor } from './proposing.ts'
import { keepRegressions } from './regressing.ts'
import { type Engines, OWN_MACHINE } from './remediate/engines.ts'
import { createObserve } from './remediate/observe.ts'
import { createReadings } from './remembering.ts'
import { recall, takeReport } from './reporting.ts'
import type { Scene } from './scene.ts'
import { createServing } from './serving.ts'
import { createSettings } from './settings.ts'
import { placeOf } from './store/postgres-failure.ts'
import { askTrend, type TrendQuestion } from './trending.ts'
import { undo } from './undoing.ts'

/** A question about yesterday, asked a little earlier in the day than its report was made, finds that. */
const YESTERDAY = seconds(20 * 3600)

/** The zone of the people who read: that of the digest, or the machine's own. */
const timezoneOf = ({ slack }: Config): string =>
  slack.digest?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
/** A week and the same weekday of the one before. */
const KEY_DAYS = 8

/** After this much silence another perfbot may go on with what one has begun. */
const LEASE = seconds(15)

/** What fixes act on, by the names that config gives; a finding names Ollama by its address. */
function enginesOf(config: Config, dockers: ReadonlyMap<string, ConnectedEngine>): Engines {
  return {
    dockerNames: () => [...dockers.keys()],
    docker: (name) => dockers.get(name)?.client() ?? null,
    postgres: (name) => config.postgres.find((database) => database.name === name)?.url ?? null,
    redis: (name) => config.redis.find((cache) => cache.name === name) ?? null,
    ollama: (name) => config.ollama.urls.find((url) => name === 'ollama' || name === url) ?? null,
    machine: OWN_MACHINE,
  }
}

/** Slack delivers again for an hour; what a day has passed since comes no more. */
const DAY = 86_400

/** Wires the stages together. Nothing that is missing or broken around perfbot makes this fail. */
export async function createPerfbot(config: Config, logger: Logger, scene?: Scene): Promise<Perfbot> {
  const foundations = await layFoundations(config, logger)
  const { store, catalogue, prompts, problems } = foundations

  const dockers = new Map(config.docker.map((source) => [source.name, connectEngine(source)]))
  const logWatching = createLogWatching()
  const own = createCollection({
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
    ollama: config.ollama.urls.map((url) => ({ url, configured: config.ollama.configured })),
    nvidiaSmi: config.nvidiaSmi,
  })
  const collection = scene?.collection(own, logWatching.sinkOf) ?? own

  const readings = createReadings(config.host, collection, store)
  const { snapshot } = readings

  const writer = {
    ...createServing(config.ollama, collection.gpus, logger),
    deadlineSeconds: config.ollama.deadline,
  }

  async function writeNarrative(
    report: Report,
    verified?: (narrative: Narrative) => void,
  ): Promise<Narrative> {
    const computed = (reason: string): Narrative => ({
      writer: 'computed',
      text: computedSummary(report),
      reason,
    })
    if (!prompts) return computed('The prompts could not be read.')
    return narrate(report, { ...writer, prompt: prompts.summary }, undefined, verified)
  }

  const clock = () => new Date()
  const newId = () => randomUUID().slice(0, 13)
  /** What questions about the past stand on. */
  const past = () => ({ store, host: config.host, now: timestamp(clock()) })
  const load = createLoad(loadTargets(config), { store, host: config.host })
  const ownEngines = { ...enginesOf(config, dockers), load }
  const engines = scene?.engines(ownEngines) ?? ownEngines
  const settings = createSettings({ store, config, clock })
  await settings
    .read()
    .catch((error: unknown) => logger.error({ err: error }, 'what people set could not be read'))
  const observing = { host: config.host, snapshot, engines, clock }
  const reporting = {
    host: config.host,
    snapshot,
    logsOf: logWatching.summaries,
    remember: readings.remember,
    deployments: (since: Timestamp) => deploymentsSince(since, past()),
    keyDays: () => keyDays(KEY_DAYS, { ...past(), timezone: timezoneOf(config) }),
    store,
    get thresholds() {
      return settings.thresholds()
    },
    exceptions: config.exceptions,
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
  const drawing = { store, host: config.host, timezone: timezoneOf(config), clock }
  const trend = (question: TrendQuestion) => askTrend(question, past())

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
    collect: readings.collect,
    async watch() {
      await settings.read()
      return watch({
        host: config.host,
        collect: readings.collect,
        logsOf: logWatching.summaries,
        recall: (taken) => recall(store, taken),
        store,
        thresholds: settings.thresholds(),
        exceptions: config.exceptions,
        policy: config.slack.alerts,
      })
    },
    saveAlert: (alert) => store.saveAlert(alert),
    silence: (request) => silence(request, past()),
    endSilence: (finding, by) => endSilence(finding, by, past()),
    silences: () => store.silences(config.host, timestamp(clock())),
    openAlerts: async () =>
      (await store.alerts(config.host, timestamp(clock()))).filter(({ state }) => state === 'firing'),
    dueDigests: async () => dueDigests(await store.digestSubscriptions(config.host), clock()),
    claimDigest: ({ subscription, due }) => store.claimDigest(subscription, due),
    digestExtras: (digest) => digestExtras(digest, past()),
    keepRegressions: () => keepRegressions(past()),
    keyTrends: () => keyTrends(drawing),
    subscribeConfigured: (channels) => subscribeConfigured(channels, config.slack.digest, past()),
    digestSubscriptions: () => store.digestSubscriptions(config.host),
    digestSubscription: async (channel) =>
      (await store.digestSubscriptions(config.host)).find((each) => each.channel === channel) ?? null,
    subscribe: (wish) => subscribe(wish, past()),
    settableThresholds: async () => settings.settable(),
    setThreshold: ({ name, value, by }) => settings.set(name, value, by),
    findingsSeen: () => store.findingsSeen(config.host),
    takeEvent: (key) => store.takeEvent(key, timestamp(clock())),
    feedback: () => store.feedback(),
    saveFeedback: (feedback) =>
      store.saveFeedback({ ...feedback, host: config.host, at: timestamp(clock()) }),
    newestSnapshot: readings.newest,
    examine: () =>
      examine({
        snapshot,
        problems,
        storedIn: config.database ? placeOf(config.database) : config.dataDirectory,
        models: () => examineModels(writer),
        commandCount: foundations.commands?.size ?? null,
        proposals: (taken) =>
          proposalsOf(
            taken,
            config.postgres.map(({ name }) => name),
          ),
      }),
    async storeProblem() {
      if (foundations.storeProblem) return foundations.storeProblem
      await store.audit(1)
      return null
    },
    trend,
    loadTests: () => loadTests(loadTargets(config), load),
    proposeLoadTest: (request) => propose(loadTestProposal(request, load), config.host, approving),
    lookBack: (asked) => lookBack(asked, past()),
    compare: (question) => askComparison(question, past()),
    async compareSinceStart(container) {
      return askSinceStart(container, readings.newest() ?? (await readings.collect()), past())
    },
    chart: (trends) => drawTrends(trends, drawing),
    reportCharts: () => drawReportCharts(drawing),
    async ask(question, before = null, person = null) {
      const look = async () => {
        const report = await takeReport(
          { inPassing: true, comparedWith: timestamp(new Date(clock().getTime() - YESTERDAY * 1000)) },
          reporting,
        )
        return { snapshot: readings.newest() ?? (await snapshot()), report }
      }
      const ports = {
        store,
        host: config.host,
        look,
        now: () => timestamp(clock()),
        catalogue: approving.catalogue,
        postgresUrl: engines.postgres,
        plan: person && proposingFor(person, config.host, approving),
        keep: (plan: FixPlan) => keepProposal(plan, approving),
      }
      const asked = prompts ? { ...writer, prompt: prompts.answer } : null
      return askQuestion(question, ports, { before, writer: asked })
    },
    latestReport: () => store.latestReport(config.host),
    latestReports: () => store.latestReports(),
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
      const report = await takeReport({ withoutModel: true }, reporting)
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
      await store.forgetEvents(ago(DAY))
      await store.pruneEvents(ago(history.hours))
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
      await readings.close()
      await foundations.close()
    },
  }
}
