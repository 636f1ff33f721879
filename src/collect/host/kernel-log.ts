import { closeSync, constants, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Gap } from '../../model/gap.ts'
import type { KernelEvent } from '../../model/kernel-event.ts'
import { timestamp } from '../../model/units.ts'
import { errorCode, messageOf } from '../collector.ts'
import { type KernelNote, kernelLineReader } from './kernel-lines.ts'

export type KernelLogReader = {
  read(): Promise<{ events: KernelEvent[] | null; gaps: Gap[] }>
  close(): void
}

/** A record that is longer is refused (EINVAL): the kernel's own buffer for one has 8 KiB. */
const LONGEST_RECORD = 8192
const RECORDS_AT_A_TIME = 500
/** A kernel that prints without end must not keep the reading: the rest comes with the next one. */
const MOST_RECORDS = 50_000
const KEPT_FOR_MICROSECONDS = 24 * 3600 * 1e6
const MOST_EVENTS = 100

/** Times are microseconds since boot, as the kernel stamps them. */
type Counted = { note: KernelNote; first: number; last: number; count: number }

/**
 * /dev/kmsg (Documentation/ABI/testing/dev-kmsg): each read gives one record, from the oldest that the kernel still
 * has; at the end it would block, and says so. It stays open, so that a reading costs what was printed meanwhile.
 */
export function kernelLogReader(rootfs: string): KernelLogReader {
  const buffer = Buffer.allocUnsafe(LONGEST_RECORD)
  const readLine = kernelLineReader()
  const counted = new Map<string, Counted>()
  const bootedAt = bootClock()
  let descriptor: number | null = null

  const take = (record: string): void => {
    const parsed = parseRecord(record)
    const note = parsed && readLine(parsed.line, parsed.at)
    if (note) count(counted, note, parsed.at)
  }

  return {
    async read() {
      try {
        descriptor ??= open(rootfs)
        for (let taken = 0; taken < MOST_RECORDS; taken += 1) {
          if (taken % RECORDS_AT_A_TIME === RECORDS_AT_A_TIME - 1) await yieldToOthers()
          const record = nextRecord(descriptor, buffer)
          if (record === 'end') break
          if (record !== 'lost') take(record)
        }
      } catch (error) {
        return { events: null, gaps: [gapOfLog(error)] }
      }
      return { events: eventsOf(counted, bootedAt()), gaps: [] }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor)
      descriptor = null
    },
  }
}

/** In a container the machine's /dev may be under its root, or the device alone handed in. */
function open(rootfs: string): number {
  const places = [...new Set([join(rootfs, 'dev/kmsg'), '/dev/kmsg'])]
  const failures: unknown[] = []
  for (const place of places) {
    try {
      return openSync(place, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      failures.push(error)
    }
  }
  throw failures[0]
}

function nextRecord(descriptor: number, buffer: Buffer): string | 'end' | 'lost' {
  try {
    return buffer.toString('utf8', 0, readSync(descriptor, buffer)) || 'end'
  } catch (error) {
    // EPIPE: what came next was overwritten before it was read. The read after this one goes on behind it.
    if (errorCode(error) === 'EPIPE' || errorCode(error) === 'EINVAL') return 'lost'
    if (errorCode(error) === 'EAGAIN') return 'end'
    throw error
  }
}

/**
 * `4,423,275236074,-;Call Trace:` is priority and facility, number, microseconds since boot, flags; the line; then
 * what device it was about, each on a line of its own after a space. Bytes that cannot be printed come as `\\x0a`.
 */
export function parseRecord(record: string): { line: string; at: number } | null {
  const match = /^(\d+),\d+,(\d+),[^;]*;([^\n]*)/.exec(record)
  if (!match) return null
  // Whatever has a facility was written by a program: nobody but the kernel may report what the kernel saw.
  const isOfKernel = Number(match[1]) >> 3 === 0
  return isOfKernel ? { line: match[3] ?? '', at: Number(match[2]) } : null
}

function count(counted: Map<string, Counted>, note: KernelNote, at: number): void {
  const key = sameness(note)
  const known = counted.get(key)
  // Moved to the end, where the latest are.
  counted.delete(key)
  counted.set(key, { note, first: known?.first ?? at, last: at, count: (known?.count ?? 0) + 1 })
  const [oldest] = counted.keys()
  if (counted.size > MOST_EVENTS && oldest !== undefined) counted.delete(oldest)
}

/** Two that are about the same thing are one, though sectors, addresses and process numbers differ. */
function sameness(note: KernelNote): string {
  switch (note.kind) {
    case 'oom-kill':
      return `${note.kind} ${note.process} ${note.constraint} ${note.cgroup} ${note.containerId}`
    case 'io-error':
    case 'filesystem-error':
    case 'filesystem-read-only':
      return `${note.kind} ${note.device}`
    case 'xid':
      return `${note.kind} ${note.device} ${note.code}`
    case 'hung-task':
    case 'segfault':
      return `${note.kind} ${note.process}`
    case 'lockup':
    case 'hardware-error':
      return `${note.kind} ${note.message.replace(/(?:0x)?[0-9a-f]*\d[0-9a-f]*/gi, '#')}`
  }
}

/** How far the two clocks may seem to drift between two looks at both. */
const CLOCK_JITTER_MS = 50

/** When the kernel's stamps began, by the clock as it is now: a clock that was put right since puts them right too. */
function bootClock(): () => number {
  let known: number | null = null
  return () => {
    const now = Date.now() - Number(process.hrtime.bigint() / 1_000_000n)
    if (known === null || Math.abs(now - known) > CLOCK_JITTER_MS) known = now
    return known
  }
}

function eventsOf(counted: Map<string, Counted>, boot: number): KernelEvent[] {
  const oldest = Number(process.hrtime.bigint() / 1000n) - KEPT_FOR_MICROSECONDS
  for (const [key, { last }] of counted) if (last < oldest) counted.delete(key)
  const at = (microseconds: number) => timestamp(new Date(boot + Math.floor(microseconds / 1000)))
  return [...counted.values()].map(({ note, first, last, count: times }) => ({
    ...note,
    at: at(last),
    since: at(first),
    count: times,
  }))
}

const gapOfLog = (error: unknown): Gap => {
  const code = errorCode(error)
  const isRefused = code === 'EACCES' || code === 'EPERM'
  return {
    // Most distributions keep it from ordinary users: nobody's fault, and no reason to call a machine unwell.
    kind: isRefused || code === 'ENOENT' ? 'absent' : 'failed',
    source: 'host',
    missing: 'kernel log',
    reason: isRefused
      ? `/dev/kmsg may not be read (${code}): OOM kills, disk and GPU errors are seen without their names`
      : `/dev/kmsg cannot be read (${code ?? messageOf(error)})`,
    remedy: isRefused
      ? 'Let perfbot run with CAP_SYSLOG (AmbientCapabilities=CAP_SYSLOG; docker run --cap-add SYSLOG --device /dev/kmsg)'
      : 'In a container hand it in: docker run --cap-add SYSLOG --device /dev/kmsg',
  }
}
