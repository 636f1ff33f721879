import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { mistakesOf, readYaml } from '../model/yaml-source.ts'
import { ANSWER_SCHEMAS, type AnswerSchemaName } from './answer-schemas.ts'

/** What prompts are for; each is a file of that name in prompts/. */
const PROMPT_NAMES = ['summary', 'answer'] as const
export type PromptName = (typeof PROMPT_NAMES)[number]
export type Prompts = Readonly<Record<PromptName, Prompt>>

export type Prompt = {
  name: PromptName
  purpose: string
  /** The placeholders that it is to be filled with. */
  needs: readonly string[]
  schema: AnswerSchemaName
  version: number
  system: string
  user: string
}

/** A prompt file that cannot be used, with the place of the mistake. */
export class PromptMistake extends Error {
  override readonly name = 'PromptMistake'
}

const mistakeAt = (
  path: string,
  line: number | null,
  mistake: string,
  options?: ErrorOptions,
): PromptMistake => new PromptMistake(`${path}${line === null ? '' : `:${line}`}: ${mistake}`, options)

const FrontMatter = z.strictObject({
  purpose: z.string().min(1),
  needs: z.array(z.string().regex(/^[a-z][a-zA-Z]*$/)),
  schema: z.enum(Object.keys(ANSWER_SCHEMAS) as [AnswerSchemaName, ...AnswerSchemaName[]]),
  version: z.int().positive(),
})

/** Every prompt of the directory, validated. Rejects with a `PromptMistake`. */
export async function loadPrompts(directory: string): Promise<Prompts> {
  const files = await markdownIn(directory)
  const prompts = new Map<string, Prompt>()
  for (const file of files) {
    const path = join(directory, file)
    const name = PROMPT_NAMES.find((known) => `${known}.md` === file)
    if (!name) {
      throw mistakeAt(path, null, `no prompt has this name; there are: ${PROMPT_NAMES.join(', ')}`)
    }
    prompts.set(name, parsePrompt(name, path, await readFile(path, 'utf8')))
  }
  const missing = PROMPT_NAMES.find((name) => !prompts.has(name))
  if (missing) throw mistakeAt(join(directory, `${missing}.md`), null, 'this prompt is missing')
  return Object.fromEntries(prompts) as Prompts
}

async function markdownIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((file) => file.endsWith('.md') && file !== 'README.md')
  } catch (error) {
    throw mistakeAt(directory, null, `prompts cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** The line after the opening fence is the first of the front matter. */
const FRONT_MATTER_STARTS = 2

function parsePrompt(name: PromptName, path: string, text: string): Prompt {
  const match = /^---\n(.*?)^---\n(.*)$/ms.exec(text.replaceAll('\r\n', '\n'))
  if (!match) throw mistakeAt(path, 1, 'it has to begin with front matter between two lines ---')
  const [, head = '', body = ''] = match
  const matter = parseFrontMatter(path, head)
  const bodyStarts = FRONT_MATTER_STARTS + head.split('\n').length
  return { name, ...matter, ...parseBody(path, body, bodyStarts, matter.needs) }
}

function parseFrontMatter(path: string, head: string): z.infer<typeof FrontMatter> {
  // The empty line stands for the opening fence, so that the lines are counted as in the file.
  const source = readYaml(`\n${head}`, path)
  const parsed = FrontMatter.safeParse(source.value)
  if (parsed.success) return parsed.data
  throw new PromptMistake(source.flaws(mistakesOf(parsed.error, 'is nothing that a prompt has')).join('\n'))
}

function parseBody(
  path: string,
  body: string,
  firstLine: number,
  needs: readonly string[],
): Pick<Prompt, 'system' | 'user'> {
  for (const [index, line] of body.split('\n').entries()) {
    const stranger = placeholders(line).find((name) => !needs.includes(name))
    if (stranger) {
      throw mistakeAt(path, firstLine + index, `{{${stranger}}} is not among its needs`)
    }
  }
  const unused = needs.find((name) => !placeholders(body).includes(name))
  if (unused) throw mistakeAt(path, FRONT_MATTER_STARTS, `it needs ${unused}, but has no {{${unused}}}`)
  const match = /^# System\n(.*)^# User\n(.*)$/ms.exec(body)
  if (!match) throw mistakeAt(path, firstLine, 'it needs a part "# System", then a part "# User"')
  return { system: (match[1] as string).trim(), user: (match[2] as string).trim() }
}

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g

const placeholders = (text: string): string[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, name]) => name as string)

/** Fills the placeholders once: what is filled in is not looked at again. */
export const fillIn = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(PLACEHOLDER, (placeholder, name: string) => values[name] ?? placeholder)
