import { setTimeout as sleep } from 'node:timers/promises'
import { createCollection } from '../../src/collect/collection.ts'
import { OWN_SYSTEM } from '../../src/collect/system-paths.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { incidentsOf } from '../../src/diagnose/incidents.ts'
import { Thresholds } from '../../src/diagnose/thresholds.ts'
import { createLogWatching } from '../../src/log-watching.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Incident } from '../../src/model/incident.ts'
import type { LogSummary } from '../../src/model/log-summary.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { earlierBy, seconds } from '../../src/model/units.ts'
import { type Judged, judge } from './judge.ts'
import type { Broken, Scenario } from './scenario.ts'
import { readApart } from './stage/read-apart.ts'
import { createStage, type Engines } from './stage.ts'

export type Ran = Judged & {
  readonly scenario: Scenario
  readonly findings: readonly Finding[]
  readonly incidents: readonly Incident[]
  readonly gaps: Snapshot['gaps']
  /** From the readings to the findings and incidents. */
  readonly diagnosisSeconds: number
  readonly wholeSeconds: number
}

/** Rates are measured over so long, and so much lies between two readings. */
const WINDOW = seconds(0.3)

/** Breaks the system, reads it as perfbot does, diagnoses what was read, mends it again and judges. */
export async function runScenario(scenario: Scenario, engines: Engines): Promise<Ran> {
  const begun = performance.now()
  const stage = createStage(engines)
  try {
    const ambient = new Set(scenario.machine ? await ambientRules() : [])
    const broken = await scenario.broken(stage)
    return {
      ...(await examine(scenario, broken, ambient, engines)),
      wholeSeconds: (performance.now() - begun) / 1000,
    }
  } finally {
    await stage.mend()
  }
}

type Read = { readonly taken: readonly Snapshot[]; readonly logs: ReadonlyMap<string, LogSummary> }

/** As perfbot collects: every source at once, the logs followed from one reading to the next. */
async function readHere(readings: number, { between, ...sources }: Broken): Promise<Read> {
  const logWatching = createLogWatching()
  const collection = createCollection({
    host: 'web-1',
    windowSeconds: WINDOW,
    deadlineSeconds: seconds(20),
    paths: sources.paths ?? OWN_SYSTEM,
    docker: sources.docker ?? [],
    logSinkOf: logWatching.sinkOf,
    postgres: sources.postgres ?? [],
    redis: sources.redis ?? [],
    services: sources.services ?? [],
    ollama: sources.ollama ?? [],
    inferenceProbe: null,
    nvidiaSmi: sources.nvidiaSmi ?? { command: '/nonexistent/nvidia-smi', configured: false },
  })
  try {
    const taken: Snapshot[] = []
    for (let reading = 0; reading < readings; reading += 1) {
      if (reading > 0) await Promise.all([sleep(WINDOW * 1000), between?.()])
      taken.push(await collection.snapshot())
    }
    return { taken, logs: logWatching.summaries(taken.at(-1) as Snapshot) }
  } finally {
    await collection.close()
  }
}

/** Containers that others made on the same engine are not part of the system. */
async function ownOf({ taken, logs }: Read, broken: Broken, engines: Engines): Promise<Read> {
  if (!broken.docker) return { taken, logs }
  const prefix = (await engines.containers()).name('')
  return {
    logs,
    taken: taken.map((snapshot) => ({
      ...snapshot,
      containers: snapshot.containers.filter(({ name }) => name.startsWith(prefix)),
    })),
  }
}

/** The readings are real; how long ago the earlier ones were is told. */
const toldApart = (taken: readonly Snapshot[], { takenAt }: Snapshot, apart: number): Snapshot[] =>
  taken.slice(0, -1).map((past, index) => ({
    ...past,
    takenAt: earlierBy(takenAt, seconds((taken.length - 1 - index) * apart)),
  }))

/** What is found on this machine while nothing of ours is broken. */
async function ambientRules(): Promise<string[]> {
  const { taken, logs } = await readHere(1, {})
  const snapshot = taken[0] as Snapshot
  const history = { recent: [], unusual: [], trends: [] }
  return diagnose({ snapshot, history, logs, thresholds: Thresholds.parse({}) }).findings.map(
    ({ rule }) => rule,
  )
}

async function examine(
  scenario: Scenario,
  broken: Broken,
  ambient: ReadonlySet<string>,
  engines: Engines,
): Promise<Omit<Ran, 'wholeSeconds'>> {
  const { taken, logs } = broken.apart
    ? { taken: await readApart(broken.apart, scenario.readings), logs: new Map<string, LogSummary>() }
    : await ownOf(await readHere(scenario.readings, broken), broken, engines)
  const snapshot = taken.at(-1) as Snapshot
  const begun = performance.now()
  const { findings } = diagnose({
    snapshot,
    history: { recent: toldApart(taken, snapshot, scenario.apart), unusual: [], trends: [] },
    logs,
    thresholds: { ...Thresholds.parse({}), ...scenario.thresholds },
  })
  const incidents = incidentsOf(findings, snapshot, logs)
  const diagnosisSeconds = (performance.now() - begun) / 1000
  const judged = judge(scenario, findings, incidents, ambient)
  return { ...judged, scenario, findings, incidents, gaps: snapshot.gaps, diagnosisSeconds }
}
