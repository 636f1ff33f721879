/** Who may approve, as config has it. */
export type ApprovalPolicy = { users: readonly string[]; userGroups: readonly string[] }
export type Person = { id: string; userGroups: readonly string[] }

export type Permission =
  | { allowed: true }
  /** `ask` holds the ids of those who may; how they are mentioned is Slack's affair. */
  | { allowed: false; reason: string; ask: ApprovalPolicy }

/** An empty list means nobody: an empty allow-list that meant everybody has burned others. */
export function mayApprove(person: Person, policy: ApprovalPolicy): Permission {
  const listed = policy.users.includes(person.id)
  const inGroup = person.userGroups.some((group) => policy.userGroups.includes(group))
  if (listed || inGroup) return { allowed: true }
  const nobody = policy.users.length === 0 && policy.userGroups.length === 0
  return {
    allowed: false,
    reason: nobody
      ? 'Nobody may approve fixes yet: the list of approvers in the configuration is empty.'
      : 'You are not among those who may approve fixes here.',
    ask: { users: policy.users, userGroups: policy.userGroups },
  }
}
