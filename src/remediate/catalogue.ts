import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { mistakesOf, readYaml } from '../model/yaml-source.ts'
import { CommandDefinition } from './definition.ts'
import { mistakesIn } from './definition-checks.ts'

export type Catalogue = ReadonlyMap<string, CommandDefinition>
export type { CommandDefinition }

/** Every mistake in every file, as `file:line:column: what is wrong`: whoever mends them sees all at once. */
export class CatalogueFailure extends Error {
  override readonly name = 'CatalogueFailure'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`the command files have mistakes:\n${mistakes.join('\n')}`)
    this.mistakes = mistakes
  }
}

type Loaded = { kind: 'command'; command: CommandDefinition } | { kind: 'mistakes'; mistakes: string[] }

/** Reads `<directory>/<domain>/<name>.yaml`; the command `<domain>.<name>` is what such a file declares. */
export async function loadCatalogue(directory: string): Promise<Catalogue> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const loaded = await Promise.all(files.map((file) => loadCommand(file, relative(directory, file))))
  const mistakes = loaded.flatMap((each) => (each.kind === 'mistakes' ? each.mistakes : []))
  if (mistakes.length > 0) throw new CatalogueFailure(mistakes)
  const commands = loaded.flatMap((each) => (each.kind === 'command' ? each.command : []))
  return new Map(commands.map((command) => [command.id, command]))
}

async function loadCommand(file: string, place: string): Promise<Loaded> {
  const parts = /^([a-z][a-z0-9-]*)[\\/]([a-z][a-z0-9-]*)\.yaml$/.exec(place)
  if (!parts) {
    const message = `${file}:1:1: is not at <domain>/<name>.yaml, in lower case, where a command belongs`
    return { kind: 'mistakes', mistakes: [message] }
  }
  return parseCommand(await readFile(file, 'utf8'), file, `${parts[1]}.${basename(place, '.yaml')}`)
}

function parseCommand(text: string, file: string, expectedId: string): Loaded {
  const source = readYaml(text, file)
  const parsed = CommandDefinition.safeParse(source.value)
  const mistakes = source.flaws(
    parsed.success
      ? mistakesIn(parsed.data, expectedId)
      : mistakesOf(parsed.error, 'is no field that a command has'),
  )
  if (parsed.success && mistakes.length === 0) return { kind: 'command', command: parsed.data }
  return { kind: 'mistakes', mistakes }
}
