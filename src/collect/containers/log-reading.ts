import type { IncomingMessage } from 'node:http'
import {
  HORIZON_MS,
  isSameLine,
  type LogPosition,
  moveTo,
  repeatsOf,
  skipTo,
  type Taken,
  take,
} from './log-position.ts'
import { type LogEntry, logDecoder } from './log-stream.ts'
import { createTail, TAIL_LINES, type Tail } from './log-tail.ts'

/** Of one log in one reading; what is older than the newest so many is left out. */
const MOST_BYTES = 20 * 1024 * 1024
/** So many lines are held, to see whether they reach back to the place; more are only streamed. */
const MOST_HELD = 2000
/** A log that stands still costs the engine as few. */
const FEWEST_ASKED = 20

/** One log, of which the engine can be asked for the last so many lines. */
export type LogSource = {
  readonly tty: boolean
  /** The last line may lack its end while the program still writes it. */
  readonly isGrowing: boolean
  ask(lines: number): Promise<IncomingMessage>
  /** Whether the time for logs is over. */
  isOver(): boolean
}

/**
 * Takes what was written since the last reading, oldest first. The engine is asked for the last lines, never for those
 * since a time: for that it reads its files from the beginning, each time. First for a few, which mostly reach back to
 * the place; if not, for more, up to what 20 MB hold.
 */
export async function readLog(source: LogSource, position: LogPosition, taken: Taken): Promise<void> {
  const asked = Math.min(MOST_HELD, Math.max(position.last ? FEWEST_ASKED : TAIL_LINES, position.expected))
  const held = await holdLast(source, asked)
  const since = Date.now() - HORIZON_MS
  const start = startOf(held.entries, position, held.messages < asked, since)
  if (start === null) {
    position.isComplete = false
    position.tail = tailOf(held.entries)
    await streamRest(source, { ...held, asked }, position, taken, since)
  } else {
    takeHeld(held.entries, start, position, taken, since)
  }
  position.expected = 2 * taken.lines + FEWEST_ASKED
}

type Start = { readonly index: number; readonly isAfterLoss: boolean }

function takeHeld(
  entries: readonly LogEntry[],
  start: Start,
  position: LogPosition,
  taken: Taken,
  since: number,
): void {
  if (position.last === null) position.counts.beginAt(since)
  else if (start.isAfterLoss) skipTo(position, entries[0], taken)
  const fresh = entries.slice(start.index)
  // After a reading that was cut short the tail is ahead of the place.
  if (position.isComplete) for (const entry of fresh) position.tail.add(entry)
  else position.tail = tailOf(entries)
  for (const entry of fresh) take(position, entry, taken)
  // A log that held nothing of the last day has been read up to its end all the same.
  if (position.last === null) for (const entry of entries) moveTo(position, entry)
  position.behind = 0
  position.isComplete = true
}

function tailOf(entries: readonly LogEntry[]): Tail {
  const tail = createTail()
  for (const entry of entries) tail.add(entry)
  return tail
}

type Held = { readonly entries: LogEntry[]; readonly messages: number }

async function holdLast(source: LogSource, lines: number): Promise<Held> {
  const decoder = logDecoder(source.tty)
  const entries: LogEntry[] = []
  for await (const chunk of await source.ask(lines)) {
    for (const entry of decoder.push(chunk as Buffer)) entries.push(entry)
  }
  if (!source.isGrowing) entries.push(...decoder.end())
  return { entries, messages: decoder.messages() }
}

/** Where the new lines begin; null when they begin before those that are held. */
function startOf(
  entries: readonly LogEntry[],
  position: LogPosition,
  isWhole: boolean,
  since: number,
): Start | null {
  const { last } = position
  if (last !== null) {
    const same = entries.flatMap((entry, index) => (isSameLine(entry, last) ? [index] : []))
    // Fewer than have come: the first of them are before what is held.
    const place = same[Math.min(repeatsOf(position), same.length) - 1]
    if (place !== undefined) return { index: place + 1, isAfterLoss: false }
    // The whole log is there and the line is not: it was rotated away, or the file was emptied.
    return isWhole ? { index: 0, isAfterLoss: true } : null
  }
  const first = entries.findIndex(({ ms }) => !(ms < since))
  if (isWhole || first > 0) return { index: first === -1 ? entries.length : first, isAfterLoss: false }
  return first === -1 ? { index: entries.length, isAfterLoss: false } : null
}

/** As much as 20 MB can hold, streamed: nothing of it is kept but what the counts, the tail and the sink keep. */
async function streamRest(
  source: LogSource,
  held: Held & { readonly asked: number },
  position: LogPosition,
  taken: Taken,
  since: number,
): Promise<void> {
  const size = held.entries.reduce((sum, entry) => sum + entry.bytes, 0) / Math.max(1, held.messages)
  const most = Math.ceil(MOST_BYTES / Math.max(1, size))
  // Going on behind what was cut short, or else a step further: passing over all that 20 MB hold would cost as much
  // as reading it.
  const fewer = position.behind > 0 ? position.behind + MOST_HELD : held.asked * STEP
  if (position.last !== null && fewer < most) {
    if ((await stream(source, fewer, false, position, taken, since)) !== 'too-short') return
  }
  await stream(source, most, true, position, taken, since)
}

/** How much more is asked for when a few lines do not reach back to the place. */
const STEP = 16

type Streamed = 'read' | 'cut-short' | 'too-short'

async function stream(
  source: LogSource,
  asked: number,
  isLast: boolean,
  position: LogPosition,
  taken: Taken,
  since: number,
): Promise<Streamed> {
  const decoder = logDecoder(source.tty)
  const intake = createIntake(position, taken, since)
  for await (const chunk of await source.ask(asked)) {
    for (const entry of decoder.push(chunk as Buffer)) {
      if (!isLast && intake.isBehindPlace(entry)) return 'too-short'
      intake.accept(entry)
    }
    // What was taken stays taken; the next reading goes on behind it.
    if (taken.bytes > MOST_BYTES || source.isOver()) {
      position.behind = Math.max(1, asked - decoder.messages())
      return 'cut-short'
    }
  }
  if (!source.isGrowing) for (const entry of decoder.end()) intake.accept(entry)
  intake.end(decoder.messages() >= asked)
  return 'read'
}

/** Passes over the lines up to the place, and takes those behind it. */
function createIntake(position: LogPosition, taken: Taken, since: number) {
  const place = position.last
  const tail = createTail()
  let isSeeking = place !== null
  let repeatsLeft = repeatsOf(position)
  let newest: LogEntry | null = null

  const isBehindPlace = (entry: LogEntry): boolean => newest === null && place !== null && entry.ms > place.ms
  return {
    /** The first line is younger than the place: what lies between is more than was asked for, or is gone. */
    isBehindPlace,
    accept(entry: LogEntry) {
      if (isBehindPlace(entry)) {
        isSeeking = false
        skipTo(position, entry, taken)
      } else if (newest === null && place === null) {
        position.counts.beginAt(Math.max(since, entry.ms))
      }
      newest = entry
      tail.add(entry)
      if (isSeeking && place !== null) {
        if (isSameLine(entry, place)) repeatsLeft--
        isSeeking = repeatsLeft > 0
        return
      }
      if (place === null && entry.ms < since) return
      take(position, entry, taken)
    },
    /** `isFull`: there were as many lines as were asked for, so that there may be older ones. */
    end(isFull: boolean) {
      if (isSeeking) {
        // The place is nowhere, and the times do not tell what is new: nothing is counted twice.
        skipTo(position, newest ?? undefined, taken)
        if (newest !== null) moveTo(position, newest)
      } else if (place === null) {
        if (!isFull) position.counts.reachesBackTo(since)
        else taken.skipped = taken.from !== null && taken.from >= since
      }
      position.tail = tail
      position.behind = 0
      position.isComplete = true
    },
  }
}
