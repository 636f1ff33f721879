import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { CommandDefinition } from './definition.ts'
import { type Mistake, mistakesIn, type Path } from './definition-checks.ts'

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

function parseCommand(source: string, file: string, expectedId: string): Loaded {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines })
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}: ${message}`
  }
  if (document.errors.length > 0) {
    const mistakes = document.errors.map((error) => at(error.pos[0], firstLine(error.message)))
    return { kind: 'mistakes', mistakes }
  }
  const parsed = CommandDefinition.safeParse(document.toJS())
  const found = parsed.success
    ? mistakesIn(parsed.data, expectedId)
    : parsed.error.issues.flatMap((issue) => mistakesOfIssue(issue))
  if (parsed.success && found.length === 0) return { kind: 'command', command: parsed.data }
  const placed = found.map(({ path, message }) => ({ path, message, offset: offsetOf(document, path) }))
  placed.sort((left, right) => left.offset - right.offset)
  const mistakes = placed.map(({ path, message, offset }) => at(offset, `${path.join('.')}: ${message}`))
  return { kind: 'mistakes', mistakes }
}

/** The yaml package appends an excerpt of the source, which may be long. */
const firstLine = (message: string): string => (message.split('\n')[0] ?? message).replace(/:$/, '')

function mistakesOfIssue(issue: z.core.$ZodIssue): Mistake[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is no field that a command has' }))
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return [{ path, message: missing ? 'is missing' : issue.message }]
}

/** Where the key of the last part of the path stands; for what is missing, the nearest thing that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const name = path[length - 1]
    const key = isMap(parent)
      ? parent.items.map((pair) => pair.key).find((each) => isScalar(each) && each.value === name)
      : document.getIn(path.slice(0, length), true)
    if (isNode(key) && key.range) return key.range[0]
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}
