/** What Slack says no with: an error code, and the fields that come with it. */
export class Refusal extends Error {
  readonly code: string
  readonly fields: Record<string, unknown>

  constructor(code: string, fields: Record<string, unknown> = {}) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.fields = fields
  }
}

/** The fields that carry a refusal's reasons: `errors` bare, `response_metadata.messages` marked. */
export function reasons(messages: readonly string[], withErrors: boolean): Record<string, unknown> {
  if (messages.length === 0) return {}
  return {
    ...(withErrors ? { errors: messages } : {}),
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  }
}
