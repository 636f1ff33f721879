import type { ContainerReading } from '../model/container-reading.ts'
import { type Finding, findingId } from '../model/finding.ts'
import type { LogErrorClass, LogSummary } from '../model/log-summary.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Timestamp } from '../model/units.ts'
import { causesInServers } from './database-causes.ts'
import { type Dependency, dependenciesOf } from './dependencies.ts'
import type { Explanation, Known } from './explanation.ts'
import { causeInLog } from './log-cause.ts'
import { FROM_ELSEWHERE, type LogTrouble, troublesIn } from './log-trouble.ts'
import { causesOnMachine } from './machine-causes.ts'
import { containerThing, homeOf } from './whereabouts.ts'

const STRENGTH = { named: 10, probed: 9, itself: 8, set: 6, chained: 4, presumed: 3 } as const

/** Two containers of one name are told apart by the engine, which is then part of the finding's id. */
function containerOfFinding({ id, rule, target }: Finding, snapshot: Snapshot): ContainerReading | null {
  if (target.kind !== 'container') return null
  const named = snapshot.containers.filter(({ name }) => name === target.name)
  return named.find(({ engine }) => findingId(rule, target, engine) === id) ?? named[0] ?? null
}

/** What is known of the target of each finding; a log is read once, however many findings its container has. */
export function knownOf(
  findings: readonly Finding[],
  snapshot: Snapshot,
  logs: ReadonlyMap<string, LogSummary>,
): Known[] {
  const inLogs = new Map<string, Pick<Known, 'troubles' | 'ownCause'>>()
  const inLogOf = ({ id }: ContainerReading): Pick<Known, 'troubles' | 'ownCause'> => {
    const read = inLogs.get(id)
    if (read) return read
    const summary = logs.get(id)
    const tail = snapshot.logs.find(({ containerId }) => containerId === id)
    const told = {
      troubles: summary ? troublesIn(summary, snapshot.takenAt) : [],
      ownCause: causeInLog(tail?.lines ?? [])?.kind ?? null,
    }
    inLogs.set(id, told)
    return told
  }
  return findings.map((finding) => {
    const container = containerOfFinding(finding, snapshot)
    return {
      finding,
      thing: container ? containerThing(container) : `${finding.target.kind} ${finding.target.name}`,
      container,
      ...(container ? inLogOf(container) : { troubles: [], ownCause: null }),
    }
  })
}

/** Who has one does not serve. */
const DOWN: ReadonlySet<string> = new Set([
  'crash-loop',
  'exited-error',
  'start-failed',
  'oom-killed',
  'unhealthy',
  'container-paused',
])
const SERVICE_DOWN: ReadonlySet<string> = new Set(['service-down', 'service-wrong-answer'])

/** Findings on servers that run and yet turn their clients away, and what those then log. */
const TURNS_AWAY: Readonly<Record<string, ReadonlySet<LogErrorClass>>> = {
  'pg-connections': new Set<LogErrorClass>(['too-many-connections', 'pool-exhausted', 'timeout']),
  'redis-connections': new Set<LogErrorClass>(['too-many-connections', 'connection-reset']),
  'redis-memory': new Set<LogErrorClass>(['write-refused', 'out-of-memory']),
  'redis-save-failed': new Set<LogErrorClass>(['write-refused']),
  'service-certificate': new Set<LogErrorClass>(['certificate-expired', 'tls-failed']),
  'service-down': FROM_ELSEWHERE,
  'service-wrong-answer': FROM_ELSEWHERE,
  'model-off-gpu': new Set<LogErrorClass>(['timeout']),
}

const turnsAway = ({ rule }: Finding): ReadonlySet<LogErrorClass> | null =>
  DOWN.has(rule) ? FROM_ELSEWHERE : (TURNS_AWAY[rule] ?? null)

/** What the end of a log may name without being its own fault. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['connection-refused', 'name-not-resolved'])

/** The classes of its log's troubles that name nobody. */
const unnamed = ({ troubles }: Known): LogErrorClass[] =>
  troubles.flatMap(({ headline }) =>
    headline.class !== null && headline.fields.host === undefined ? [headline.class] : [],
  )

const evidenceNames = ({ evidence }: Finding, name: string): boolean =>
  evidence.some(({ label }) => label === `state of ${name}`)

/** Whether what a finding says can come from what another thing does, by what is known of their tie. */
function canComeFrom(symptom: Known, cause: Finding, { by, trouble }: Dependency): boolean {
  const fits = turnsAway(cause)
  if (!fits) return false
  const { rule } = symptom.finding
  if (rule === 'log-errors') {
    return by === 'log'
      ? trouble !== null && fits.has(trouble)
      : unnamed(symptom).some((each) => fits.has(each))
  }
  // Its evidence names the one that does not run.
  if (rule === 'container-dependency-down')
    return DOWN.has(cause.rule) && evidenceNames(symptom.finding, cause.target.name)
  if (!DOWN.has(rule) || rule === 'oom-killed') return false
  if (by === 'log') {
    const isItsOwn = symptom.ownCause !== null && !NOT_ITS_OWN.has(symptom.ownCause)
    return !isItsOwn && trouble !== null && fits.has(trouble)
  }
  return DOWN.has(cause.rule) && symptom.ownCause === null
}

const words = (symptom: Finding, { by, says }: Dependency): string =>
  by === 'log' ? says : `${symptom.title}; ${says}`

/** Along the ties between containers and what they use. */
function alongTies(all: readonly Known[], dependencies: readonly Dependency[]): Explanation[] {
  return dependencies.flatMap((dependency) => {
    const here = all.filter(({ thing }) => thing === dependency.from)
    const there = all.filter(({ thing }) => thing === dependency.to)
    return here.flatMap((symptom) =>
      there.flatMap((cause): Explanation[] => {
        const pair = {
          symptom: symptom.finding,
          cause: cause.finding,
          because: words(symptom.finding, dependency),
        }
        if (canComeFrom(symptom, cause.finding, dependency)) {
          return [{ ...pair, strength: dependency.by === 'log' ? STRENGTH.named : STRENGTH.set }]
        }
        // It runs, and its own log says why it does not answer as it should.
        const isChain =
          dependency.by === 'log' &&
          symptom.finding.rule === 'log-errors' &&
          cause.finding.rule === 'log-errors' &&
          dependency.trouble !== null &&
          FROM_ELSEWHERE.has(dependency.trouble) &&
          cause.troubles.some(({ severity }) => severity !== 'low')
        return isChain ? [{ ...pair, strength: STRENGTH.chained }] : []
      }),
    )
  })
}

const SERVICE_RULES: ReadonlySet<string> = new Set([...SERVICE_DOWN, 'service-errors'])

/** Services that are probed, by the container that answers, or by those that it needs. */
function behindServices(
  all: readonly Known[],
  dependencies: readonly Dependency[],
  snapshot: Snapshot,
): Explanation[] {
  const services = all.filter(({ finding }) => SERVICE_RULES.has(finding.rule))
  return services.flatMap(({ finding: symptom, thing }) => {
    const home = homeOf(thing, snapshot)
    if (!home) return []
    const answered = `${symptom.title}: ${home.name} serves it`
    const own = all.filter(({ container }) => container?.id === home.id)
    const needed = SERVICE_DOWN.has(symptom.rule)
      ? dependencies.filter(({ from, by }) => from === containerThing(home) && by !== 'log')
      : []
    return [
      ...own
        .filter(({ finding }) => DOWN.has(finding.rule))
        .map(({ finding: cause }) => ({ symptom, cause, because: answered, strength: STRENGTH.probed })),
      ...own
        .filter(({ finding, troubles }) => finding.rule === 'log-errors' && isGrave(troubles))
        .map(({ finding: cause }) => ({ symptom, cause, because: answered, strength: STRENGTH.chained })),
      ...needed.flatMap(({ to, says }) =>
        all
          .filter((other) => other.thing === to && DOWN.has(other.finding.rule))
          .map(({ finding: cause }) => ({
            symptom,
            cause,
            because: `${answered}, and ${says}`,
            strength: STRENGTH.presumed,
          })),
      ),
    ]
  })
}

const isGrave = (troubles: readonly LogTrouble[]): boolean =>
  troubles.some(({ headline, severity }) => severity !== 'low' && headline.class !== null)

/** Pairs of rules on one target of which the second is why the first is found. */
const ON_ONE_TARGET: readonly (readonly [symptom: string, cause: string])[] = [
  ['memory-near-limit', 'oom-killed'],
  ['memory-limit-predicted', 'oom-killed'],
  ['memory-limit-predicted', 'memory-near-limit'],
  ['unhealthy', 'crash-loop'],
  ['unhealthy', 'oom-killed'],
  ['pg-connections-predicted', 'pg-connections'],
  ['host-memory-pressure', 'host-memory-low'],
  ['host-swap-thrash', 'host-memory-low'],
]

function onOneTarget(all: readonly Known[]): Explanation[] {
  return all.flatMap((symptom) =>
    all
      .filter((cause) => cause.thing === symptom.thing && cause !== symptom)
      .filter(
        (cause) =>
          ON_ONE_TARGET.some(
            ([first, second]) => first === symptom.finding.rule && second === cause.finding.rule,
          ) ||
          // The check fails, and the log says why.
          (symptom.finding.rule === 'unhealthy' &&
            cause.finding.rule === 'log-errors' &&
            isGrave(cause.troubles)),
      )
      .map((cause) => ({
        symptom: symptom.finding,
        cause: cause.finding,
        because: symptom.finding.title,
        strength: STRENGTH.itself,
      })),
  )
}

/** A server's own log complains of what is found on the server. */
function inServersLogs(all: readonly Known[], snapshot: Snapshot): Explanation[] {
  return all.flatMap(({ finding: cause, thing }) => {
    const fits = turnsAway(cause)
    const home = fits && homeOf(thing, snapshot)
    if (!fits || !home) return []
    return all
      .filter(({ finding, container }) => finding.rule === 'log-errors' && container?.id === home.id)
      .filter((symptom) => unnamed(symptom).some((each) => each !== 'timeout' && fits.has(each)))
      .map(({ finding: symptom }) => ({
        symptom,
        cause,
        because: symptom.title,
        strength: STRENGTH.itself,
      }))
  })
}

/** When the trouble that a finding tells of began, as far as its log says. */
export const beganAt = ({ finding, troubles }: Known): Timestamp | null =>
  finding.rule === 'log-errors' ? (troubles[0]?.headline.since ?? null) : null

/** All that may explain one finding by another. */
export function explanationsOf(
  all: readonly Known[],
  snapshot: Snapshot,
  logs: ReadonlyMap<string, LogSummary>,
): Explanation[] {
  const dependencies = dependenciesOf(snapshot, logs)
  return [
    ...alongTies(all, dependencies),
    ...behindServices(all, dependencies, snapshot),
    ...onOneTarget(all),
    ...inServersLogs(all, snapshot),
    ...causesOnMachine(all, snapshot),
    ...causesInServers(all, dependencies, snapshot),
  ]
}
