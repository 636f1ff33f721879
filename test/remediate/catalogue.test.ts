import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CatalogueFailure, loadCatalogue } from '../../src/remediate/catalogue.ts'
import { commandsDirectory, ownCatalogue } from './support.ts'

async function directoryWith(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-commands-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
  return directory
}

/** The mistakes of one file at `commands/container/restart.yaml`, without the directory before its name. */
async function mistakesOf(content: string, path = 'container/restart.yaml'): Promise<string[]> {
  const directory = await directoryWith({ [path]: content })
  const failure = await loadCatalogue(directory).catch((error: unknown) => error)
  if (!(failure instanceof CatalogueFailure)) throw new Error('it was loaded', { cause: failure })
  return failure.mistakes.map((mistake) => mistake.replace(`${directory}/${dirname(path)}/`, ''))
}

const restart = await readFile(join(commandsDirectory, 'container/restart.yaml'), 'utf8')
const memory = await readFile(join(commandsDirectory, 'container/set-memory-limit.yaml'), 'utf8')
const parameter = await readFile(join(commandsDirectory, 'postgres/set-parameter.yaml'), 'utf8')

/** Line and column, both from 1, of the first occurrence. */
function placeOf(text: string, source: string): string {
  const before = source.slice(0, source.indexOf(text)).split('\n')
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}

test('the commands that come with perfbot have no mistakes', () => {
  expect(ownCatalogue.size).toBe(34)
  const domains = new Set([...ownCatalogue.values()].map(({ domain }) => domain))
  expect([...domains].toSorted()).toEqual([
    'compose',
    'container',
    'docker',
    'gpu',
    'host',
    'ollama',
    'postgres',
    'redis',
    'service',
  ])
})

test('every mistake is listed at its line and column, in the order of the file', async () => {
  const source = restart
    .replace('level: medium', 'level: harmless')
    .replace('interruption:', 'interrupts: nothing\ninterruption:')
    .replace('within: 10s', 'within: 10')
    .replace('reversible: false\n', '')
  expect(await mistakesOf(source)).toEqual([
    `restart.yaml:1:1: reversible: is missing`.replace('1:1', placeOf('id:', source)),
    expect.stringContaining(`restart.yaml:${placeOf('level: harmless', source)}: risk.level: `),
    `restart.yaml:${placeOf('interrupts', source)}: interrupts: is no field that a command has`,
    `restart.yaml:${placeOf('within', source)}: expectation.within: a duration with its unit is expected, as in 10s`,
  ])
})

test.each([
  [
    'id: container.restart',
    'id: container.stop',
    /id: is container.stop; the file's place makes it container.restart/,
  ],
  ['title: Restart {{target.name}}', 'title: Restart {{nmae}}', /title: {{nmae}} stands for nothing/],
  [
    'operation: container.restart',
    'operation: shell.run',
    /steps.0.operation: there is no operation shell.run/,
  ],
  [
    "name: '{{target.name}}'",
    'command: rm -rf /',
    /steps.0.arguments.command: container.restart has no argument command/,
  ],
  [
    "name: '{{target.name}}'",
    'command: rm -rf /',
    /steps.0.arguments: container.restart needs the argument name/,
  ],
  ['  - container.started-at', '  - container.mood', /measures.1: there is no reading container.mood/],
  [
    '  - container.started-at',
    '  - postgres.setting',
    /measures.1: postgres.setting is not a reading of a container/,
  ],
  ['reversible: false', 'reversible: true', /undo: is empty, but reversible is true/],
  [
    '  - { reading: container.id, unchanged: true }\n',
    '',
    /relies on container.id, which is in no precondition/,
  ],
  [
    'unchanged: true',
    'is: x, unchanged: true',
    /exactly one of is, unchanged, at-most, at-least is expected/,
  ],
])('%s → %s', async (right, wrong, mistake) => {
  expect(restart).toContain(right)
  expect((await mistakesOf(restart.replace(right, wrong))).join('\n')).toMatch(mistake)
})

test('a precondition that keeps a step from acting on another container cannot be left out', async () => {
  const source = memory.replace('  - { reading: container.id, unchanged: true }\n', '')
  const mistakes = await mistakesOf(source, 'container/set-memory-limit.yaml')
  expect(mistakes).toHaveLength(2) // the step and the undo
  expect(mistakes[0]).toContain(
    `:${placeOf("container: '{{before.container.id}}'", source)}: steps.0.arguments.container`,
  )
})

test('bounds need their units', async () => {
  const source = parameter.replace('minimum: 64kB, maximum: 1GB', 'minimum: 64, maximum: 1GB')
  expect(await mistakesOf(source, 'postgres/set-parameter.yaml')).toEqual([
    `set-parameter.yaml:${placeOf('minimum: 64,', source)}: parameters.name.allowed.work_mem.minimum: ` +
      'a size as PostgreSQL writes it is expected, as in 64kB',
  ])
})

test('a file that is no YAML is reported at the place where it stops to be', async () => {
  const [mistake] = await mistakesOf('id: container.restart\ntitle: "never closed\n')
  expect(mistake).toMatch(/^restart.yaml:3:1: Missing closing "quote/)
})

test('a file where no command belongs is not silently left out', async () => {
  const directory = await directoryWith({ 'restart.yaml': restart, 'container/restart.yml': restart })
  const failure = await loadCatalogue(directory).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    mistakes: [
      expect.stringContaining('container/restart.yml:1:1: is not at <domain>/<name>.yaml'),
      expect.stringContaining('restart.yaml:1:1: is not at <domain>/<name>.yaml'),
    ],
  })
})
