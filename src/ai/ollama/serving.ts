import { type Seconds, seconds } from '../../model/units.ts'
import { type Room, UNKNOWN_ROOM } from './room.ts'
import type { ModelServer } from './server.ts'
import type { StageDeadlines } from './stage.ts'

/** The servers that may be asked, and how to behave there. */
export type Serving = {
  readonly servers: readonly ModelServer[]
  /** Preferred first; empty: any that is installed. */
  readonly models: readonly string[]
  /** At most; a model that is in memory with less is asked with that. */
  readonly contextTokens: number
  readonly allowRemoteModels: boolean
  /** Whether another model may lose its place in memory for ours. */
  readonly mayEvict: boolean
  /** How long a model that we loaded stays; one that was there stays as long as it would have. */
  readonly keepAliveSeconds: Seconds
  /** How long to wait for GPUs that are busy, and for a queue that is full. */
  readonly patienceSeconds: Seconds
  readonly deadlines: StageDeadlines
  /** Hears which model was chosen, and why. */
  readonly onChosen: (why: string) => void
  /** What memory is free now where the server at this address runs. */
  readonly room: (url: string) => Promise<Room>
}

export const SERVING_DEFAULTS = {
  models: [],
  contextTokens: 8192,
  allowRemoteModels: false,
  mayEvict: false,
  keepAliveSeconds: seconds(60),
  patienceSeconds: seconds(10),
  deadlines: { connect: seconds(3), load: seconds(60), firstToken: seconds(60), pause: seconds(20) },
  onChosen: () => {},
  room: async () => UNKNOWN_ROOM,
} as const satisfies Partial<Serving>
