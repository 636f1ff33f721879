import { userInfo } from 'node:os'
import type { ApprovalResult, Obstacle } from '../approving.ts'
import type { Execution } from '../model/execution.ts'
import type { FixPlan, Vote } from '../model/fix-plan.ts'
import { formatValue } from '../model/format.ts'
import { describeTarget } from '../model/target.ts'
import type { Perfbot } from '../perfbot.ts'
import { type Person, peopleFor, systemPerson } from '../remediate/policy.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** What was not done, said where errors go; the exit status tells scripts. */
function refuse(...lines: string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exitCode = 1
}

/** Whoever has this account of the machine; config says whether that may approve (systemUsers). */
const whoAsks = (): Person => systemPerson(userInfo().username)

async function withFixes(
  configFile: string | undefined,
  work: (perfbot: Perfbot, person: Person) => Promise<void>,
): Promise<void> {
  const config = await readConfig(configFile)
  const logger = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel)
  await withPerfbot(config, logger, (perfbot) => work(perfbot, whoAsks()))
}

const EXECUTIONS_SHOWN = 10

export const runFixes = (configFile: string | undefined, { json }: { json?: boolean }): Promise<void> =>
  withFixes(configFile, async (perfbot) => {
    const open = await perfbot.openFixes()
    const executions = await perfbot.executions(EXECUTIONS_SHOWN)
    if (json) return say(JSON.stringify({ open, executions }, null, 2))
    say(open.length === 0 ? 'No fix waits for an approval.' : 'Fixes that wait for an approval:')
    for (const { id, title, risk, expiresAt } of open)
      say(`  ${id}  ${title}  (${risk} risk, until ${expiresAt})`)
    if (executions.length > 0) say('', 'Applied last:')
    for (const { id, outcome, finishedAt, message } of executions) {
      say(`  ${id}  ${finishedAt}  ${outcome}  ${message}`)
    }
  })

function expectedInWords(expected: FixPlan['preconditions'][number]['expected']): string {
  if (expected === null) return 'none'
  if (typeof expected !== 'object') return String(expected)
  return 'atMost' in expected ? `at most ${expected.atMost}` : `at least ${expected.atLeast}`
}

/** A plan in full: what a dry run would show is what it says. */
export function describePlan(plan: FixPlan, votes: readonly Vote[]): string {
  const steps = (list: FixPlan['steps']) =>
    list.flatMap(({ exact }) => exact.split('\n').map((line) => `    ${line}`))
  const yes = votes.filter(({ decision }) => decision === 'approved').map(({ person }) => person)
  return [
    plan.title,
    `  on ${describeTarget(plan.target)}, host ${plan.host}, by the command ${plan.command}`,
    '  exactly this is done:',
    ...steps(plan.steps),
    `  expected: ${plan.expectation.statement}`,
    `  interruption: ${plan.interruption}`,
    `  risk: ${plan.risk}. ${plan.riskReason}`,
    ...(plan.undo.length > 0
      ? ['  undone, when the expectation is not met, with:', ...steps(plan.undo)]
      : ['  perfbot cannot undo it']),
    '  relies on:',
    ...plan.preconditions.map(({ label, expected }) => `    ${label}: ${expectedInWords(expected)}`),
    ...plan.notes.map((note) => `  note: ${note}`),
    `  approved by ${yes.length > 0 ? yes.join(', ') : 'nobody yet'}; needs ${peopleFor(plan.risk)}`,
    `  plan ${plan.id}, digest ${plan.digest}, valid until ${plan.expiresAt}, proposed by ${plan.proposedBy}`,
  ].join('\n')
}

/** One word is a plan; a command with a target and parameters makes one. */
export const runFix = (configFile: string | undefined, [first = '', target, ...assignments]: string[]) =>
  withFixes(configFile, async (perfbot, person) => {
    if (target === undefined) {
      const plan = await perfbot.plan(first)
      if (!plan) return refuse(`There is no plan ${first}. perfbot fixes lists the ones that wait.`)
      return say(describePlan(plan, await perfbot.votesOf(plan.id)))
    }
    const proposal = await perfbot.propose({ command: first, targetName: target, assignments, person })
    if (proposal.kind === 'not-possible') return refuse(`Not possible: ${proposal.reason}.`)
    say(
      describePlan(proposal.plan, []),
      '',
      `Nothing was changed. To do it: perfbot approve ${proposal.plan.id}`,
    )
  })

const measured = (execution: Execution): string[] =>
  execution.after.map((after) => {
    const before = execution.before.find(({ label }) => label === after.label)
    return `  ${after.label}: ${before ? formatValue(before.value, before.unit) : 'not read'} → ${formatValue(after.value, after.unit)}`
  })

function sayExecution(execution: Execution): void {
  say(execution.message, ...measured(execution), `Execution ${execution.id}.`)
  if (execution.outcome === 'failed' || execution.outcome === 'refused') process.exitCode = 1
}

const refusal = ({ reason, earlier, ask }: Obstacle): string[] => [
  earlier ? `${reason} It was ${earlier}.` : reason,
  ...(ask && !earlier
    ? [
        `Those may: ${[...ask.users, ...ask.userGroups, ...ask.channels, ...ask.systemUsers.map((name) => `os:${name}`)].join(', ') || 'nobody'}.`,
      ]
    : []),
]

function sayResult(result: ApprovalResult): void {
  switch (result.kind) {
    case 'refused':
      refuse(...refusal(result))
      break
    case 'waiting':
      say(`Approved. ${result.missing} more of different people needed before it is applied.`)
      break
    case 'executed':
      sayExecution(result.execution)
      if (result.replacement) say('', 'As things are now it would be:', describePlan(result.replacement, []))
  }
}

export const runApprove = (configFile: string | undefined, planId: string, { reason }: { reason?: string }) =>
  withFixes(configFile, async (perfbot, person) => {
    const plan = await perfbot.plan(planId)
    if (!plan) return refuse(`There is no plan ${planId}. perfbot fixes lists the ones that wait.`)
    const progress = (step: string) => process.stderr.write(`${step} …\n`)
    const request = { planId, digest: plan.digest, person, reason: reason ?? '', progress }
    sayResult(await perfbot.approve(request))
  })

export const runReject = (configFile: string | undefined, planId: string, reason: string) =>
  withFixes(configFile, async (perfbot, person) => {
    const result = await perfbot.reject({ planId, person, reason })
    if (result.kind === 'refused') return refuse(...refusal(result))
    say(`Rejected: ${result.plan.title}`)
  })

export const runUndo = (
  configFile: string | undefined,
  executionId: string,
  { reason }: { reason?: string },
) =>
  withFixes(configFile, async (perfbot, person) => {
    const result = await perfbot.undo({ executionId, person, reason: reason ?? '' })
    if (result.kind === 'refused') return refuse(...refusal({ ...result, earlier: null }))
    sayExecution(result.execution)
  })
