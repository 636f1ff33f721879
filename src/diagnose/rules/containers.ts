import type { ContainerReading } from '../../model/container-reading.ts'
import type { Finding, Fix } from '../../model/finding.ts'
import { counted, formatBytes, formatRatio } from '../../model/format.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { manual, raiseMemoryLimit, restartContainer } from '../fixes.ts'
import { growth, heldFor, minutes } from '../history.ts'
import { causeInLog, describeExitCode, lastErrorLine } from '../log-cause.ts'
import { type Context, measured, observed, rule } from '../rule.ts'
import { containers } from '../subjects.ts'

const logOf = (container: ContainerReading, { snapshot }: Context): readonly string[] =>
  snapshot.logs.find((log) => log.containerId === container.id)?.lines ?? []

const sameContainer = (container: ContainerReading) => (past: Snapshot) =>
  past.containers.find((before) => before.id === container.id)

/** Restarts within the recent history, or since it was made when this is the first reading. */
function recentRestarts(container: ContainerReading, context: Context): number {
  const grown = growth(context, minutes(10), (past) => sameContainer(container)(past)?.restartCount)
  return grown?.by ?? container.restartCount
}

/** Running for longer than this, a container that restarted before is no longer in its loop. */
const SETTLED = minutes(10)

const runningFor = (container: ContainerReading, { snapshot }: Context): number =>
  container.startedAt === null ? 0 : (Date.parse(snapshot.takenAt) - Date.parse(container.startedAt)) / 1000

const loops = (container: ContainerReading, context: Context): boolean =>
  container.state === 'restarting' ||
  (recentRestarts(container, context) >= context.thresholds.restarts &&
    (container.state !== 'running' || runningFor(container, context) < SETTLED))

const failed = (container: ContainerReading): boolean =>
  container.state === 'exited' || container.state === 'dead' || container.state === 'restarting'

/** The part of a diagnosis that the log and the exit code tell, for a container that stops by itself. */
function whyItStopped(
  container: ContainerReading,
  context: Context,
): Pick<Finding, 'rootCause' | 'evidence'> & { fixes: Fix[]; short: string } {
  const figure = measured(context)
  const fact = observed(context)
  const log = logOf(container, context)
  const cause = causeInLog(log)
  const line = cause?.line ?? lastErrorLine(log)
  const ending = container.exitCode === null ? 'its end is not known' : describeExitCode(container.exitCode)
  const exit =
    container.exitCode === null
      ? []
      : [figure('exit code', container.exitCode, 'count', 'docker inspect State.ExitCode')]
  return {
    short: cause?.explanation.replace(/\.$/, '') ?? ending,
    rootCause:
      cause?.explanation ??
      (line
        ? `Its log names no known cause; it ${ending}. The last error line is below.`
        : `It ${ending}, and its log is empty.`),
    evidence: [...exit, ...(line ? [fact('log', line.slice(0, 500), `docker logs ${container.name}`)] : [])],
    fixes: [
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
    if (container.oomKilled) return 'passed'
    const { short, rootCause, evidence, fixes } = whyItStopped(container, context)
    return {
      severity: 'critical',
      title: `${container.name} restarts again and again: ${short}`,
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
      fixes,
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
    // SIGTERM and SIGKILL without OOM are how `docker stop` ends a container: somebody wanted it.
    const stopped = exitCode === 143 || (exitCode === 137 && !container.oomKilled)
    if (stopped || container.oomKilled || loops(container, context)) return 'passed'
    const { short, rootCause, evidence, fixes } = whyItStopped(container, context)
    const meantToRun = container.restartPolicy.name !== 'no' || container.compose !== null
    return {
      severity: meantToRun ? 'high' : 'low',
      title: `${container.name} has stopped: ${short}`,
      impact: meantToRun
        ? `${container.name} is down and will not start by itself.`
        : `${container.name} did not finish its work.`,
      rootCause,
      evidence,
      fixes: [...fixes, restartContainer(container)],
    }
  },
})

export const oomKilled = rule({
  id: 'oom-killed',
  about: 'container',
  looksAt: 'OOM kills',
  subjects: containers,
  check(container, context) {
    const grown = growth(context, minutes(30), (past) => sameContainer(container)(past)?.usage?.oomKills)
    const childKilled = grown !== null && grown.by > 0
    // OOMKilled stays true until the next start, so a container that runs again is judged by its counter.
    if (
      !(container.oomKilled && failed(container)) &&
      !childKilled &&
      !(container.oomKilled && container.restartCount > 0)
    ) {
      return 'passed'
    }
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
        ...(limit ? [figure('memory limit', limit, 'bytes', 'docker inspect HostConfig.Memory')] : []),
        ...(container.exitCode === null
          ? []
          : [figure('exit code', container.exitCode, 'count', 'docker inspect State.ExitCode')]),
      ],
      fixes: limit
        ? [raiseMemoryLimit(container, limit, context.thresholds.memoryHeadroom)]
        : [
            manual(
              'Give it a limit, so that it cannot take the machine down',
              `docker update --memory <size> ${container.name}`,
            ),
          ],
    }
  },
})

export const memoryNearLimit = rule({
  id: 'memory-near-limit',
  about: 'container',
  looksAt: 'working set against the memory limit',
  subjects: (context) =>
    containers(context).filter(({ value }) => value.limits.memoryBytes !== null && value.state === 'running'),
  check(container, context) {
    const limit = container.limits.memoryBytes
    if (!container.usage || !limit) return { couldNotLook: 'its use could not be read' }
    const used = (past: ContainerReading | undefined) =>
      past?.usage ? past.usage.memoryWorkingSetBytes / limit : 0
    const share = used(container)
    const near = context.thresholds.containerMemory
    if (share <= near) return 'passed'
    const held = heldFor(context, minutes(10), (past) => used(sameContainer(container)(past)) > near)
    if (held === false) return 'passed'
    const figure = measured(context)
    const workingSet = container.usage.memoryWorkingSetBytes
    return {
      severity: 'high',
      title: `${container.name} uses ${formatRatio(share)} of its memory limit`,
      impact: 'At the limit the kernel kills it in the middle of its work.',
      rootCause: `Its working set is ${formatBytes(workingSet)}, its limit ${formatBytes(limit)}. ${
        held ? 'It has been so for ten minutes.' : 'This is one reading: whether it grows is not known yet.'
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
      fixes: [
        manual('Raise the quota', `docker update --cpus ${Math.ceil(quota * 2 * 10) / 10} ${container.name}`),
      ],
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
    const cause = causeInLog(logOf(container, context))
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
