import type Dockerode from 'dockerode'
import { z } from 'zod'
import { containerArguments, containerAt, shellName } from './docker-container.ts'
import { operation } from './operation.ts'

/** Docker counts in billionths of a CPU, and takes no fewer than a hundredth. */
const NANO = 1e9

/** `docker update --cpus`, while the container runs. It cannot take a limit away: 0 leaves it as it is. */
export const containerUpdateCpus = operation({
  name: 'container.update-cpus',
  argumentsSchema: z.strictObject({ ...containerArguments, cpus: z.number().min(0.01).max(1024) }),
  exact: ({ cpus, name }) => `docker update --cpus ${cpus} ${shellName(name)}`,
  run: async (args, engines, signal) => {
    await containerAt(args, engines).update({
      NanoCpus: Math.round(args.cpus * NANO),
      abortSignal: signal,
    })
  },
  async wasDone(args, engines, signal) {
    const { HostConfig } = await containerAt(args, engines).inspect({ abortSignal: signal })
    return HostConfig.NanoCpus === Math.round(args.cpus * NANO)
  },
})

const POLICY = /^(no|always|unless-stopped|on-failure(:[1-9][0-9]{0,3})?)$/

const policyOf = (text: string) => {
  const [Name = 'no', count] = text.split(':')
  return { Name, MaximumRetryCount: Number(count ?? 0) }
}

/** As Docker writes it: `on-failure:5`. */
export const restartPolicyText = (policy: Dockerode.HostRestartPolicy | undefined): string => {
  const { Name, MaximumRetryCount } = policy ?? {}
  return `${Name || 'no'}${Name === 'on-failure' && MaximumRetryCount ? `:${MaximumRetryCount}` : ''}`
}

export const containerUpdateRestartPolicy = operation({
  name: 'container.update-restart-policy',
  argumentsSchema: z.strictObject({ ...containerArguments, policy: z.string().regex(POLICY) }),
  exact: ({ policy, name }) => `docker update --restart ${policy} ${shellName(name)}`,
  run: async (args, engines, signal) => {
    await containerAt(args, engines).update({ RestartPolicy: policyOf(args.policy), abortSignal: signal })
  },
  async wasDone(args, engines, signal) {
    const { HostConfig } = await containerAt(args, engines).inspect({ abortSignal: signal })
    return restartPolicyText(HostConfig.RestartPolicy) === args.policy
  },
})
