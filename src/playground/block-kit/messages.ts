import type { z } from 'zod'

type Issue = z.core.$ZodIssue

function pointer(path: readonly PropertyKey[]): string {
  // RFC 6901: ~ and / inside a key are escaped.
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function at(words: string, path: readonly PropertyKey[]): string {
  return `${words} [json-pointer:${pointer(path) || '/'}]`
}

function kindOf(expected: string): string {
  return expected === 'array' || expected === 'object' ? `an ${expected}` : `a ${expected}`
}

function tooBig(issue: z.core.$ZodIssueTooBig): string {
  if (issue.origin === 'string') return `must be less than ${Number(issue.maximum) + 1} characters`
  if (issue.origin === 'array') return `no more than ${issue.maximum} items allowed`
  return `must be less than or equal to ${issue.maximum}`
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'string') return `must be more than ${Number(issue.minimum) - 1} characters`
  if (issue.origin === 'array') return `no fewer than ${issue.minimum} items allowed`
  return `must be greater than or equal to ${issue.minimum}`
}

function isMissing(issue: Issue): boolean {
  // zod tells a missing key from a wrong value only by the input, which safeParse reports when asked to.
  return issue.path.length > 0 && 'input' in issue && issue.input === undefined
}

function unionWords(issue: z.core.$ZodIssueInvalidUnion): string[] {
  const given = 'input' in issue ? issue.input : undefined
  const discriminator = issue.discriminator
  if (discriminator === undefined) return [at('failed to match all allowed schemas', issue.path)]
  const object = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
  const parent = issue.path.slice(0, -1)
  const named = object[discriminator]
  return named === undefined
    ? [at(`missing required field: ${discriminator}`, parent)]
    : [
        at('failed to match all allowed schemas', parent),
        at(`unsupported type: ${String(named)}`, issue.path),
      ]
}

/** Says a zod issue in the words of Slack's `response_metadata.messages`, without the leading "[ERROR] ". */
function slackWords(issue: Issue, under: readonly PropertyKey[] = []): string[] {
  const path = [...under, ...issue.path]
  const placed = { ...issue, path } as Issue
  if (isMissing(placed) && placed.code !== 'invalid_union')
    return [at(`missing required field: ${String(path.at(-1))}`, path.slice(0, -1))]
  switch (placed.code) {
    case 'too_big':
      return [at(tooBig(placed), path)]
    case 'too_small':
      return [at(tooSmall(placed), path)]
    case 'unrecognized_keys':
      return placed.keys.map((key) => at(`invalid additional property: ${key}`, path))
    case 'invalid_union':
      return unionWords(placed)
    case 'invalid_type':
      return [at(`must provide ${kindOf(placed.expected)}`, path)]
    case 'invalid_value':
      return [at(`must be one of: ${placed.values.map(String).join(', ')}`, path)]
    case 'invalid_format':
      return [at(placed.format === 'url' ? 'invalid url' : `invalid ${placed.format}`, path)]
    case 'custom':
      return [at(placed.message, path)]
    default:
      return [at('invalid value', path)]
  }
}

export function allSlackWords(error: z.ZodError, under: readonly PropertyKey[] = []): string[] {
  return error.issues.flatMap((issue) => slackWords(issue, under))
}
