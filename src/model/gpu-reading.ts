import { z } from 'zod'
import { Bytes, Celsius, Hertz, Ratio, Seconds, Timestamp, Watts } from './units.ts'

/** Why the clocks are lower than they could be, in NVIDIA's terms (nvmlClocksEventReasons). */
export const ThrottleReason = z.enum([
  'idle',
  'applications-clocks-setting',
  'software-power-cap',
  /** Any of the hardware's own; the two that follow say which. */
  'hardware-slowdown',
  'hardware-thermal-slowdown',
  'hardware-power-brake',
  'sync-boost',
  'software-thermal-slowdown',
  'display-clock-setting',
])
export type ThrottleReason = z.infer<typeof ThrottleReason>

const Count = z.number().nullable()

/** Corrected errors did no harm; an uncorrected one has lost data and ended a process. */
const EccErrors = z.object({ corrected: Count, uncorrected: Count })

/** A process that holds memory of the GPU. No command line, which may hold secrets. */
export const GpuProcess = z.object({
  /** In the pid namespace of the machine. */
  pid: z.number(),
  name: z.string().nullable(),
  kind: z.enum(['compute', 'graphics', 'compute-and-graphics']).nullable(),
  /** Null where the driver does not tell: under WDDM, for another user's process, or in MIG mode. */
  memoryBytes: Bytes.nullable(),
  /** Null for a process of the machine itself, and where that cannot be seen. */
  containerId: z.string().nullable(),
})
export type GpuProcess = z.infer<typeof GpuProcess>

/** One GPU. Null is what the card, its driver or the vendor does not state. */
export const GpuReading = z.object({
  vendor: z.enum(['nvidia', 'amd']),
  /** NVIDIA's as nvidia-smi counts them; AMD's follow, by PCI address. May shift when a GPU falls off the bus. */
  index: z.number(),
  /** Lasts over restarts: NVIDIA's UUID, AMD's unique_id, or else the PCI address. */
  uuid: z.string(),
  /** As the kernel writes it: 0000:01:00.0. */
  pciAddress: z.string().nullable(),
  name: z.string(),
  driverVersion: z.string().nullable(),
  /** The newest CUDA that the driver serves, not the one that is installed. */
  cudaVersion: z.string().nullable(),
  /** When the driver was asked: a little before the snapshot, for a sample of a running query. */
  sampledAt: Timestamp,

  /** Share of time in which any kernel ran, not how much of the chip was used. Not stated in MIG mode. */
  utilisation: Ratio.nullable(),
  /** Share of time in which the memory was read or written, not how full it is. */
  memoryUtilisation: Ratio.nullable(),
  /** Null where the GPU shares the machine's memory (GB10, Jetson). */
  memoryUsedBytes: Bytes.nullable(),
  memoryTotalBytes: Bytes.nullable(),
  /** Taken by driver and firmware; not part of what is used (since driver 510). */
  memoryReservedBytes: Bytes.nullable(),

  temperature: Celsius.nullable(),
  memoryTemperature: Celsius.nullable(),
  /** At which the GPU slows itself down, and at which it turns itself off. */
  slowdownTemperature: Celsius.nullable(),
  shutdownTemperature: Celsius.nullable(),
  /** What the fan is told to do, of its full speed. Null where the chassis cools. */
  fan: Ratio.nullable(),

  power: Watts.nullable(),
  /** The one in force now; `default` and `maximum` are of the board. */
  powerLimit: Watts.nullable(),
  defaultPowerLimit: Watts.nullable(),
  maximumPowerLimit: Watts.nullable(),

  /** P0 is the fastest, P8 and slower are idle. NVIDIA only. */
  performanceState: z.string().nullable(),
  clocks: z.object({
    graphics: Hertz.nullable(),
    sm: Hertz.nullable(),
    memory: Hertz.nullable(),
    graphicsMaximum: Hertz.nullable(),
    smMaximum: Hertz.nullable(),
    memoryMaximum: Hertz.nullable(),
  }),
  /** Those that hold at this instant; `idle` is no complaint. Null where it is not stated. */
  throttleReasons: z.array(ThrottleReason).nullable(),
  /** Time slowed down since the driver was loaded, by reason: counters, of NVIDIA drivers since 570. */
  throttledSeconds: z
    .object({
      softwarePowerCap: Seconds.nullable(),
      softwareThermalSlowdown: Seconds.nullable(),
      hardwareThermalSlowdown: Seconds.nullable(),
      hardwarePowerBrake: Seconds.nullable(),
      syncBoost: Seconds.nullable(),
    })
    .nullable(),

  /** Null for a card without ECC. `volatile` counts since the driver was loaded, `aggregate` over the card's life. */
  ecc: z.object({ enabled: z.boolean().nullable(), volatile: EccErrors, aggregate: EccErrors }).nullable(),
  /** Memory pages taken out of use (before Ampere, and AMD's). */
  retiredPages: z
    .object({
      singleBit: Count,
      doubleBit: Count,
      /** Waits for a restart. */ pending: z.boolean().nullable(),
    })
    .nullable(),
  /** Memory rows replaced by spare ones (Ampere and later). */
  remappedRows: z
    .object({
      corrected: Count,
      uncorrected: Count,
      /** Takes effect at the next reset of the GPU. */
      pending: z.boolean().nullable(),
      /** There was no spare row left: the card is to be replaced. */
      failure: z.boolean().nullable(),
    })
    .nullable(),

  /** The link that is. An idle GPU lowers its generation to save power: judge it under load. */
  pcie: z.object({
    generation: Count,
    /** What card and slot can do together. */
    generationMaximum: Count,
    width: Count,
    widthMaximum: Count,
    /** Packets sent again since the driver was loaded. */
    replays: Count,
  }),

  persistenceMode: z.boolean().nullable(),
  /** "Default", "Exclusive_Process", "Prohibited". */
  computeMode: z.string().nullable(),
  migMode: z.boolean().nullable(),
  /** What the driver asks for to have the GPU work again: "Reset", "Reboot", "Drain and Reset". Null: nothing. */
  recoveryAction: z.string().nullable(),

  /** Null where they cannot be seen. */
  processes: z.array(GpuProcess).nullable(),
})
export type GpuReading = z.infer<typeof GpuReading>
