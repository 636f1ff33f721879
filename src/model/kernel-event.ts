import { z } from 'zod'
import { Bytes, Timestamp } from './units.ts'

/** What every line of the kernel log has that matters. Equal ones are one, counted. */
const Event = {
  /** Of the latest. */
  at: Timestamp,
  /** How often since `since`. */
  count: z.number(),
  since: Timestamp,
  /** The line itself, redacted and cut. */
  message: z.string(),
}

/** Why the OOM killer was called: a cgroup at its limit, or the machine (or a part of it) out of memory. */
export const OomConstraint = z.enum(['cgroup', 'machine', 'cpuset', 'memory-policy'])
export type OomConstraint = z.infer<typeof OomConstraint>

/** A line of the kernel log that matters, by what it tells. */
export const KernelEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('oom-kill'),
    ...Event,
    process: z.string(),
    pid: z.number(),
    /** Null on kernels before 4.19, which do not state it. */
    constraint: OomConstraint.nullable(),
    /** The cgroup whose limit was reached; null when it was the machine's memory. */
    cgroup: z.string().nullable(),
    /** Of the process that was killed. */
    containerId: z.string().nullable(),
    /** Anonymous memory that the process held. */
    anonymousBytes: Bytes.nullable(),
  }),
  /** A block device did not do what it was asked to. */
  z.object({ kind: z.literal('io-error'), ...Event, device: z.string() }),
  /** A file system found itself damaged, or stopped. */
  z.object({ kind: z.literal('filesystem-error'), ...Event, device: z.string() }),
  /** A file system was remounted read-only after an error. */
  z.object({ kind: z.literal('filesystem-read-only'), ...Event, device: z.string() }),
  /** NVIDIA's error numbers: https://docs.nvidia.com/deploy/xid-errors/. The device is a PCI address. */
  z.object({ kind: z.literal('xid'), ...Event, device: z.string(), code: z.number() }),
  /** A task that stood still for longer than kernel.hung_task_timeout_secs. */
  z.object({ kind: z.literal('hung-task'), ...Event, process: z.string(), pid: z.number() }),
  /** A processor that was held in the kernel, by soft lockup, hard lockup or a stalled RCU. */
  z.object({ kind: z.literal('lockup'), ...Event }),
  /** The hardware reports an error of processor, memory or bus. */
  z.object({ kind: z.literal('hardware-error'), ...Event }),
  z.object({ kind: z.literal('segfault'), ...Event, process: z.string(), pid: z.number() }),
])
export type KernelEvent = z.infer<typeof KernelEvent>
