import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { z } from 'zod'
import type { Costs, WindowLimits } from './scorer.ts'

/** One stream of the corpus with the windows in which people saw an anomaly. */
export interface CorpusFile {
  name: string
  family: string
  timestamps: string[]
  /** Seconds since 1970, the corpus' local times read as UTC. */
  at: Float64Array
  values: Float64Array
  windows: WindowLimits[]
}

export interface Corpus {
  files: CorpusFile[]
  profiles: Record<string, Costs>
}

const Windows = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])))
const Profiles = z.record(
  z.string(),
  z.object({ CostMatrix: z.object({ tpWeight: z.number(), fnWeight: z.number(), fpWeight: z.number() }) }),
)

/** Reads a folder laid out as NAB's repository; files without labels are left out, as NAB does. */
export async function readCorpus(folder: string): Promise<Corpus> {
  const labels = Windows.parse(await readJson(join(folder, 'labels', 'combined_windows.json')))
  const profiles = Profiles.parse(await readJson(join(folder, 'config', 'profiles.json')))
  const names = (await readdir(join(folder, 'data'), { recursive: true }))
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name in labels)
    .sort()
  if (names.length === 0) {
    throw new Error(`${folder} holds no labelled stream: expected data/<family>/<name>.csv as in numenta/NAB`)
  }
  const files = await Promise.all(
    names.map(async (name) =>
      parseFile(name, await readFile(join(folder, 'data', name), 'utf8'), labels[name] ?? []),
    ),
  )
  return {
    files,
    profiles: Object.fromEntries(
      Object.entries(profiles).map(([name, { CostMatrix }]) => [name, CostMatrix]),
    ),
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Error(`Cannot read ${path}: give a folder with data/, labels/ and config/ as in numenta/NAB`, {
      cause,
    })
  }
}

function parseFile(name: string, text: string, windows: readonly (readonly [string, string])[]): CorpusFile {
  const lines = text.trim().split(/\r?\n/).slice(1)
  const cells = lines.map((line) => line.split(','))
  const timestamps = cells.map(([timestamp = '']) => withoutFraction(timestamp))
  return {
    name,
    family: name.split('/')[0] ?? name,
    timestamps,
    at: Float64Array.from(timestamps, (timestamp) => Date.parse(`${timestamp.replace(' ', 'T')}Z`) / 1000),
    values: Float64Array.from(cells, ([, value = '']) => Number(value)),
    windows: windows
      .map(([first, last]): WindowLimits => [withoutFraction(first), withoutFraction(last)])
      .sort(([a], [b]) => a.localeCompare(b)),
  }
}

/** Labels are written with microseconds, data without. */
const withoutFraction = (timestamp: string): string => timestamp.replace(/\.0+$/, '')
