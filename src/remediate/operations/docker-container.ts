import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { Engines } from './operation.ts'

/** By id, so that a container that was recreated under the same name is never touched; the name is for people. */
export const containerArguments = {
  engine: z.string(),
  container: z.string().regex(/^[0-9a-f]{64}$/, 'a full container id, 64 hexadecimal digits'),
  name: z.string(),
}

export function containerAt(
  args: { engine: string; container: string },
  engines: Engines,
): Dockerode.Container {
  const client = engines.docker(args.engine)
  if (!client) throw new Error(`no Docker engine is configured under the name ${args.engine}`)
  return client.getContainer(args.container)
}

/** As in a shell: names that Docker allows need no quotes. */
export const shellName = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name))
