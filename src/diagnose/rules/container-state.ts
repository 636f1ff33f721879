import { counted, formatSeconds } from '../../model/format.ts'
import { secondsBetween } from '../../model/units.ts'
import { manual, restartContainer } from '../fixes.ts'
import { minutes, unlessHeld } from '../history.ts'
import { causeInLog } from '../log-cause.ts'
import { measured, observed, rule, type Verdict } from '../rule.ts'
import { containers, runningContainers } from '../subjects.ts'

/** How the engine's own word begins, as it comes last in a log. */
const ENGINE_SAYS = 'docker: '

export const startFailed = rule({
  id: 'start-failed',
  about: 'container',
  looksAt: 'whether the engine could start it',
  subjects: (context) => containers(context).filter(({ value }) => value.state === 'created'),
  check(container, context): Verdict {
    const log = context.snapshot.logs.find(({ containerId }) => containerId === container.id)
    if (!log) return { couldNotLook: 'what the engine says of it was not read' }
    // Nobody has tried, where it says nothing.
    const said = log.lines.findLast((line) => line.startsWith(ENGINE_SAYS))
    if (said === undefined) return 'passed'
    const cause = causeInLog([said])
    return {
      severity: 'high',
      title: `${container.name} could not be started${cause ? `: ${cause.explanation.replace(/\.$/, '')}` : ''}`,
      impact: `What ${container.name} is for is not done, and it will not start by itself.`,
      rootCause: cause?.explanation ?? `The engine says: ${said.slice(ENGINE_SAYS.length)}`,
      evidence: [observed(context)('engine', said.slice(0, 500), 'docker inspect State.Error')],
      fixes: [
        ...(cause ? [manual(cause.remedy.title, cause.remedy.change)] : []),
        manual('Then start it', `docker start ${container.name}`),
      ],
    }
  },
})

export const startingTooLong = rule({
  id: 'container-starting',
  about: 'container',
  looksAt: 'how long it has been starting',
  subjects: (context) => runningContainers(context).filter(({ value }) => value.health !== null),
  check(container, context): Verdict {
    if (container.health?.status !== 'starting') return 'passed'
    if (container.startedAt === null) return { couldNotLook: 'when it started is not known' }
    const since = secondsBetween(container.startedAt, context.snapshot.takenAt)
    if (since <= context.thresholds.startingSeconds) return 'passed'
    const output = container.health.lastOutput.trim()
    return {
      severity: 'medium',
      title: `${container.name} has been starting for ${formatSeconds(since)}`,
      impact: 'What waits for it to be healthy does not start.',
      rootCause: 'Its healthcheck has not succeeded once since it was started, and its start period lasts.',
      evidence: [
        measured(context)('since its start', since, 'seconds', 'docker inspect State.StartedAt'),
        ...(output
          ? [observed(context)('last output', output.slice(0, 500), 'docker inspect State.Health.Log')]
          : []),
      ],
      fixes: [manual('Read what it waits for', `docker logs --tail 50 ${container.name}`)],
    }
  },
})

export const healthFlaky = rule({
  id: 'container-health-flaky',
  about: 'container',
  looksAt: 'probes that failed while it counts as healthy',
  subjects: (context) => runningContainers(context).filter(({ value }) => value.health !== null),
  check({ name, health }, context): Verdict {
    if (health?.status !== 'healthy' || health.probes.length < 5) return 'passed'
    const failed = health.probes.filter(({ exitCode }) => exitCode !== 0)
    if (failed.length < 2) return 'passed'
    return {
      severity: 'low',
      title: `${name} failed ${failed.length} of its last ${counted(health.probes.length, 'health probe')}`,
      impact: 'It is near to being called unhealthy; some of those who call it fail too.',
      rootCause: 'It answers late or not at all now and then; what the probe said is below.',
      evidence: [
        observed(context)(
          'failed probe',
          failed.at(-1)?.output.trim().slice(0, 500) || '(no output)',
          'docker inspect State.Health.Log',
        ),
      ],
      fixes: [
        manual('See how long probes take', `docker inspect --format '{{json .State.Health.Log}}' ${name}`),
      ],
    }
  },
})

export const paused = rule({
  id: 'container-paused',
  about: 'container',
  looksAt: 'whether somebody paused it, for half an hour',
  subjects: containers,
  check(container, context): Verdict {
    if (container.state !== 'paused') return 'passed'
    const verdict = unlessHeld(context, minutes(30), (past) => {
      const before = past.containers.find(({ id }) => id === container.id)
      return before ? before.state === 'paused' : null
    })
    if (verdict) return verdict
    return {
      severity: 'low',
      title: `${container.name} is paused`,
      impact: 'It answers nobody, and its clients wait instead of failing.',
      rootCause: 'Somebody paused it and did not let it go on.',
      evidence: [observed(context)('state', 'paused', 'docker inspect State.Status')],
      fixes: [manual('Let it go on', `docker unpause ${container.name}`), restartContainer(container)],
    }
  },
})
