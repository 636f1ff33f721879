import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { Engines } from '../engines.ts'
import { unlessAlready } from './container-stop.ts'
import { containerArguments, engineAt, shellName, stopSeconds } from './docker-container.ts'
import { operation } from './operation.ts'

/** On the container that took the place of another: whose place it took. */
const RECREATED_FROM = 'perfbot.recreated-from'

type Arguments = { engine: string; container: string; name: string }
type Change = (options: Dockerode.ContainerCreateOptions) => Dockerode.ContainerCreateOptions

/** The former container stays, stopped, under this name: the undo puts it back as it was, files and all. */
export const formerName = ({ name, container }: { name: string; container: string }): string =>
  `${name}-before-${container.slice(0, 12)}`

const isMissing = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 404

const found = (client: Dockerode, name: string, signal: AbortSignal) =>
  client
    .getContainer(name)
    .inspect({ abortSignal: signal })
    .catch((error: unknown) => {
      if (isMissing(error)) return null
      throw error
    })

/**
 * All that a container was made of. What Docker made up for it (its host name, its aliases by id) is made up anew;
 * anonymous volumes are bound by their names, or the new one would begin with empty ones.
 */
export function optionsOf(
  { Id, Name, Image, Config, HostConfig, Mounts, NetworkSettings }: Dockerode.ContainerInspectInfo,
  imageIsCurrent: boolean,
): Dockerode.ContainerCreateOptions {
  const short = Id.slice(0, 12)
  const binds = HostConfig.Binds ?? []
  const isBound = (destination: string) =>
    binds.some((bind) => bind.split(':')[1] === destination) ||
    (HostConfig.Mounts ?? []).some(({ Target }) => Target === destination)
  const anonymous = Mounts.flatMap(({ Type, Name: volume, Destination, RW }) =>
    Type === 'volume' && volume && !isBound(Destination)
      ? [`${volume}:${Destination}${RW ? '' : ':ro'}`]
      : [],
  )
  const [network] = Object.entries(NetworkSettings.Networks ?? {})
  const { Hostname, ...rest } = Config
  return {
    ...rest,
    ...(Hostname === short ? {} : { Hostname }),
    // A tag that names another image by now would change more than was asked for.
    Image: imageIsCurrent ? Config.Image : Image,
    name: Name.replace(/^\//, ''),
    Labels: { ...Config.Labels, [RECREATED_FROM]: Id },
    HostConfig: { ...HostConfig, Binds: [...binds, ...anonymous] },
    ...(network && !isWithoutNetwork(HostConfig.NetworkMode)
      ? { NetworkingConfig: { EndpointsConfig: { [network[0]]: endpointOf(network[1], short) } } }
      : {}),
  } as Dockerode.ContainerCreateOptions
}

/** In these modes there is nothing to connect. */
const isWithoutNetwork = (mode: string | undefined): boolean =>
  mode === 'host' || mode === 'none' || mode?.startsWith('container:') === true

/** What somebody chose of a connection; addresses that were merely given out are given out anew. */
function endpointOf(network: Dockerode.NetworkInfo, short: string) {
  const { IPAMConfig, Links, Aliases, DriverOpts } = network as Dockerode.EndpointSettings
  return { IPAMConfig, Links, DriverOpts, Aliases: (Aliases ?? []).filter((alias) => alias !== short) }
}

/**
 * Stops the container, sets it aside, and makes a new one of all that it was made of but for `change`. Every part
 * first looks whether it was done already, so that it can be taken up wherever it was cut off.
 */
export async function recreate(
  args: Arguments,
  engines: Engines,
  signal: AbortSignal,
  change: Change,
): Promise<void> {
  const client = engineAt(args, engines)
  const former = client.getContainer(args.container)
  const inspected = await former.inspect({ abortSignal: signal })
  await former.stop({ abortSignal: signal }).catch(unlessAlready)
  if (inspected.Name === `/${args.name}`) {
    await former.rename({ name: formerName(args), abortSignal: signal })
  }
  const policy = inspected.HostConfig.RestartPolicy
  const present = await found(client, args.name, signal)
  if (present && present.Config.Labels[RECREATED_FROM] !== args.container) {
    throw new Error(`somebody made another container ${args.name} meanwhile`)
  }
  if (!present) {
    const image = await client
      .getImage(inspected.Config.Image)
      .inspect()
      .catch(() => null)
    const kept = optionsOf({ ...inspected, Name: `/${args.name}` }, image?.Id === inspected.Image)
    await client.createContainer({ ...change(kept), abortSignal: signal })
  }
  await connectToAll(client, inspected, args.name)
  await client.getContainer(args.name).start({ abortSignal: signal }).catch(unlessAlready)
  // After the new one has it: else an engine that is started anew would start both.
  if (policy?.Name && policy.Name !== 'no') {
    await former.update({ RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }, abortSignal: signal })
  }
}

/** Engines before 25 take one network when a container is made; the others are joined after it. */
async function connectToAll(
  client: Dockerode,
  { Id, NetworkSettings, HostConfig }: Dockerode.ContainerInspectInfo,
  name: string,
): Promise<void> {
  if (isWithoutNetwork(HostConfig.NetworkMode)) return
  const present = await client.getContainer(name).inspect()
  for (const [network, endpoint] of Object.entries(NetworkSettings.Networks ?? {})) {
    if (present.NetworkSettings.Networks[network]) continue
    await client
      .getNetwork(network)
      .connect({ Container: present.Id, EndpointConfig: endpointOf(endpoint, Id.slice(0, 12)) })
  }
}

/** Whether the new one is there and runs, and the former one is set aside for good. */
export async function wasRecreated(args: Arguments, engines: Engines, signal: AbortSignal): Promise<boolean> {
  const client = engineAt(args, engines)
  const [present, former] = await Promise.all([
    found(client, args.name, signal),
    found(client, args.container, signal),
  ])
  return (
    present?.Config.Labels[RECREATED_FROM] === args.container &&
    present.State.StartedAt !== '0001-01-01T00:00:00Z' &&
    (former?.HostConfig.RestartPolicy?.Name || 'no') === 'no'
  )
}

/** How long a stop that was asked for goes on. */
export async function stopWitness(args: Arguments, engines: Engines, signal: AbortSignal) {
  const client = engineAt(args, engines)
  const inspected = await client.getContainer(args.container).inspect({ abortSignal: signal })
  return { stopSeconds: stopSeconds(inspected) }
}
export const stopLinger = (witness: Record<string, string | number>): number => Number(witness.stopSeconds)

/** The undo of every recreation: the container that was set aside comes back, and the new one goes. */
export const containerRestoreFormer = operation({
  name: 'container.restore-former',
  argumentsSchema: z.strictObject(containerArguments),
  exact: (args) =>
    [
      `docker rm --force ${shellName(args.name)}`,
      `docker rename ${shellName(formerName(args))} ${shellName(args.name)}`,
      `docker start ${shellName(args.name)}`,
    ].join('\n'),
  async run(args, engines, signal) {
    const client = engineAt(args, engines)
    const former = client.getContainer(args.container)
    const present = await found(client, args.name, signal)
    if (present && present.Id !== args.container) {
      if (present.Config.Labels[RECREATED_FROM] !== args.container) {
        throw new Error(`${args.name} is a container that somebody made since`)
      }
      const { Name, MaximumRetryCount } = present.HostConfig.RestartPolicy ?? {}
      await former.update({
        RestartPolicy: { Name: Name || 'no', MaximumRetryCount: MaximumRetryCount ?? 0 },
        abortSignal: signal,
      })
      await client.getContainer(present.Id).remove({ force: true, abortSignal: signal })
    }
    const { Name } = await former.inspect({ abortSignal: signal })
    if (Name !== `/${args.name}`) await former.rename({ name: args.name, abortSignal: signal })
    await former.start({ abortSignal: signal }).catch(unlessAlready)
  },
  async wasDone(args, engines, signal) {
    const present = await found(engineAt(args, engines), args.name, signal)
    return present?.Id === args.container && present.State.Running
  },
})
