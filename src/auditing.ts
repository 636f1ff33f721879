import type { AuditEntry } from './model/execution.ts'
import { type Timestamp, timestamp } from './model/units.ts'
import type { Perfbot } from './perfbot.ts'
import { parseRange } from './trending.ts'

export type AuditQuestion = {
  /** A part of the name of a target, or of a plan. */
  readonly target?: string | undefined
  readonly since?: Timestamp | null | undefined
  /** The last so many. */
  readonly most?: number | undefined
}

/** `7d` back from now, or a day as `2026-03-14`. Null when it is neither. */
export function sinceOf(word: string, now: Date): Timestamp | null {
  const range = parseRange(word)
  if (range !== null) return timestamp(new Date(now.getTime() - range * 1000))
  return /^\d{4}-\d{2}-\d{2}/.test(word) && !Number.isNaN(Date.parse(word)) ? timestamp(new Date(word)) : null
}

const isAbout = ({ subject, detail }: AuditEntry, target: string): boolean =>
  subject.startsWith(target) || String(detail.target ?? '').includes(target)

/** Oldest first. */
export async function auditSince(
  perfbot: Pick<Perfbot, 'auditAfter'>,
  { target, since, most = Number.POSITIVE_INFINITY }: AuditQuestion,
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = []
  let page = await perfbot.auditAfter(0)
  while (page.length > 0) {
    for (const entry of page) {
      if (since && entry.at < since) continue
      if (target !== undefined && !isAbout(entry, target)) continue
      found.push(entry)
      if (found.length > most) found.shift()
    }
    page = await perfbot.auditAfter(page.at(-1)?.sequence ?? Number.MAX_SAFE_INTEGER)
  }
  return found
}

const COLUMNS = ['sequence', 'at', 'actor', 'action', 'subject', 'detail', 'previousHash', 'hash'] as const

/** A cell that a spreadsheet would take for a formula is made a text. */
function cell(value: string | number): string {
  const text = String(value)
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** RFC 4180, with its header. */
export const csvOf = (entries: readonly AuditEntry[]): string =>
  [
    COLUMNS.join(','),
    ...entries.map((entry) =>
      COLUMNS.map((name) => cell(name === 'detail' ? JSON.stringify(entry.detail) : entry[name])).join(','),
    ),
  ]
    .map((line) => `${line}\r\n`)
    .join('')

export const jsonLinesOf = (entries: readonly AuditEntry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
