import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerReading, LogTail } from '../../model/container-reading.ts'
import type { Gap } from '../../model/gap.ts'
import type { LogSinkOf } from '../../model/log-sink.ts'
import { redact } from '../../model/redact.ts'
import { type Seconds, seconds } from '../../model/units.ts'
import { mapBounded } from '../concurrency.ts'
import { withDeadline } from '../deadline.ts'
import type { Asking } from './asking.ts'
import { statusOf } from './engine.ts'
import { beginLog, HORIZON_MS, type LogPosition, nothingTaken, readOf, type Taken } from './log-position.ts'
import { readLog } from './log-reading.ts'
import type { Look } from './measure.ts'

/** Each is decoded here, on one thread: more at a time only keep the engine busy. */
const LOGS_AT_A_TIME = 4

export type LogOptions = {
  /** Where the root of the engine's machine is seen, for the files of its logs; null when it is another's. */
  readonly rootfs: string | null
  readonly sinkOf: LogSinkOf | null
  /** After so long no further log is begun, and a long one is left for the next reading. */
  readonly budget: Seconds
  /** One log that does not come. */
  readonly callLimit: Seconds
}

export type LogReader = {
  read(looks: readonly Look[], asking: Asking): Promise<{ logs: LogTail[]; gaps: Gap[] }>
}

/** A container that runs and is well keeps its lines to itself; one that is not says why in its last lines. */
const needsLog = (container: ContainerReading): boolean =>
  container.state === 'restarting' ||
  container.state === 'dead' ||
  (container.exitCode !== null && container.exitCode !== 0) ||
  container.health?.status === 'unhealthy' ||
  container.restartCount > 0 ||
  container.oomKilled

/** One that runs, or has run within the day: the counts are of the day. */
const hasWritten = ({ state, finishedAt }: ContainerReading): boolean =>
  state === 'running' ||
  state === 'paused' ||
  state === 'restarting' ||
  (finishedAt !== null && Date.now() - Date.parse(finishedAt) < HORIZON_MS)

export function createLogReader(options: LogOptions): LogReader {
  const positions = new Map<string, LogPosition>()
  /** By the driver: asking again each time would only say the same. */
  const unreadable = new Map<string, string>()
  return {
    async read(looks, asking) {
      const over = performance.now() + options.budget * 1000
      const wanted = looks.filter(({ reading }) => needsLog(reading) || hasWritten(reading))
      forgetOthers(positions, unreadable, looks)
      const readable = wanted.filter(({ reading }) => {
        if (reading.logDriver.name === 'none') unreadable.set(reading.id, 'none')
        return !unreadable.has(reading.id)
      })
      const taken = new Map<string, Taken>()
      await mapBounded(inOrder(readable, positions), LOGS_AT_A_TIME, async (look) => {
        const position = positionOf(look, positions, options.sinkOf)
        const isOver = () => performance.now() > over
        // Why a container is not well has to be read, whatever the others cost.
        if (isOver() && !needsLog(look.reading)) return
        const part = nothingTaken()
        taken.set(look.reading.id, part)
        await readOne(look, position, part, isOver, options, asking, unreadable)
      })
      const logs = readable.flatMap((look) => {
        const position = positions.get(look.reading.id)
        if (!position || unreadable.has(look.reading.id)) return []
        return [logTail(look, position, taken.get(look.reading.id))]
      })
      return { logs, gaps: unreadableGaps(wanted, unreadable, asking.engine.name) }
    },
  }
}

/** Those that are not well first, then those that have waited longest. */
function inOrder(looks: readonly Look[], positions: ReadonlyMap<string, LogPosition>): Look[] {
  const readAt = ({ reading }: Look) => positions.get(reading.id)?.readAt ?? Number.NEGATIVE_INFINITY
  const rank = ({ reading }: Look) => (needsLog(reading) ? 0 : 1)
  return looks.toSorted((left, right) => rank(left) - rank(right) || (readAt(left) < readAt(right) ? -1 : 1))
}

function positionOf(
  { reading: { engine, id, name } }: Look,
  positions: Map<string, LogPosition>,
  sinkOf: LogSinkOf | null,
): LogPosition {
  const known = positions.get(id)
  if (known) return known
  const begun = beginLog(sinkOf ? sinkOf({ engine, id, name }) : null)
  positions.set(id, begun)
  return begun
}

async function readOne(
  look: Look,
  position: LogPosition,
  taken: Taken,
  isOver: () => boolean,
  { rootfs, callLimit }: LogOptions,
  { api, about, signal }: Asking,
  unreadable: Map<string, string>,
): Promise<void> {
  const { inspection, reading } = look
  const seen = whatIsThere(look, rootfs)
  if (position.isComplete && seen !== null && seen === position.seen) return
  position.readAt = performance.now()
  const isGrowing = reading.state === 'running' || reading.state === 'paused'
  await about(`log of container ${reading.name}`, async () => {
    try {
      await withDeadline(
        (own) =>
          readLog(
            {
              tty: inspection.Config.Tty,
              isGrowing,
              ask: (lines) => api.log({ id: reading.id, lines }, own),
              isOver,
            },
            position,
            taken,
          ),
        callLimit,
        signal,
      )
      // Looked at before it was read: what came meanwhile makes a difference the next time.
      position.seen = position.isComplete ? seen : null
    } catch (error) {
      position.isComplete = false
      if (!isUnreadable(error)) throw error
      unreadable.set(reading.id, reading.logDriver.name)
    }
  })
}

/**
 * What changes when something was written: the file's size, where it can be seen; of a container that has ended, its
 * end. Null when only the log itself can tell.
 */
function whatIsThere({ inspection, reading }: Look, rootfs: string | null): string | null {
  if (reading.state === 'exited' || reading.state === 'dead') return `ended ${inspection.State.FinishedAt}`
  if (rootfs === null || !inspection.LogPath) return null
  const file = statSync(join(rootfs, inspection.LogPath), { throwIfNoEntry: false, bigint: true })
  return file ? `${file.ino} ${file.size} ${file.mtimeNs}` : null
}

/** Docker: "configured logging driver does not support reading". */
const isUnreadable = (error: unknown): boolean =>
  statusOf(error) !== null && error instanceof Error && /does not support reading/.test(error.message)

function logTail({ inspection, reading }: Look, position: LogPosition, taken: Taken | undefined): LogTail {
  const until = position.isComplete ? Date.now() : (position.last?.ms ?? Date.now())
  return {
    containerId: reading.id,
    containerName: reading.name,
    lines: needsLog(reading) ? [...position.tail.lines(), ...startError(inspection.State.Error)] : [],
    read: readOf(taken ?? nothingTaken(), position.isComplete),
    ...position.counts.upTo(Number.isNaN(until) ? Date.now() : until),
  }
}

/** A container that could not be started wrote nothing: the engine says why. */
const startError = (failure: string): string[] => (failure === '' ? [] : [redact(`docker: ${failure}`)])

function forgetOthers(
  positions: Map<string, LogPosition>,
  unreadable: Map<string, string>,
  looks: readonly Look[],
): void {
  const ids = new Set(looks.map(({ reading }) => reading.id))
  for (const known of [positions, unreadable]) {
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id)
  }
}

const MOST_NAMED = 5

function unreadableGaps(
  wanted: readonly Look[],
  unreadable: ReadonlyMap<string, string>,
  engine: string,
): Gap[] {
  const byDriver = Map.groupBy(
    wanted.filter(({ reading }) => unreadable.has(reading.id)),
    ({ reading }) => unreadable.get(reading.id) ?? '',
  )
  return [...byDriver].map(([driver, looks]) => {
    const names = looks.map(({ reading }) => reading.name)
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
    return {
      kind: 'absent',
      source: `docker:${engine}`,
      missing: `log of container ${names.slice(0, MOST_NAMED).join(', ')}${more}`,
      reason: `The logging driver ${driver} keeps nothing that the engine can read`,
      remedy:
        'Start it with --log-driver local (compose: logging: {driver: local}), which also rotates by itself',
    }
  })
}

/** Of the deadline of the whole collection: usage and inspections have the rest. */
export const logBudget = (deadline: Seconds): Seconds => seconds(Math.min(2, deadline * 0.2))
