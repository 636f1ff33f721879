import { z } from 'zod'
import type { DisconnectReason } from './socket-mode.ts'

const method = z.string().optional()
const times = z.number().int().min(1).max(100).default(1)

/** What can go wrong with Slack, on demand: by the panel of the page, by POST /ui/fault, and by tests. */
export const Fault = z.discriminatedUnion('kind', [
  /** 429 with Retry-After, for the method, or for all of them. */
  z.object({
    kind: z.literal('rate-limit'),
    method,
    retryAfterSeconds: z.number().int().min(0).max(3600),
    times,
  }),
  /** 500 in place of an answer; nothing is done. */
  z.object({ kind: z.literal('error'), method, times }),
  /** Answers that come late; what was asked for is done then. */
  z.object({ kind: z.literal('delay'), method, milliseconds: z.number().min(1).max(60_000), times }),
  /** The next events come twice, as they do when an acknowledgement was lost. */
  z.object({ kind: z.literal('duplicate'), times }),
  /** Every connection breaks without a word. */
  z.object({ kind: z.literal('drop') }),
  /** Slack asks every connection to be opened anew, and closes it. */
  z.object({
    kind: z.literal('disconnect'),
    reason: z.enum(['warning', 'refresh_requested', 'link_disabled', 'too_many_websockets']),
  }),
])
export type Fault = z.input<typeof Fault>

type Awaited = Extract<z.output<typeof Fault>, { times: number }>
type OfCalls = Exclude<Awaited, { kind: 'duplicate' }>

export type Faults = {
  provoke: (fault: Fault) => void
  /** What is to go wrong with a call of this method; it has gone wrong once more then. */
  ofCall: (name: string) => OfCalls | undefined
  /** Whether this event comes twice. */
  ofEvent: () => boolean
  /** What is still to come, in words. */
  waiting: () => string[]
}

type Lines = {
  drop: () => void
  disconnect: (reason: DisconnectReason, close: boolean) => void
}

function inWords(fault: Awaited): string {
  const what = fault.kind !== 'duplicate' && fault.method ? fault.method : 'any method'
  switch (fault.kind) {
    case 'rate-limit':
      return `${fault.times} × 429 for ${what}, Retry-After ${fault.retryAfterSeconds} s`
    case 'error':
      return `${fault.times} × 500 for ${what}`
    case 'delay':
      return `${fault.times} × ${fault.milliseconds} ms late for ${what}`
    case 'duplicate':
      return `${fault.times} × an event twice`
  }
}

export function createFaults(lines: Lines, changed: () => void): Faults {
  const waiting: Awaited[] = []
  function take<Kind extends Awaited>(fits: (fault: Awaited) => fault is Kind): Kind | undefined {
    const fault = waiting.find(fits)
    if (!fault) return undefined
    fault.times -= 1
    if (fault.times === 0) waiting.splice(waiting.indexOf(fault), 1)
    changed()
    return fault
  }
  return {
    provoke(given) {
      const fault = Fault.parse(given)
      if (fault.kind === 'drop') lines.drop()
      else if (fault.kind === 'disconnect') lines.disconnect(fault.reason, true)
      else waiting.push(fault)
      changed()
    },
    ofCall: (name) =>
      take((fault): fault is OfCalls => fault.kind !== 'duplicate' && (fault.method ?? name) === name),
    ofEvent: () =>
      take((fault): fault is Exclude<Awaited, OfCalls> => fault.kind === 'duplicate') !== undefined,
    waiting: () => waiting.map(inWords),
  }
}
