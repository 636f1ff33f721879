import type { ContainerReading } from '../../model/container-reading.ts'
import { manual, restartContainer } from '../fixes.ts'
import { type Context, observed, rule, type Verdict } from '../rule.ts'
import { containers, partsOf, runningContainers } from '../subjects.ts'

type Target = { readonly variable: string; readonly host: string; readonly from: ContainerReading }

/** What running containers say that they connect to, by names that only Docker could resolve. */
const targets = (context: Context) =>
  partsOf(
    runningContainers(context).filter(({ value }) => value.networkMode !== 'host'),
    (from): Target[] =>
      from.connectionTargets
        .filter(({ host }) => host !== 'localhost' && !/[.:]/.test(host))
        .map(({ name, host }) => ({ variable: name, host, from })),
    ({ host }) => host,
  )

const names = ({ name, compose, networks }: ContainerReading): string[] => [
  name,
  ...(compose ? [compose.service] : []),
  ...networks.flatMap(({ aliases }) => aliases),
]

/** A service of another compose project may have the same name. */
const named = ({ host, from }: Target, { snapshot }: Context): ContainerReading[] =>
  snapshot.containers.filter(
    (other) =>
      other.id !== from.id &&
      other.engine === from.engine &&
      names(other).includes(host) &&
      (other.name === host || other.compose?.project === from.compose?.project),
  )

const networkNames = ({ networks }: ContainerReading): string[] => networks.map(({ name }) => name)

export const dependencyDown = rule({
  id: 'container-dependency-down',
  about: 'container',
  looksAt: 'whether what it connects to runs',
  subjects: targets,
  check(target, context): Verdict {
    const found = named(target, context)
    const [down] = found
    // Several of one name serve together; and one that is to be started again is a matter of crash-loop.
    if (!down || found.some(({ state }) => state !== 'exited' && state !== 'dead' && state !== 'created'))
      return 'passed'
    return {
      severity: 'high',
      title: `${target.from.name} connects to ${target.host}, which does not run`,
      impact: `What ${target.from.name} needs ${target.host} for fails.`,
      rootCause: `${down.name} is ${down.state}${down.exitCode === null ? '' : `, with exit code ${down.exitCode}`}.`,
      evidence: [
        observed(context)(target.variable, target.host, 'docker inspect Config.Env'),
        observed(context)(`state of ${down.name}`, down.state, 'docker inspect State.Status'),
      ],
      fixes: [manual(`Start ${down.name}`, `docker start ${down.name}`)],
    }
  },
})

export const dependencyApart = rule({
  id: 'container-dependency-apart',
  about: 'container',
  looksAt: 'whether it shares a network with what it connects to',
  subjects: targets,
  check(target, context): Verdict {
    const found = named(target, context).filter(({ state }) => state === 'running')
    const own = networkNames(target.from)
    const [other] = found
    if (!other || own.length === 0) return 'passed'
    if (found.some((each) => networkNames(each).some((network) => own.includes(network)))) return 'passed'
    return {
      severity: 'medium',
      title: `${target.from.name} cannot reach ${target.host}: they share no network`,
      impact: 'Its name is not resolved: "could not translate host name", "getaddrinfo ENOTFOUND".',
      rootCause: `${target.from.name} is in ${own.join(', ')}; ${other.name} in ${networkNames(other).join(', ') || 'none'}.`,
      evidence: [
        observed(context)(target.variable, target.host, 'docker inspect Config.Env'),
        observed(context)('networks', own.join(', '), 'docker inspect NetworkSettings.Networks'),
      ],
      fixes: [
        manual(
          'Put both into one',
          `docker network connect ${own[0]} ${other.name}; and in the compose file: networks`,
        ),
      ],
    }
  },
})

export const gpuAskedFor = rule({
  id: 'container-gpu-missing',
  about: 'container',
  looksAt: 'whether the GPU that it asks for is there',
  subjects: (context) =>
    containers(context).filter(
      ({ value }) =>
        value.state === 'running' &&
        value.deviceRequests.some(
          ({ driver, capabilities }) => driver === 'nvidia' || capabilities.includes('gpu'),
        ),
    ),
  check(container, context): Verdict {
    const { gpus, gaps } = context.snapshot
    if (gpus.length > 0) return 'passed'
    const gap = gaps.find(({ source, kind }) => source === 'gpus' && kind === 'failed')
    if (gap) return { couldNotLook: gap.reason }
    // Where none was ever seen, perfbot itself may not be able to.
    if (!context.history.recent.some((past) => past.gpus.length > 0))
      return { couldNotLook: 'no GPU was ever seen from here' }
    return {
      severity: 'high',
      title: `${container.name} asks for a GPU, and there is none any more`,
      impact: 'It works on the CPU, or fails.',
      rootCause: 'The GPU was there and is gone: the driver was unloaded, or it fell off the bus.',
      evidence: [observed(context)('asks for', 'gpu', 'docker inspect HostConfig.DeviceRequests')],
      fixes: [
        manual('See what became of it', "nvidia-smi; journalctl -k --grep 'NVRM|Xid' | tail"),
        restartContainer(container),
      ],
    }
  },
})
