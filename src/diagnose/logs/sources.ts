import { type ClockWatch, createClockWatch } from './clock-watch.ts'
import type { Gathered } from './follow.ts'
import { kept, safeText } from './safe-text.ts'
import type { Shape } from './shapes.ts'

/** An entry that may go on in the lines after it, and so is counted as an error only later. */
export type Pending = {
  readonly shape: Shape
  readonly ms: number
  readonly telling: string
  readonly gathered: Gathered
  /** It was counted for a summary; what still follows belongs to it and is no other error. */
  isCounted: boolean
}

/** One writer among those whose lines stand in a log: each has its own traces and its own clock. */
export type Source = {
  readonly name: string | null
  readonly seed: number
  readonly clock: ClockWatch
  pending: Pending | null
  /** A trace that other lines stand in the midst of, and how many more of them it waits for. */
  interrupted: Pending | null
  patience: number
  /** Lines of a private key still to come at most. */
  inKey: number
  ms: number
}

export type Sources = {
  of(name: string | null, stream: string): Source
  readonly all: ReadonlyMap<string, Source>
}

const MOST_SOURCES = 200

export function createSources(): Sources {
  const all = new Map<string, Source>()
  let lastKey = ''
  let last: Source | null = null
  return {
    all,
    of(name, stream) {
      const key = name === null ? stream : `${stream}\0${name}`
      if (key === lastKey && last !== null) return last
      let source = all.get(key)
      if (!source) {
        // Beyond that, names are no names of services: they are told together.
        if (all.size >= MOST_SOURCES) return all.get('\0others') ?? add('\0others', null)
        const given = name ?? (stream === 'stdout' || stream === 'stderr' ? null : stream)
        source = add(kept(key), given === null ? null : safeText(kept(given)).slice(0, 80))
      }
      lastKey = key
      last = source
      return source
    },
  }

  function add(key: string, name: string | null): Source {
    const source: Source = {
      name,
      seed: Math.imul(all.size + 1, 0x9e3779b1),
      clock: createClockWatch(),
      pending: null,
      interrupted: null,
      patience: 0,
      inKey: 0,
      ms: Number.NaN,
    }
    all.set(key, source)
    return source
  }
}
