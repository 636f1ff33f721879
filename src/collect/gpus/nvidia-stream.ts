import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Timestamp, timestamp } from '../../model/units.ts'
import { CollectFailure } from '../collector.ts'
import { DeadlineExceeded } from '../deadline.ts'
import { endFailure, hangFailure, type NvidiaSmi, startFailure, stillHanging } from './nvidia-faults.ts'
import { sampleSplitter } from './sample-splitter.ts'

/** In seconds. */
export type Pace = {
  /**
   * Between two samples. A sample of eight GPUs takes about 0.1 s of CPU (influxdata/telegraf#8534): at 5 s, what -l
   * does by itself, 2 % of one core for eight and a quarter of that for one or two; and after a fix has been applied
   * nobody waits for long to see what it did.
   */
  readonly interval: number
  /** A sample that is older says nothing about now. */
  readonly stale: number
  /** Without a sample for so long it hangs: without persistence mode the first takes up to ten seconds. */
  readonly hang: number
  /** Stops when nobody has asked for so long. */
  readonly rest: number
  /** Before it is started again after a failure: at first, doubled by each that follows, and at most. */
  readonly backOff: number
  readonly longestBackOff: number
}

export const PACE: Pace = { interval: 5, stale: 20, hang: 30, rest: 300, backOff: 5, longestBackOff: 300 }

export type NvidiaSample = {
  readonly xml: string
  readonly takenAt: Timestamp
  /** What was printed beside the samples: which GPU could not be reached. */
  readonly remarks: string
}

export type NvidiaStream = {
  /** The newest sample; the first one that comes, when none is young enough. Rejects with a CollectFailure. */
  sample(signal: AbortSignal): Promise<NvidiaSample>
  close(): Promise<void>
}

/** One nvidia-smi that runs, with what it has said. */
type Run = {
  readonly child: ChildProcess
  readonly startedAt: number
  /** Settles with the first sample, or rejects with why there is none. */
  readonly first: Promise<void>
  readonly ended: Promise<void>
  readonly remarks: () => string
  /** Why it was sent SIGKILL, if it was. */
  killedFor: 'hanging' | 'rest' | null
}

/** Whether a process is still there, be it that it waits for a driver and hears no signal. */
const isAlive = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null

/** Long enough to call what ended after it a new failure, not the same one again. */
const STEADY_SECONDS = 60
const LAST_MOMENTS_MS = 1000
const LAST_WORDS_MS = 200
const LONGEST_COMPLAINT = 4096

/**
 * One nvidia-smi that prints all it knows again and again, for as long as somebody asks: starting one each time costs
 * up to seconds (it loads the driver when persistence mode is off), and a loop costs what it prints.
 *
 * XML and not CSV (--query-gpu): one stream has everything, processes too, and a driver that does not know a field
 * leaves it out, where --query-gpu refuses the whole query. netdata dropped its CSV mode for the same reasons
 * (netdata/netdata#18311). SIGKILL, for an nvidia-smi that waits for a hung driver hears no other signal.
 */
export function nvidiaStream(nvidiaSmi: NvidiaSmi, pace: Pace = PACE): NvidiaStream {
  const { command } = nvidiaSmi
  let run: Run | null = null
  let newest: { xml: string; takenAt: Timestamp; arrivedAt: number } | null = null
  let failure: { reason: CollectFailure; until: number } | null = null
  let failures = 0
  let isClosed = false
  let resting: NodeJS.Timeout | undefined

  const secondsSince = (moment: number) => (performance.now() - moment) / 1000

  function fail(reason: CollectFailure, startedAt: number): CollectFailure {
    if (secondsSince(startedAt) > STEADY_SECONDS) failures = 0
    const wait = Math.min(pace.backOff * 2 ** failures, pace.longestBackOff)
    failures += 1
    // What is not installed will hardly be a moment later.
    const seconds = reason.kind === 'absent' ? pace.longestBackOff : wait
    failure = { reason, until: performance.now() + seconds * 1000 }
    return reason
  }

  function start(): Run {
    const first = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    // Not everybody waits for it.
    first.promise.catch(() => {})
    const child = spawn(command, ['-q', '-x', '-l', String(Math.max(1, Math.round(pace.interval)))], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const watchdog = setTimeout(() => kill(started, 'hanging'), pace.hang * 1000).unref()
    const splitter = sampleSplitter((xml) => {
      newest = { xml, takenAt: timestamp(new Date()), arrivedAt: performance.now() }
      failure = null
      watchdog.refresh()
      first.resolve()
    })
    let complaints = ''
    child.stdout.setEncoding('utf8').on('data', splitter.push)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-LONGEST_COMPLAINT)
    })
    const remarks = () => [splitter.remarks(), complaints.trim()].filter((text) => text !== '').join('\n')
    const started: Run = {
      child,
      startedAt: performance.now(),
      first: first.promise,
      ended: ended.promise,
      remarks,
      killedFor: null,
    }
    const end = (reason: CollectFailure) => {
      clearTimeout(watchdog)
      if (run === started) run = null
      first.reject(started.killedFor === 'rest' ? reason : fail(reason, started.startedAt))
      ended.resolve()
    }
    child.once('error', (error) => {
      // Also when a signal could not be sent, which is no end.
      if (child.pid === undefined) end(startFailure(error, nvidiaSmi))
    })
    child.once('exit', async (code, signal) => {
      // Its last words; a child of its own (in a wrapper) may keep the pipe open for longer than anybody waits.
      await Promise.race([once(child, 'close'), sleep(LAST_WORDS_MS, undefined, { ref: false })])
      if (started.killedFor === 'hanging') {
        end(hangFailure(command, `printed nothing for ${pace.hang} s and was killed`))
      } else {
        end(endFailure({ command, printed: remarks(), code, signal }))
      }
    })
    letGo(child)
    return started
  }

  function kill(running: Run, why: Run['killedFor']): void {
    running.killedFor = why
    running.child.kill('SIGKILL')
  }

  const isYoung = (): boolean => newest !== null && secondsSince(newest.arrivedAt) <= pace.stale

  /** The one that runs, or a new one; never a second beside one that cannot be killed, which would hang as well. */
  async function running(): Promise<Run> {
    // Its end is on the way, and with it why.
    if (run && (run.killedFor === 'rest' || !isAlive(run.child))) {
      await Promise.race([run.ended, sleep(LAST_MOMENTS_MS, undefined, { ref: false })])
    }
    if (run && isAlive(run.child)) {
      const silence = secondsSince(Math.max(run.startedAt, newest?.arrivedAt ?? 0))
      if (run.killedFor !== null || silence > pace.hang) throw stillHanging(command, run.child.pid as number)
      return run
    }
    if (failure && performance.now() < failure.until) throw failure.reason
    newest = null
    run = start()
    return run
  }

  function restLater(): void {
    clearTimeout(resting)
    resting = setTimeout(() => run && kill(run, 'rest'), pace.rest * 1000).unref()
  }

  return {
    async sample(signal) {
      if (isClosed) throw new CollectFailure('failed', 'perfbot is stopping', 'Ask again when it runs')
      restLater()
      if (newest && isYoung()) return { ...newest, remarks: run?.remarks() ?? '' }
      const current = await running()
      const waited = await Promise.race([current.first, aborted(signal)])
      if (waited === 'aborted') throw hangFailure(command, limitOf(signal), signal.reason)
      if (!newest || !isYoung()) {
        const silence = newest ? Math.round(secondsSince(newest.arrivedAt)) : 0
        throw hangFailure(command, `has printed nothing for ${silence} s`)
      }
      return { ...newest, remarks: current.remarks() }
    },
    async close() {
      isClosed = true
      clearTimeout(resting)
      if (!run) return
      const { ended } = run
      kill(run, 'rest')
      // One that the kernel holds does not end; nobody waits for that.
      await Promise.race([ended, sleep(LAST_MOMENTS_MS)])
    },
  }
}

const limitOf = (signal: AbortSignal): string =>
  signal.reason instanceof DeadlineExceeded ? signal.reason.message : 'was interrupted'

async function aborted(signal: AbortSignal): Promise<'aborted'> {
  if (!signal.aborted) await once(signal, 'abort')
  return 'aborted'
}

/** It shall not keep perfbot from ending. Ended by force, perfbot leaves a broken pipe, which ends it as well. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) (stream as Socket | null)?.unref()
}
