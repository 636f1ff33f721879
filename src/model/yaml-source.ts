import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml'
import type { z } from 'zod'

/** What is wrong with a value, and at which path in it. */
export type Mistake = { readonly path: readonly PropertyKey[]; readonly message: string }

/** A mistake at its place in the file. */
type Placed = { readonly offset: number; readonly text: string }

/** A file that a person wrote, as plain values that still know where they stand. */
export type YamlSource = {
  /** Undefined when the syntax is broken. */
  readonly value: unknown
  /**
   * Every mistake as `file:line:column: path: message`, in the order of the file: those of the syntax, the variables
   * that are not set, and those that are given.
   */
  readonly flaws: (mistakes: readonly Mistake[]) => string[]
}

const VARIABLE = /\$\{(\w+)(?::-([^}]*))?\}/g

/** Numbers and booleans that came from a variable count as such where the YAML has no quotes around them. */
function resolvePlain(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}

type Environment = Readonly<Record<string, string | undefined>>

/** Puts values in place of `${NAME}` and `${NAME:-default}`; tells of each that is not set. */
function interpolate(
  document: Document,
  environment: Environment,
  missing: (offset: number, name: string) => void,
): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return
      const replaced = node.value.replace(VARIABLE, (_match, name: string, otherwise?: string) => {
        const value = environment[name] || otherwise
        if (value === undefined) missing(node.range?.[0] ?? 0, name)
        return value ?? ''
      })
      node.value = node.type === Scalar.PLAIN ? resolvePlain(replaced) : replaced
    },
  })
}

/** Where the key of the last part of the path stands; for what is missing, the nearest thing that is there. */
function offsetOf(document: Document, path: Mistake['path']): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const name = path[length - 1]
    const node = isMap(parent)
      ? parent.items.map((pair) => pair.key).find((key) => isScalar(key) && key.value === name)
      : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}

/** Reads YAML; with an environment, its variables are put in. Never throws: what is wrong is in `flaws`. */
export function readYaml(text: string, file: string, environment?: Environment): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const found: Placed[] = document.errors.map((error) => ({
    offset: error.pos[0],
    text: error.message,
  }))
  const broken = found.length > 0
  if (environment && !broken) {
    interpolate(document, environment, (offset, name) => {
      const text = `the environment variable ${name} is not set; set it, or write \${${name}:-default}`
      found.push({ offset, text })
    })
  }
  return {
    value: broken ? undefined : document.toJS(),
    flaws(mistakes) {
      // What broken syntax was read as is no matter.
      const given = broken ? [] : mistakes
      const placed = given.map(({ path, message }) => ({
        offset: offsetOf(document, path),
        text: path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message,
      }))
      return [...found, ...placed]
        .sort((left, right) => left.offset - right.offset)
        .map(({ offset, text }) => {
          const { line, col } = lines.linePos(offset)
          return `${file}:${line}:${col}: ${text}`
        })
    },
  }
}

function mistakesOfIssue(issue: z.core.$ZodIssue, stranger: string): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: stranger }))
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return [{ path: issue.path, message: missing ? 'is missing' : issue.message }]
}

/** What zod found wrong. Each key that it does not know is a mistake of its own, of which `stranger` is said. */
export const mistakesOf = (error: z.ZodError, stranger: string): Mistake[] =>
  error.issues.flatMap((issue) => mistakesOfIssue(issue, stranger))
