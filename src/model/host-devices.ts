import { z } from 'zod'
import { Bytes, BytesPerSecond, Celsius, PerSecond, Ratio, Seconds } from './units.ts'

export const DiskReading = z.object({
  device: z.string(),
  model: z.string().nullable(),
  /** Turning platters, as far as the device says so: virtual disks say what they like. */
  rotational: z.boolean().nullable(),
  sizeBytes: Bytes.nullable(),
  /** As all rates here: null for a disk that appeared, or whose counters were reset, within the window. */
  readBytes: BytesPerSecond.nullable(),
  writtenBytes: BytesPerSecond.nullable(),
  /** Operations completed. */
  reads: PerSecond.nullable(),
  writes: PerSecond.nullable(),
  /** Mean from being asked to being done, of the operations that ended in the window; null when none did. */
  readAwait: Seconds.nullable(),
  writeAwait: Seconds.nullable(),
  /** Mean number of operations that waited or were under way (iostat's aqu-sz). */
  queueLength: z.number().nullable(),
  /** Share of the window in which the device had I/O outstanding. Says little on NVMe. */
  utilisation: Ratio.nullable(),
  /** Since boot; null where the system states none. */
  counters: z
    .object({
      readsCompleted: z.number(),
      readsMerged: z.number(),
      readBytes: Bytes,
      readTime: Seconds,
      writesCompleted: z.number(),
      writesMerged: z.number(),
      writtenBytes: Bytes,
      writeTime: Seconds,
      inProgress: z.number(),
      ioTime: Seconds,
      ioTimeWeighted: Seconds,
    })
    .nullable(),
})
export type DiskReading = z.infer<typeof DiskReading>

const Direction = z.object({ bytes: Bytes, packets: z.number(), errors: z.number(), drops: z.number() })

export const InterfaceReading = z.object({
  interface: z.string(),
  /** As all rates here: null for one that appeared, or whose counters were reset, within the window. */
  receivedBytes: BytesPerSecond.nullable(),
  transmittedBytes: BytesPerSecond.nullable(),
  receivedPackets: PerSecond.nullable(),
  transmittedPackets: PerSecond.nullable(),
  /** Of both directions, as drops. */
  errors: PerSecond.nullable(),
  drops: PerSecond.nullable(),
  /** What the link negotiated; null for virtual ones and those without a cable. */
  speed: BytesPerSecond.nullable(),
  /** The interface's operstate: up, down, lowerlayerdown, unknown … */
  state: z.string().nullable(),
  /** Since the interface exists; null where the system states none. */
  counters: z.object({ received: Direction, transmitted: Direction }).nullable(),
})
export type InterfaceReading = z.infer<typeof InterfaceReading>

export const RaidReading = z.object({
  name: z.string(),
  /** raid1, raid5 …; null for an array that is not running. */
  level: z.string().nullable(),
  active: z.boolean(),
  devices: z.number(),
  devicesWorking: z.number(),
  failed: z.array(z.string()),
  /** Recovery, resync, reshape or check under way. */
  activity: z.object({ kind: z.string(), done: Ratio.nullable() }).nullable(),
})
export type RaidReading = z.infer<typeof RaidReading>

export const TemperatureReading = z.object({
  /** The chip and its sensor: `coretemp Package id 0`. */
  sensor: z.string(),
  temperature: Celsius,
  /** The sensor's own limits, where it states them. */
  maximum: Celsius.nullable(),
  critical: Celsius.nullable(),
})
export type TemperatureReading = z.infer<typeof TemperatureReading>
