import { z } from 'zod'
import { ContainerState } from '../../model/container-reading.ts'

const Labels = z.record(z.string(), z.string()).nullish()
const Strings = z.array(z.string()).nullish()

/** Podman's own words, where its engine has not put them into Docker's. */
const State = z.preprocess((state) => {
  if (state === 'configured' || state === 'initialized') return 'created'
  return state === 'stopped' ? 'exited' : state
}, ContainerState)

const Ports = z
  .record(
    z.string(),
    z.array(z.object({ HostIp: z.string().nullish(), HostPort: z.string().default('') })).nullable(),
  )
  .nullish()

/** What is used of `GET /containers/{id}/json`, in the words of Docker's API. */
export const Inspection = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  Created: z.string().nullish(),
  RestartCount: z.number().default(0),
  /** Where the engine writes the log, with the driver json-file. */
  LogPath: z.string().nullish(),
  /** In the folder where Docker keeps the container. */
  ResolvConfPath: z.string().nullish(),
  State: z.object({
    Status: State,
    Pid: z.number().default(0),
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
    /** Why the engine could not start it: no such command, a port that is taken. */
    Error: z.string().default(''),
    StartedAt: z.string(),
    FinishedAt: z.string(),
    Health: z
      .object({
        Status: z.string(),
        FailingStreak: z.number().default(0),
        Log: z
          .array(
            z.object({
              Start: z.string().nullish(),
              End: z.string().nullish(),
              ExitCode: z.number(),
              Output: z.string().default(''),
            }),
          )
          .nullish(),
      })
      .nullish(),
  }),
  Config: z.object({
    Image: z.string(),
    Tty: z.boolean().default(false),
    User: z.string().nullish(),
    Env: Strings,
    Labels,
  }),
  HostConfig: z.object({
    Memory: z.number().default(0),
    MemorySwap: z.number().default(0),
    NanoCpus: z.number().nullish(),
    CpuQuota: z.number().nullish(),
    CpuPeriod: z.number().nullish(),
    PidsLimit: z.number().nullish(),
    RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number().default(0) }).nullish(),
    NetworkMode: z.string().nullish(),
    Privileged: z.boolean().nullish(),
    CapAdd: Strings,
    Runtime: z.string().nullish(),
    LogConfig: z.object({ Type: z.string(), Config: Labels }).nullish(),
    PortBindings: Ports,
    DeviceRequests: z
      .array(
        z.object({
          Driver: z.string().nullish(),
          Count: z.number().nullish(),
          DeviceIDs: Strings,
          Capabilities: z.array(z.array(z.string())).nullish(),
        }),
      )
      .nullish(),
  }),
  Mounts: z
    .array(
      z.object({
        Type: z.string().nullish(),
        Name: z.string().nullish(),
        Source: z.string().nullish(),
        Destination: z.string(),
        RW: z.boolean().default(true),
      }),
    )
    .nullish(),
  NetworkSettings: z.object({
    Ports,
    Networks: z
      .record(
        z.string(),
        z.object({
          Aliases: Strings,
          IPAddress: z.string().nullish(),
          GlobalIPv6Address: z.string().nullish(),
        }),
      )
      .nullish(),
  }),
})
export type Inspection = z.infer<typeof Inspection>
