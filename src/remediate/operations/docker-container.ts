import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { Engines } from '../engines.ts'

/** By id, so that a container that was recreated under the same name is never touched; the name is for people. */
export const containerArguments = {
  engine: z.string(),
  container: z.string().regex(/^[0-9a-f]{64}$/, 'a full container id, 64 hexadecimal digits'),
  name: z.string(),
}

export function engineAt({ engine }: { engine: string }, engines: Engines): Dockerode {
  const client = engines.docker(engine)
  if (!client) throw new Error(`no Docker engine is configured under the name ${engine}`)
  return client
}

export const containerAt = (
  args: { engine: string; container: string },
  engines: Engines,
): Dockerode.Container => engineAt(args, engines).getContainer(args.container)

/** Docker's own time between asking a container to stop and killing it. */
const STOP_SECONDS = 10

/** How long a stop may take: what the container asks for, and the engine's own doings. */
export function stopSeconds({ Config }: Dockerode.ContainerInspectInfo): number {
  const { StopTimeout } = Config as { StopTimeout?: number }
  return (StopTimeout ?? STOP_SECONDS) + 5
}

/** As in a shell: names that Docker allows need no quotes. */
export const shellName = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name))
