import { z } from 'zod'
import type { Look } from '../look.ts'
import { live } from './live.ts'
import { type Figure, number, type Reading, text } from './reading.ts'

const Setting = z.union([z.tuple([z.string(), z.string()]), z.tuple([])])

async function setting(look: Look, name: string): Promise<string | null> {
  const [, value] = Setting.parse(await look.redis('CONFIG', 'GET', name))
  return value ?? null
}

/** `used_memory:1048576` of INFO. */
async function figureOfInfo(look: Look, field: string, part: string): Promise<Figure | null> {
  const info = z.string().parse(await look.redis('INFO', part))
  const value = new RegExp(`^${field}:(\\d+)\\r?$`, 'm').exec(info)?.[1]
  return value === undefined ? null : number(Number(value), 'bytes')
}

export const REDIS_READINGS: readonly Reading[] = [
  live('redis.maxmemory', 'redis', {
    unit: 'bytes',
    label: 'maxmemory',
    source: 'CONFIG GET maxmemory',
    look: async (look) => {
      const value = await setting(look, 'maxmemory')
      return value === null ? null : number(Number(value), 'bytes')
    },
  }),
  live('redis.maxmemory-policy', 'redis', {
    unit: 'text',
    label: 'maxmemory-policy',
    source: 'CONFIG GET maxmemory-policy',
    look: async (look) => {
      const value = await setting(look, 'maxmemory-policy')
      return value === null ? null : text(value)
    },
  }),
  live('redis.used-memory', 'redis', {
    unit: 'bytes',
    label: 'used memory',
    source: 'INFO memory used_memory',
    look: (look) => figureOfInfo(look, 'used_memory', 'memory'),
  }),
  /** Without one there is nothing that CONFIG REWRITE could write to. */
  live('redis.config-file', 'redis', {
    unit: 'text',
    label: 'configuration file',
    source: 'INFO server config_file',
    look: async (look) => {
      const info = z.string().parse(await look.redis('INFO', 'server'))
      const path = /^config_file:(.*?)\r?$/m.exec(info)?.[1]?.trim()
      return text(path ? 'yes' : 'no')
    },
  }),
]
