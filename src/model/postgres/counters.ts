import { z } from 'zod'
import { PerSecond } from '../units.ts'

/** Counts since the statistics were reset. Null is what this version, or this server as it is set, does not count. */
export const count = z.number().nullable()

/**
 * What counters grew by for each second between two readings. Null as a whole without an earlier reading or after a
 * reset between the two; one of them is null where it shrank or is not counted.
 */
export const ratesOf = <Counters extends z.ZodObject>(counters: Counters) =>
  z.record(counters.keyof(), PerSecond.nullable()).nullable()
