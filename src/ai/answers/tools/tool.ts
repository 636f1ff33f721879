import type { Tool as OfferedTool } from 'ollama'
import { z } from 'zod'
import type { Evidence } from '../../../model/evidence.ts'
import type { Question } from '../../../model/question.ts'
import type { AnswerSources } from '../sources.ts'

/** What a tool found: statements of perfbot's own, and lines that somebody else wrote. */
export type Told = {
  readonly said: readonly string[]
  /** Never a source of figures, and marked as data. */
  readonly quoted?: readonly string[]
  readonly evidence?: readonly Evidence[]
}

export type ToolContext = { readonly sources: AnswerSources; readonly question: Question }

/** Something that a model may look up. None of them changes anything. */
export type Tool = {
  readonly name: string
  readonly offered: OfferedTool
  /** Whatever a model wrote as arguments; what does not fit is told to it. */
  readonly call: (given: unknown, context: ToolContext) => Promise<Told>
}

export function tool<Shape extends z.ZodObject>(definition: {
  readonly name: string
  readonly description: string
  readonly parameters: Shape
  readonly look: (args: z.infer<Shape>, context: ToolContext) => Promise<Told> | Told
}): Tool {
  const { name, description, parameters, look } = definition
  const { $schema: _, ...schema } = z.toJSONSchema(parameters)
  return {
    name,
    // The library knows fewer words of JSON Schema than there are; Ollama passes over the others.
    offered: { type: 'function', function: { name, description, parameters: schema as never } },
    async call(given, context) {
      // Some models write their arguments as a text that holds the JSON.
      const parsed = parameters.safeParse(typeof given === 'string' ? jsonIn(given) : (given ?? {}))
      if (parsed.success) return look(parsed.data, context)
      const flaws = parsed.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`,
      )
      return { said: [`Not understood: ${flaws.join('; ')}`] }
    },
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const nothing = (what: string): Told => ({ said: [what] })
