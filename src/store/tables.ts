/** The tables as the newest migration leaves them. Times are ISO text in UTC, documents are JSON text. */
export type Tables = {
  snapshots: { id: string; host: string; taken_at: string; document: string }
  reports: { id: string; host: string; created_at: string; document: string }
  findings: {
    host: string
    id: string
    rule: string
    target_kind: string
    target_name: string
    severity: string
    title: string
    first_seen_at: string
    last_seen_at: string
    resolved_at: string | null
  }
  plans: {
    id: string
    report_id: string
    host: string
    finding_id: string
    command: string
    digest: string
    created_at: string
    expires_at: string
    document: string
  }
  approvals: { plan_id: string; digest: string; person: string; at: string }
  executions: { id: string; plan_id: string; document: string }
  audit: {
    sequence: number
    at: string
    actor: string
    action: string
    subject: string
    detail: string
    previous_hash: string
    hash: string
  }
}
