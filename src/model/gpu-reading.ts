import { z } from 'zod'
import { Bytes, Celsius, Ratio, Watts } from './units.ts'

export const GpuReading = z.object({
  index: z.number(),
  uuid: z.string(),
  name: z.string(),
  driverVersion: z.string(),
  /** Share of time in which any kernel ran, not how much of the chip was used. Null where not supported. */
  utilisation: Ratio.nullable(),
  memoryUsedBytes: Bytes,
  memoryTotalBytes: Bytes,
  temperature: Celsius.nullable(),
  power: Watts.nullable(),
  powerLimit: Watts.nullable(),
})
export type GpuReading = z.infer<typeof GpuReading>
