import type { FixPlan, Risk, Vote } from '../model/fix-plan.ts'
import type { Timestamp } from '../model/units.ts'

/** Some people, by whom they are, what group they are in, or where they speak. */
export type Members = {
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly channels: readonly string[]
  /** Accounts of the machine, for the command line. */
  readonly systemUsers: readonly string[]
}

/** Who may do what, as config has it. Null is everybody. */
export type ApprovalPolicy = {
  readonly see: Members | null
  readonly ask: Members | null
  /** Looks into how perfbot itself fares, and sets by what it judges. */
  readonly admin: Members
  readonly approve: Readonly<Record<Risk, Members>>
  /** Whether a person may approve alone what they proposed themselves. */
  readonly ownProposals: boolean
  /** Of which risks fixes wait for one of these times; without any, all times are good. */
  readonly windows: readonly MaintenanceWindow[]
  readonly freezes: readonly Freeze[]
}

export type MaintenanceWindow = {
  readonly days: readonly Day[]
  /** `22:30`; one that ends before it begins lasts into the next day. */
  readonly from: string
  readonly to: string
  readonly timezone: string
  readonly risks: readonly Risk[]
}
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof DAYS)[number]

export type Freeze = { readonly from: Timestamp; readonly until: Timestamp; readonly reason: string }

export type Person = {
  readonly id: string
  readonly userGroups: readonly string[]
  /** Where they speak. */
  readonly channel?: string | undefined
}

/** An account of the machine, as a person. */
export const systemPerson = (account: string): Person => ({ id: `os:${account}`, userGroups: [] })

/** perfbot itself, for what config lets it approve. */
export const AUTOMATIC = 'perfbot'

export type Permission =
  | { readonly allowed: true }
  /** `ask` holds the ids of those who may; how they are mentioned is Slack's affair. */
  | { readonly allowed: false; readonly reason: string; readonly ask: Members }

const NOBODY: Members = { users: [], userGroups: [], channels: [], systemUsers: [] }

export const isMember = (person: Person, members: Members): boolean =>
  members.users.includes(person.id) ||
  members.systemUsers.some((account) => person.id === systemPerson(account).id) ||
  person.userGroups.some((group) => members.userGroups.includes(group)) ||
  (person.channel !== undefined && members.channels.includes(person.channel))

/** May this person see, or ask? Nobody named means everybody: nothing is changed by it. */
export const may = (person: Person, members: Members | null): boolean =>
  members === null || isMember(person, members)

/** How many different people a fix needs. */
export const peopleFor = (risk: Risk): number => (risk === 'high' ? 2 : 1)

const isEmpty = (members: Members): boolean => Object.values(members).every((list) => list.length === 0)

/** An empty list means nobody: an empty allow-list that meant everybody has burned others. */
export function mayApprove(person: Person, risk: Risk, policy: ApprovalPolicy): Permission {
  const members = policy.approve[risk]
  if (isMember(person, members)) return { allowed: true }
  return {
    allowed: false,
    reason: isEmpty(members)
      ? `Nobody may approve fixes of ${risk} risk yet: the list of approvers in the configuration is empty.`
      : `You are not among those who may approve fixes of ${risk} risk here.`,
    ask: members,
  }
}

/** Whether somebody may add their yes to a plan, whatever others did. */
export function mayVote(
  person: Person,
  plan: FixPlan,
  votes: readonly Vote[],
  policy: ApprovalPolicy,
): Permission {
  const permission = mayApprove(person, plan.risk, policy)
  if (!permission.allowed) return permission
  const yes = votes.filter(({ decision }) => decision === 'approved')
  const needed = peopleFor(plan.risk)
  const hasVoted = yes.some((vote) => vote.person === person.id)
  if (hasVoted && yes.length < needed) {
    const reason = `You have approved it already. A fix of ${plan.risk} risk needs ${needed} different people.`
    return { allowed: false, reason, ask: without(policy.approve[plan.risk], person) }
  }
  const isAlone = yes.every((vote) => vote.person === person.id)
  if (!policy.ownProposals && plan.proposedBy === person.id && isAlone && needed === 1) {
    const reason =
      'You proposed it yourself, and nobody approves alone what they proposed. Somebody else has to.'
    return { allowed: false, reason, ask: without(policy.approve[plan.risk], person) }
  }
  return { allowed: true }
}

const without = (members: Members, person: Person): Members => ({
  ...members,
  users: members.users.filter((user) => user !== person.id),
})

/** How many more different people have to say yes. */
export const stillNeeded = (plan: FixPlan, votes: readonly Vote[]): number =>
  Math.max(0, peopleFor(plan.risk) - votes.filter(({ decision }) => decision === 'approved').length)

/** Why no fix of this risk is applied now, whoever approves it; null when one may. */
export function untimely(risk: Risk, now: Timestamp, policy: ApprovalPolicy): string | null {
  const freeze = policy.freezes.find(({ from, until }) => from <= now && now < until)
  if (freeze) return `Nothing is changed until ${freeze.until}: ${freeze.reason}`
  const windows = policy.windows.filter(({ risks }) => risks.includes(risk))
  if (windows.length === 0 || windows.some((window) => isOpen(window, now))) return null
  return `Fixes of ${risk} risk are applied within the maintenance windows only: ${windows.map(describeWindow).join('; ')}.`
}

const describeWindow = ({ days, from, to, timezone }: MaintenanceWindow): string =>
  `${days.join(', ')} ${from} to ${to} (${timezone})`

function isOpen({ days, from, to, timezone }: MaintenanceWindow, now: Timestamp): boolean {
  const { day, time } = localTime(now, timezone)
  const yesterday = DAYS[(DAYS.indexOf(day) + 6) % 7] as Day
  if (from <= to) return days.includes(day) && from <= time && time < to
  return (days.includes(day) && time >= from) || (days.includes(yesterday) && time < to)
}

function localTime(now: Timestamp, timezone: string): { day: Day; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(now))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return { day: part('weekday').toLowerCase() as Day, time: `${part('hour')}:${part('minute')}` }
}

export const nobody: Members = NOBODY
