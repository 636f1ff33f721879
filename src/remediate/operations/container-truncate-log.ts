import { open, stat, truncate, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { containerArguments, containerAt } from './docker-container.ts'
import { operation } from './operation.ts'

/** The end of the log that is kept beside it. */
const tailOf = (path: string): string => `${path}.perfbot-tail`

async function readTail(path: string, keep: number): Promise<Buffer> {
  await using file = await open(path)
  const { size } = await file.stat()
  const length = Math.min(keep, size)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.subarray(0, bytesRead)
}

/**
 * Empties the file of the json-file driver where the engine writes it, which it appends to: the container notices
 * nothing, and `docker logs` begins anew. Its last part is kept in a file beside it.
 */
export const containerTruncateLog = operation({
  name: 'container.truncate-log',
  argumentsSchema: z.strictObject({
    ...containerArguments,
    path: z.string().regex(/^\/.+-json\.log$/, 'the path of a json-file log'),
    keep: z
      .int()
      .min(0)
      .max(1024 ** 3),
  }),
  exact: ({ path, keep }) => `tail -c ${keep} ${path} > ${tailOf(path)}\ntruncate -s 0 ${path}`,
  async witness({ path }) {
    return { size: (await stat(path)).size }
  },
  async run(args, engines, signal) {
    const { LogPath } = await containerAt(args, engines).inspect({ abortSignal: signal })
    if (LogPath !== args.path) throw new Error(`the log of ${args.name} is ${LogPath} by now`)
    await writeFile(tailOf(args.path), await readTail(args.path, args.keep), { mode: 0o600 })
    await truncate(args.path, 0)
  },
  /** It only ever grows, unless it was emptied. */
  async wasDone({ path }, _engines, _signal, { witness }) {
    return (await stat(path)).size < Number(witness.size)
  },
})
