import { type ContainerReading, isMeantToRun, wasStopped } from '../../model/container-reading.ts'
import type { Finding, Fix } from '../../model/finding.ts'
import { counted, formatBytes, formatRatio } from '../../model/format.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { type Bytes, type Seconds, seconds, secondsBetween, type Timestamp } from '../../model/units.ts'
import {
  addPackage,
  manual,
  raiseMemoryLimit,
  restartContainer,
  setCpuLimit,
  stopContainer,
} from '../fixes.ts'
import { growth, heldFor, isTooShort, minutes } from '../history.ts'
import { causeInLog, describeExitCode, lastErrorLine } from '../log-cause.ts'
import { isUnkilledSince, wasOomKilledWithin } from '../oom-kills.ts'
import { type Context, measured, observed, rule } from '../rule.ts'
import { containers } from '../subjects.ts'

/** Null when it was not read. */
const logOf = (container: ContainerReading, { snapshot }: Context): readonly string[] | null =>
  snapshot.logs.find((log) => log.containerId === container.id)?.lines ?? null

const sameContainer = (container: ContainerReading) => (past: Snapshot) =>
  past.containers.find((before) => before.id === container.id)

/**
 * Restarts within the recent history, or since it was made while that is short: a loop that waits a minute before
 * each start does not grow its count between two reports.
 */
function recentRestarts(container: ContainerReading, context: Context): number {
  const window = minutes(10)
  const grown = growth(context, window, (past) => sameContainer(container)(past)?.restartCount)
  return grown === null || isTooShort(grown.over, window) ? container.restartCount : grown.by
}

/** As it is for longer than this, a container that restarted before is no longer in its loop. */
const SETTLED = minutes(10)

const since = (time: Timestamp | null, { snapshot }: Context): Seconds =>
  time === null ? seconds(0) : secondsBetween(time, snapshot.takenAt)

const isSettled = ({ state, startedAt, finishedAt }: ContainerReading, context: Context): boolean =>
  since(state === 'running' ? startedAt : finishedAt, context) >= SETTLED

/** It did its work, or somebody stopped it: also one that was in a loop is no longer. */
const isAtRest = (container: ContainerReading): boolean =>
  container.state === 'exited' && (container.exitCode === 0 || wasStopped(container))

export const loops = (container: ContainerReading, context: Context): boolean =>
  container.state === 'restarting' ||
  (recentRestarts(container, context) >= context.thresholds.restarts &&
    !isSettled(container, context) &&
    !isAtRest(container))

const failed = (container: ContainerReading): boolean =>
  container.state === 'exited' || container.state === 'dead' || container.state === 'restarting'

const howItEnded = ({ exitCode }: ContainerReading): string =>
  exitCode === null
    ? 'How its last run ended is not known: it runs at this moment, and the engine forgets the exit code at each start.'
    : `Its last run ended with exit code ${exitCode}: ${describeExitCode(exitCode)}.`

function whatItLogged(log: readonly string[] | null): string {
  if (log === null) return 'Its log was not read.'
  return lastErrorLine(log) === null
    ? 'Its log is empty.'
    : 'Its log names no cause that is known here; its last word is below.'
}

/** What the remedy adds to a requirements file; a Node module is added otherwise. */
const pythonPackageIn = (change: string): string | null =>
  /^requirements\.txt: (\S+)/.exec(change)?.[1] ?? null

/** The part of a diagnosis that the log and the exit code tell, for a container that stops by itself. */
function whyItStopped(
  container: ContainerReading,
  context: Context,
): Pick<Finding, 'rootCause' | 'evidence'> & { fixes: Fix[]; short: string | null } {
  const figure = measured(context)
  const fact = observed(context)
  const log = logOf(container, context)
  const cause = causeInLog(log ?? [])
  const line = cause?.line ?? lastErrorLine(log ?? [])
  const missing = cause?.kind === 'missing-module' ? pythonPackageIn(cause.remedy.change) : null
  const ending = container.exitCode === null ? null : describeExitCode(container.exitCode)
  const exit =
    container.exitCode === null
      ? []
      : [figure('exit code', container.exitCode, 'count', 'docker inspect State.ExitCode')]
  return {
    short: cause?.explanation.replace(/\.$/, '') ?? ending,
    rootCause: cause?.explanation ?? `${howItEnded(container)} ${whatItLogged(log)}`,
    evidence: [...exit, ...(line ? [fact('log', line.slice(0, 500), `docker logs ${container.name}`)] : [])],
    fixes: [
      ...(missing === null ? [] : [addPackage(container, missing)]),
      cause
        ? manual(cause.remedy.title, cause.remedy.change)
        : manual('Read the log', `docker logs --tail 100 ${container.name}`),
    ],
  }
}

export const crashLoop = rule({
  id: 'crash-loop',
  about: 'container',
  looksAt: 'restarts in the last ten minutes',
  subjects: containers,
  check(container, context) {
    if (!loops(container, context)) return 'passed'
    // A container killed for its memory is the business of oom-killed, which knows the remedy.
    if (isDownOrBackFromOomKill(container, context)) return 'passed'
    const { short, rootCause, evidence, fixes } = whyItStopped(container, context)
    return {
      severity: 'critical',
      title: `${container.name} restarts again and again${short === null ? '' : `: ${short}`}`,
      impact: `What ${container.name} serves is down, and so is all that depends on it.`,
      rootCause,
      symptoms: [
        `state ${container.state}`,
        `${counted(container.restartCount, 'restart')} since it was made`,
      ],
      evidence: [
        measured(context)('restarts', container.restartCount, 'count', 'docker inspect RestartCount'),
        ...evidence,
      ],
      fixes: [...fixes, stopContainer(container)],
    }
  },
})

export const exitedWithError = rule({
  id: 'exited-error',
  about: 'container',
  looksAt: 'exit code of a container that does not run',
  subjects: containers,
  check(container, context) {
    const { state, exitCode } = container
    if ((state !== 'exited' && state !== 'dead') || exitCode === null || exitCode === 0) return 'passed'
    if (wasStopped(container) || container.oomKilled || loops(container, context)) return 'passed'
    const { short, rootCause, evidence, fixes } = whyItStopped(container, context)
    const meantToRun = isMeantToRun(container)
    return {
      severity: meantToRun ? 'high' : 'low',
      title: `${container.name} has stopped${short === null ? '' : `: ${short}`}`,
      impact: meantToRun
        ? `${container.name} is down and will not start by itself.`
        : `${container.name} did not finish its work.`,
      rootCause,
      evidence,
      fixes: [...fixes, restartContainer(container)],
    }
  },
})

/** How long a kill is worth a word once the container runs again. */
const OOM_KILL_RECENT = minutes(30)

const isDownOrBackFromOomKill = (container: ContainerReading, { snapshot }: Context): boolean =>
  container.oomKilled && (failed(container) || wasOomKilledWithin(container, snapshot, OOM_KILL_RECENT))

const killsOfLate = (container: ContainerReading, context: Context) =>
  growth(context, OOM_KILL_RECENT, (past) => sameContainer(container)(past)?.usage?.oomKills)

/** The whole of it, or one of its processes while it runs on. */
export const isOomKilled = (container: ContainerReading, context: Context): boolean =>
  (killsOfLate(container, context)?.by ?? 0) > 0 || isDownOrBackFromOomKill(container, context)

/** A limit that was raised since the kill, or that its use stays far below, needs no raising, or each report would. */
function needsHigherLimit(container: ContainerReading, limit: Bytes, context: Context): boolean {
  const before = context.history.recent.flatMap((past) => sameContainer(container)(past) ?? [])
  const raisedSince = before.some(
    (past) => past.limits.memoryBytes && past.limits.memoryBytes < limit && isUnkilledSince(past, container),
  )
  if (raisedSince) return false
  if (!container.usage || failed(container) || loops(container, context)) return true
  const used = [...before, container].map((reading) => reading.usage?.memoryWorkingSetBytes ?? 0)
  return Math.max(...used) > limit * context.thresholds.containerMemoryAmple
}

export const oomKilled = rule({
  id: 'oom-killed',
  about: 'container',
  looksAt: 'OOM kills',
  subjects: containers,
  check(container, context) {
    if (!isOomKilled(container, context)) return 'passed'
    const kills = killsOfLate(container, context)
    const limit = container.limits.memoryBytes
    const figure = measured(context)
    return {
      severity: failed(container) ? 'critical' : 'high',
      title: `${container.name} was killed for want of memory`,
      impact: `${container.name} was cut off in the middle of its work${failed(container) ? ' and is down' : ''}.`,
      rootCause: limit
        ? `It needs more than its limit of ${formatBytes(limit)}: the limit is too small, or the program leaks.`
        : 'It has no limit of its own: the machine ran out of memory.',
      symptoms: [counted(container.restartCount, 'restart')],
      evidence: [
        observed(context)('OOMKilled', String(container.oomKilled), 'docker inspect State.OOMKilled'),
        ...(kills && kills.by > 0 ? [figure('OOM kills', kills.by, 'count', 'oom_kill of its cgroup')] : []),
        ...(limit ? [figure('memory limit', limit, 'bytes', 'docker inspect HostConfig.Memory')] : []),
        ...(container.exitCode === null
          ? []
          : [figure('exit code', container.exitCode, 'count', 'docker inspect State.ExitCode')]),
      ],
      fixes: [remedyForOomKill(container, context)],
    }
  },
})

function remedyForOomKill(container: ContainerReading, context: Context): Fix {
  const { name, limits } = container
  if (!limits.memoryBytes) {
    return manual(
      'Give it a limit, so that it cannot take the machine down',
      `docker update --memory <size> ${name}`,
    )
  }
  return needsHigherLimit(container, limits.memoryBytes, context)
    ? raiseMemoryLimit(container, limits.memoryBytes, context.thresholds.memoryHeadroom)
    : manual(
        'See whether it comes near its present limit before raising that',
        `docker stats --no-stream ${name}`,
      )
}

export const memoryNearLimit = rule({
  id: 'memory-near-limit',
  about: 'container',
  looksAt: 'working set against the memory limit',
  subjects: (context) =>
    containers(context).filter(({ value }) => value.limits.memoryBytes !== null && value.state === 'running'),
  check(container, context) {
    const limit = container.limits.memoryBytes
    if (!container.usage || !limit) return { couldNotLook: 'its use could not be read' }
    const share = container.usage.memoryWorkingSetBytes / limit
    const near = context.thresholds.containerMemory
    if (share <= near) return 'passed'
    const held = heldFor(context, minutes(10), (past) => {
      const usage = sameContainer(container)(past)?.usage
      return usage ? usage.memoryWorkingSetBytes / limit > near : null
    })
    if (held === false) return 'passed'
    const figure = measured(context)
    const workingSet = container.usage.memoryWorkingSetBytes
    return {
      severity: 'high',
      title: `${container.name} uses ${formatRatio(share)} of its memory limit`,
      impact: 'At the limit the kernel kills it in the middle of its work.',
      rootCause: `Its working set is ${formatBytes(workingSet)}, its limit ${formatBytes(limit)}. ${
        held
          ? 'It was so in every reading of the last ten minutes.'
          : 'There are too few readings of it yet to say whether that lasts.'
      }`,
      evidence: [
        figure('working set', workingSet, 'bytes', 'docker stats: usage − inactive_file'),
        figure('memory limit', limit, 'bytes', 'docker inspect HostConfig.Memory'),
        figure('working set / limit', share, 'ratio', 'computed from the two'),
      ],
      fixes: [
        raiseMemoryLimit(container, workingSet, context.thresholds.memoryHeadroom),
        manual(
          'Keep the new limit over the next deployment',
          `compose file, service ${container.compose?.service ?? container.name}: mem_limit`,
        ),
      ],
    }
  },
})

export const cpuThrottled = rule({
  id: 'cpu-throttled',
  about: 'container',
  looksAt: 'throttled CPU periods',
  subjects: (context) =>
    containers(context).filter(({ value }) => value.limits.cpuCores !== null && value.state === 'running'),
  check(container, context) {
    const throttled = container.usage?.throttledRatio
    const quota = container.limits.cpuCores
    if (!container.usage || quota === null) return { couldNotLook: 'its use could not be read' }
    // No period within the window: it did nothing, so nothing held it back.
    if (throttled === null || throttled === undefined || throttled <= context.thresholds.throttled)
      return 'passed'
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${container.name} is held back in ${formatRatio(throttled)} of its CPU periods`,
      impact: 'Its answers wait for the next period, also when it uses little on average.',
      rootCause: `Its quota is ${quota} CPUs, and its work comes in bursts above that.`,
      evidence: [
        figure('throttled periods', throttled, 'ratio', 'docker stats: throttling_data'),
        figure('CPU used', container.usage.cpuCores, 'cores', 'docker stats: cpu_usage'),
        figure('CPU quota', quota, 'cores', 'docker inspect HostConfig.NanoCpus'),
      ],
      fixes: [setCpuLimit(container, Math.ceil(quota * 2 * 10) / 10)],
    }
  },
})

export const unhealthy = rule({
  id: 'unhealthy',
  about: 'container',
  looksAt: 'healthcheck',
  subjects: (context) =>
    containers(context).filter(({ value }) => value.health !== null && value.state === 'running'),
  check(container, context) {
    if (container.health?.status !== 'unhealthy') return 'passed'
    const { health } = container
    // 126 and 127 come from the shell that should have run the check: the service may be well.
    const checkIsBroken =
      health.lastExitCode === 126 ||
      health.lastExitCode === 127 ||
      /executable file not found|: not found/.test(health.lastOutput)
    const cause = causeInLog(logOf(container, context) ?? [])
    const output = health.lastOutput.trim()
    return {
      severity: checkIsBroken ? 'medium' : 'high',
      title: checkIsBroken
        ? `The healthcheck of ${container.name} cannot run`
        : `${container.name} fails its healthcheck`,
      impact: checkIsBroken
        ? `Whether ${container.name} is well is not known, and what waits for it to be healthy never starts.`
        : `${container.name} runs but does not do its work.`,
      rootCause: checkIsBroken
        ? 'The command of the healthcheck is not in the image.'
        : (cause?.explanation ?? 'The probe fails; its last output is below.'),
      symptoms: [`${counted(health.failingStreak, 'failed probe')} in a row`],
      evidence: [
        measured(context)(
          'failed probes in a row',
          health.failingStreak,
          'count',
          'docker inspect State.Health.FailingStreak',
        ),
        ...(output
          ? [observed(context)('last output', output.slice(0, 500), 'docker inspect State.Health.Log')]
          : []),
        ...(cause && !checkIsBroken
          ? [observed(context)('log', cause.line.slice(0, 500), `docker logs ${container.name}`)]
          : []),
      ],
      fixes: checkIsBroken
        ? [
            manual(
              'Use a command that the image has',
              `docker inspect --format '{{json .Config.Healthcheck}}' ${container.name}`,
            ),
          ]
        : [...(cause ? [manual(cause.remedy.title, cause.remedy.change)] : []), restartContainer(container)],
    }
  },
})
