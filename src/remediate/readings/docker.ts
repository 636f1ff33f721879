import { z } from 'zod'
import type { Look } from '../look.ts'
import { live } from './live.ts'
import { number, type Reading } from './reading.ts'

const HOUR_SECONDS = 3600

/** The parts of GET /system/df that say what nobody uses. */
const DiskUse = z.object({
  Images: z
    .array(
      z.object({ Size: z.number(), SharedSize: z.number(), Containers: z.number(), Created: z.number() }),
    )
    .nullable(),
  BuildCache: z
    .array(
      z.object({
        Size: z.number(),
        InUse: z.boolean(),
        LastUsedAt: z.string().nullish(),
        CreatedAt: z.string(),
      }),
    )
    .nullish(),
})

const diskUse = async (look: Look, engine: unknown) => DiskUse.parse(await look.docker(String(engine)).df())

const isOlder = (look: Look, hours: unknown, time: number): boolean =>
  Date.parse(look.now()) - time >= Number(hours) * HOUR_SECONDS * 1000

export const DOCKER_READINGS: readonly Reading[] = [
  live('docker.unused-images', 'host', {
    needs: ['engine', 'olderThanHours'],
    unit: 'bytes',
    label: 'size of the images older than {olderThanHours} h that no container uses',
    source: 'docker system df, engine {engine}',
    look: async (look, { engine, olderThanHours }) => {
      const { Images } = await diskUse(look, engine)
      const unused = (Images ?? []).filter(
        ({ Containers, Created }) => Containers <= 0 && isOlder(look, olderThanHours, Created * 1000),
      )
      return number(
        unused.reduce((sum, { Size, SharedSize }) => sum + Size - Math.max(0, SharedSize), 0),
        'bytes',
      )
    },
  }),
  live('docker.build-cache', 'host', {
    needs: ['engine', 'olderThanHours'],
    unit: 'bytes',
    label: 'size of the build cache unused for {olderThanHours} h',
    source: 'docker system df, engine {engine}',
    look: async (look, { engine, olderThanHours }) => {
      const { BuildCache } = await diskUse(look, engine)
      const unused = (BuildCache ?? []).filter(
        ({ InUse, LastUsedAt, CreatedAt }) =>
          !InUse && isOlder(look, olderThanHours, Date.parse(LastUsedAt ?? CreatedAt)),
      )
      return number(
        unused.reduce((sum, { Size }) => sum + Size, 0),
        'bytes',
      )
    },
  }),
]
