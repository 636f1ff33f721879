import { randomBytes } from 'node:crypto'
import { Refusal } from './refusal.ts'

/** Trigger ids let an app open one modal for the person who has just done something, for a short while. */
export type Triggers = {
  issue: (user: string) => string
  /** Whose trigger it is; each is exchanged once. */
  exchange: (id: string) => { user: string }
}

export function createTriggers(now: () => number, lifetime: number): Triggers {
  const issued = new Map<string, { user: string; expires: number; isExchanged: boolean }>()
  return {
    issue(user) {
      const digits = () => String(Math.floor(Math.random() * 1e12)).padStart(12, '1')
      const id = `${digits()}.${digits()}.${randomBytes(16).toString('hex')}`
      issued.set(id, { user, expires: now() + lifetime, isExchanged: false })
      return id
    },
    exchange(id) {
      const trigger = issued.get(id)
      if (!trigger) throw new Refusal('invalid_trigger_id')
      if (trigger.isExchanged) throw new Refusal('exchanged_trigger_id')
      if (now() > trigger.expires) throw new Refusal('expired_trigger_id')
      trigger.isExchanged = true
      return { user: trigger.user }
    },
  }
}
