import { z } from 'zod'
import { Parameters } from '../../../model/finding.ts'
import { formatMinute } from '../../../model/format.ts'
import { describeTarget } from '../../../model/target.ts'
import type { CommandSummary } from '../sources.ts'
import { nothing, type Tool, type ToolContext, tool } from './tool.ts'

const ENTRIES = 10

export const audit: Tool = tool({
  name: 'audit',
  description:
    'Who proposed, approved, rejected or applied which fix, the newest first, and what came of it.',
  parameters: z.object({ limit: z.number().int().min(1).max(ENTRIES).default(ENTRIES) }),
  async look({ limit }, { sources: { audit: entries, plan, executionOf } }) {
    const newest = await entries(limit)
    if (newest.length === 0) return nothing('Nothing has been approved, refused or applied yet.')
    const said: string[] = []
    for (const { at, action, actor, subject } of newest) {
      const [known, execution] = await Promise.all([plan(subject), executionOf(subject)])
      const outcome = action === 'finished' && execution ? `: ${execution.outcome}, ${execution.message}` : ''
      said.push(`${formatMinute(at)}: ${actor} ${action} ${known?.title ?? subject}${outcome}`)
    }
    return {
      said,
      evidence: newest.slice(0, 3).map(({ at, action, actor, subject, sequence }) => ({
        label: `${action} by ${actor}`,
        source: `audit entry ${sequence}`,
        at,
        value: subject,
        unit: 'text' as const,
      })),
    }
  },
})

const COMMANDS = 12

const describeCommand = ({ id, title, target, parameters }: CommandSummary): string =>
  `${id} (on a ${target}): ${title}${parameters.length > 0 ? `; parameters ${parameters.map(({ name, description }) => `${name} (${description})`).join(', ')}` : ''}`

export const catalogue: Tool = tool({
  name: 'catalogue',
  description: 'The commands that fixes are made of: what each does, on what, with which parameters.',
  parameters: z.object({ words: z.string().max(100).describe('such as "container memory" or "postgres"') }),
  look({ words }, { sources: { catalogue: commands } }) {
    const wanted = words
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean)
    const fits = (command: CommandSummary) =>
      wanted.filter((word) => `${command.id} ${command.title}`.toLowerCase().includes(word)).length
    const found = commands
      .filter((command) => fits(command) > 0)
      .toSorted((left, right) => fits(right) - fits(left))
      .slice(0, COMMANDS)
    if (found.length === 0)
      return nothing(`No command is called so; there are ${commands.map(({ id }) => id).join(', ')}.`)
    return { said: found.map(describeCommand) }
  },
})

/** What a person says who wants something done, and not only explained. */
const WANTS_DONE =
  /\b(?:fix|repair|solve|mend|restart|raise|lower|increase|reduce|set|change|apply|propose|suggest|clean|prune|free|kill|end|stop|start|load|unload|vacuum|analy[sz]e|reindex|tune|optimi[sz]e|limit|rotate|what (?:can|should|could) (?:i|we)|how (?:do|can|could|should) (?:i|we))\b/

export const wantsSomethingDone = (text: string): boolean => WANTS_DONE.test(text.toLowerCase())

/** A log line that a model obeys can name anything: only what the person named, or a rule found, is proposed. */
const isNamed = (command: string, target: string, { question, sources }: ToolContext): boolean =>
  question.subjects.includes(target) ||
  question.text.split(/[\s,;:!?"'`()]+/).includes(target.toLowerCase()) ||
  sources.report.findings.some(
    (finding) =>
      finding.target.name === target &&
      finding.fixes.some((fix) => fix.kind === 'command' && fix.command === command),
  )

export const propose: Tool = tool({
  name: 'propose_fix',
  description:
    'Lays a command of the catalogue before the person as a plan to review. Nothing is approved or run by it.',
  parameters: z.object({
    command: z.string().max(80).describe('its id, as catalogue gives it'),
    target: z.string().max(120).describe('name of the container, database … it acts on'),
    parameters: Parameters.default({}),
  }),
  async look({ command, target, parameters }, context) {
    const { propose: lay } = context.sources
    if (!lay) return nothing('Nobody is there to review it: it cannot be proposed here.')
    if (!isNamed(command, target, context))
      return nothing(
        `Neither the question nor a finding is about ${command} on ${target}: it is not proposed.`,
      )
    const laid = await lay({ command, targetName: target, parameters })
    if (laid.kind === 'not-possible') return nothing(`Not possible: ${laid.reason}`)
    return {
      said: [
        `Proposed: ${laid.plan.title} on ${describeTarget(laid.plan.target)}. A person has to review and approve it; nothing was done.`,
      ],
    }
  },
})
