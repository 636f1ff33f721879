import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { EngineApi } from './engine-api.ts'
import type { Inspection } from './inspection.ts'
import type { Look } from './measure.ts'
import { readInspection } from './reading.ts'

/** Asked anew after so long, whatever the files say: should an engine keep something from them after all. */
const LONGEST_KEPT_MS = 60_000

export type Inspections = {
  of(id: string, signal: AbortSignal): Promise<Look>
  forgetOthers(ids: ReadonlySet<string>): void
}

type Kept = { readonly look: Look; readonly version: string | null; readonly askedAt: number }

/**
 * Docker writes down each change of a container before it answers the next question: of its state, its health, its
 * limits, its networks and its name. While these files are the same, so is what it would answer. Where they are not to
 * be seen (another machine, another user, Podman) it is asked each time.
 */
export function createInspections(engine: string, api: EngineApi, rootfs: string | null): Inspections {
  const kept = new Map<string, Kept>()
  return {
    async of(id, signal) {
      const before = kept.get(id)
      // Looked at before it is asked: a change that comes in between is a change the next time.
      const version = rootfs === null || !before ? null : versionOf(before.look.inspection, rootfs)
      const isFresh = before !== undefined && performance.now() - before.askedAt < LONGEST_KEPT_MS
      if (isFresh && version !== null && version === before.version) return before.look
      const inspection = await api.inspect(id, signal)
      const look = { inspection, reading: readInspection(engine, inspection) }
      kept.set(id, { look, version, askedAt: performance.now() })
      return look
    },
    forgetOthers(ids) {
      for (const id of kept.keys()) if (!ids.has(id)) kept.delete(id)
    },
  }
}

/** Each is replaced, never written over: another version is another file. */
function versionOf({ Id, ResolvConfPath, LogPath }: Inspection, rootfs: string): string | null {
  // With the network of another container, its resolv.conf is that one's.
  const folder = [ResolvConfPath, LogPath]
    .map((path) => dirname(path || '/'))
    .find((path) => basename(path) === Id)
  if (folder === undefined) return null
  const versions = ['config.v2.json', 'hostconfig.json'].map((name) =>
    fileVersion(join(rootfs, folder, name)),
  )
  return versions.includes(null) ? null : versions.join(' ')
}

function fileVersion(path: string): string | null {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch {
    // Not there, or not for this user: then only the engine can tell.
    return null
  }
}
