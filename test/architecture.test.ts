import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const SOURCE = join(import.meta.dirname, '../src')

/**
 * Who may import whom: data flows one way. A stage knows the nouns and nothing of the other stages; what one needs
 * of another comes in as an argument. The files at the top of src/ wire the stages together.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  collect: ['model'],
  store: ['model'],
  diagnose: ['model'],
  report: ['model'],
  ai: ['model'],
  remediate: ['model'],
  schedule: ['model'],
  exporter: ['model'],
  playground: ['model'],
  demo: ['model'],
  // The faces know the stages through what is at the top; from stages they take words and the policy's types.
  slack: ['model', 'report', 'remediate', ''],
  cli: ['model', 'report', 'remediate', 'slack', 'schedule', 'exporter', 'playground', 'demo', ''],
  // The configuration names thresholds, targets and who may do what, in the words of those who use them.
  config: ['model', 'diagnose', 'report', 'remediate'],
  '': ['config', 'model', 'collect', 'store', 'diagnose', 'report', 'ai', 'remediate', 'schedule', 'cli', ''],
}

const stageOf = (file: string): string => {
  const [first = ''] = relative(SOURCE, file).split('/')
  return first.endsWith('.ts') ? '' : first
}

async function sourceFiles(): Promise<string[]> {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

it('imports go one way', async () => {
  const wrong: string[] = []
  for (const file of await sourceFiles()) {
    const from = stageOf(file)
    for (const [, path = ''] of (await readFile(file, 'utf8')).matchAll(/from '(\.[^']+)'/g)) {
      const to = stageOf(join(dirname(file), path))
      if (to !== from && !MAY_IMPORT[from]?.includes(to)) {
        wrong.push(`${relative(SOURCE, file)} imports ${path}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

it('every folder has its place in the order', async () => {
  const folders = (await readdir(SOURCE, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  expect(Object.keys(MAY_IMPORT)).toEqual(expect.arrayContaining(folders.map((folder) => folder.name)))
})
