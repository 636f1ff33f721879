import type { Generated } from 'kysely'

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
  votes: {
    plan_id: string
    digest: string
    person: string
    at: string
    decision: string
    reason: string
  }
  runs: {
    id: string
    plan_id: string
    target: string
    owner: string
    lease_until: string
    ended_at: string | null
    document: string
  }
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
  alerts: { host: string; finding_id: string; resolved_at: string | null; document: string }
  /** `until` null: until somebody ends it. */
  silences: { host: string; finding_id: string; until: string | null; by_whom: string; at: string }
  /** `expression` null: off. `by_whom` null: the configuration. */
  digests: {
    host: string
    channel: string
    expression: string | null
    timezone: string | null
    by_whom: string | null
    since: string
  }
  settings: { host: string; name: string; value: number; by_whom: string; at: string }
  feedback: { id: string; document: string }
  /** Events of Slack that a bot has taken, by their keys. */
  taken_events: { key: string; at: string }
  /** One row: the newest line of `audit`. */
  audit_head: { id: number; sequence: number; hash: string }
  series: { id: Generated<number>; host: string; metric: string; labels: string }
  /** `at` in milliseconds since 1970. */
  sample_batches: { host: string; at: number; block: Uint8Array }
  /** `hour` counts hours since 1970. */
  series_raw: { series_id: number; hour: number; block: Uint8Array }
  series_minutes: { series_id: number; hour: number; block: Uint8Array }
  series_hours: {
    series_id: number
    hour: number
    count: number
    minimum: number
    maximum: number
    total: number
    sketch: Uint8Array
  }
  /** What was learnt of each series. */
  detectors: { series_id: number; state: string }
  /** `at` in milliseconds since 1970. */
  unusual: { series_id: number; at: number; document: string }
  events: { host: string; at: string; kind: string; subject: string; document: string }
  deployed: { host: string; subject: string; document: string }
}
