import { isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml'
import type { z } from 'zod'

/** A mistake in a file that a person wrote, with the place to look at. */
export type Mistake = { readonly where: string; readonly what: string }

export const describeMistakes = (mistakes: readonly Mistake[]): string =>
  mistakes.map(({ where, what }) => `  ${where}  ${what}`).join('\n')

export type YamlSource = {
  /** The document as plain values. */
  readonly value: unknown
  /** Broken syntax, and variables that are not set. */
  readonly mistakes: readonly Mistake[]
  /** `file:line:column` of the value at `path`, or of the nearest thing around it. */
  readonly locate: (path: readonly PropertyKey[]) => string
}

const VARIABLE = /\$\{(\w+)(?::-([^}]*))?\}/g

/** Numbers and booleans that came from a variable count as such where the YAML has no quotes around them. */
function resolvePlain(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}

/**
 * Reads YAML and puts the environment's values in place of `${NAME}` and `${NAME:-default}`. Without an
 * environment nothing is replaced. Never throws: what is wrong stands in `mistakes`, all of it.
 */
export function readYaml(
  text: string,
  file: string,
  environment?: Readonly<Record<string, string | undefined>>,
): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const mistakes: Mistake[] = document.errors.map((error) => ({
    where: at(error.pos[0]),
    what: error.message,
  }))

  if (environment) {
    visit(document, {
      Scalar(_, node) {
        if (typeof node.value !== 'string' || !node.value.includes('${')) return
        const replaced = node.value.replace(VARIABLE, (_match, name: string, otherwise?: string) => {
          const value = environment[name] || otherwise
          if (value !== undefined) return value
          mistakes.push({
            where: at(node.range?.[0] ?? 0),
            what: `the environment variable ${name} is not set; set it, or write \${${name}:-default}`,
          })
          return ''
        })
        node.value = node.type === Scalar.PLAIN ? resolvePlain(replaced) : replaced
      },
    })
  }

  const locate = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true)
      const range = isScalar(node)
        ? node.range
        : (node as { range?: [number, number, number] } | undefined)?.range
      if (range) return at(range[0])
    }
    return at(document.contents?.range?.[0] ?? 0)
  }

  return { value: document.errors.length > 0 ? undefined : document.toJS(), mistakes, locate }
}

/** What zod found wrong, each with its path and its place; an unknown key is a mistake of its own. */
export function mistakesOf(error: z.ZodError, locate: YamlSource['locate']): Mistake[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path
    const named = path.map(String).join('.')
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        where: locate([...path, key]),
        what: `${[named, key].filter(Boolean).join('.')}: there is no such setting`,
      }))
    }
    return [{ where: locate(path), what: `${named || 'the file'}: ${issue.message}` }]
  })
}
