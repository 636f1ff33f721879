import type { Collection } from './collect/collection.ts'
import type { LogSinkOf } from './model/log-sink.ts'
import type { Engines } from './remediate/engines.ts'

/** Puts something in the place of what is read of this machine: a recorded system, to look at where there is none. */
export type Scene = {
  collection(own: Collection, sinkOf: LogSinkOf): Collection
  /** Nothing that a fix reaches may be this machine's own then. */
  engines(own: Engines): Engines
}
