import type { Kysely, Transaction } from 'kysely'
import type { FindingEvent } from '../model/event.ts'
import { bySeverity, type Finding, Severity, wentUnseen } from '../model/finding.ts'
import { Report } from '../model/report.ts'
import { TargetKind } from '../model/target.ts'
import type { Timestamp } from '../model/units.ts'
import {
  documentOf,
  type OnDamage,
  parseRecord,
  parseRow,
  type Row,
  readable,
  storableText,
} from './documents.ts'
import { insertEvents } from './events.ts'
import { SeenFinding } from './seen-finding.ts'
import type { Tables } from './tables.ts'

export type ReportStore = {
  /** Also records which findings were seen and which are resolved, and when they turned, unless a newer report has. */
  saveReport(report: Report): Promise<void>
  report(id: string): Promise<Report | null>
  /** The newest of a host that can be read, made before `before` where that is given. */
  latestReport(host: string, before?: Timestamp): Promise<Report | null>
  /** The newest of each host, in the order of their names. */
  latestReports(): Promise<Report[]>
  /** Every finding ever seen on a host, the newest sighting first. */
  findingsSeen(host: string): Promise<SeenFinding[]>
}

export function reportStore(db: Kysely<Tables>, onDamage: OnDamage): ReportStore {
  const parseReport = (row: Row): Report => parseRow('reports', Report, row)

  async function latestReport(host: string, before?: Timestamp): Promise<Report | null> {
    const newestFirst = db
      .selectFrom('reports')
      .select(['id', 'document'])
      .where('host', '=', host)
      .$if(before !== undefined, (query) => query.where('created_at', '<', before as string))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
    for (let passed = 0; ; passed += 1) {
      const rows = await newestFirst.offset(passed).execute()
      const [report] = readable(rows, parseReport, onDamage)
      if (report || rows.length === 0) return report ?? null
    }
  }

  return {
    async saveReport(report) {
      const row = {
        host: report.host,
        created_at: report.createdAt,
        document: documentOf(`Report ${report.id}`, report),
      }
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('reports')
          .values({ id: report.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute()
        if (await hasNewer(transaction, report)) return
        await recordSeen(transaction, report)
        await recordResolved(transaction, report)
      })
    },

    async report(id) {
      const row = await db
        .selectFrom('reports')
        .select(['id', 'document'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? parseReport(row) : null
    },

    latestReport,

    async latestReports() {
      const rows = await db.selectFrom('reports').select('host').distinct().orderBy('host').execute()
      const reports = await Promise.all(rows.map(({ host }) => latestReport(host)))
      return reports.filter((report) => report !== null)
    },

    async findingsSeen(host) {
      const rows = await db
        .selectFrom('findings')
        .select(['id', 'rule', 'severity', 'title'])
        .select(['first_seen_at as firstSeenAt', 'last_seen_at as lastSeenAt', 'resolved_at as resolvedAt'])
        .where('host', '=', host)
        .orderBy('last_seen_at', 'desc')
        .orderBy('id')
        .execute()
      const parse = (row: (typeof rows)[number]) =>
        parseRecord('findings', row.id, () => SeenFinding.parse(row))
      return readable(rows, parse, onDamage)
    },
  }
}

async function hasNewer(db: Transaction<Tables>, report: Report): Promise<boolean> {
  const newer = await db
    .selectFrom('reports')
    .select('id')
    .where('host', '=', report.host)
    .where('created_at', '>', report.createdAt)
    .limit(1)
    .executeTakeFirst()
  return newer !== undefined
}

async function recordSeen(db: Transaction<Tables>, report: Report): Promise<void> {
  const known = await db
    .selectFrom('findings')
    .select(['id', 'severity', 'resolved_at'])
    .where('host', '=', report.host)
    .execute()
  const before = new Map(known.map((row) => [row.id, row]))
  const turned = report.findings.flatMap((finding) => {
    const turn = turnOf(finding, before.get(finding.id))
    return turn ? [eventOf(finding, turn, report)] : []
  })
  await insertEvents(db, turned)
  for (const finding of report.findings) {
    const row = {
      rule: finding.rule,
      target_kind: finding.target.kind,
      target_name: storableText(finding.target.name),
      severity: finding.severity,
      title: storableText(finding.title),
      last_seen_at: report.createdAt,
      resolved_at: null,
    }
    await db
      .insertInto('findings')
      .values({ host: report.host, id: finding.id, first_seen_at: report.createdAt, ...row })
      .onConflict((conflict) => conflict.columns(['host', 'id']).doUpdateSet(row))
      .execute()
  }
}

/** What is other about a finding than when it was last seen; null when nothing is. */
function turnOf(
  { severity }: Finding,
  before: Pick<Tables['findings'], 'severity' | 'resolved_at'> | undefined,
): FindingEvent['kind'] | null {
  if (!before) return 'appeared'
  if (before.resolved_at !== null) return 'returned'
  const difference = bySeverity({ severity }, { severity: Severity.parse(before.severity) })
  return difference === 0 ? null : difference < 0 ? 'worse' : 'milder'
}

const eventOf = (
  { id, title, severity }: Pick<Finding, 'id' | 'title' | 'severity'>,
  kind: FindingEvent['kind'],
  { host, createdAt }: Report,
): FindingEvent => ({ host, at: createdAt, kind, subject: id, title, severity })

/** A finding is resolved when it is gone, not when its rule could not look. */
async function recordResolved(db: Transaction<Tables>, report: Report): Promise<void> {
  const open = await db
    .selectFrom('findings')
    .select(['id', 'rule', 'target_kind', 'target_name', 'title', 'severity'])
    .where('host', '=', report.host)
    .where('resolved_at', 'is', null)
    .execute()
  // What nobody wants to hear of is still there.
  const present = new Set([...report.findings, ...report.silenced].map(({ id }) => id))
  const gone = open.filter((row) => !present.has(row.id) && !wentUnseen(asSeen(row), report.checks))
  if (gone.length === 0) return
  await insertEvents(
    db,
    gone.map((row) => eventOf({ ...row, severity: Severity.parse(row.severity) }, 'resolved', report)),
  )
  await db
    .updateTable('findings')
    .set({ resolved_at: report.createdAt })
    .where('host', '=', report.host)
    .where(
      'id',
      'in',
      gone.map(({ id }) => id),
    )
    .execute()
}

const asSeen = (row: Pick<Tables['findings'], 'rule' | 'target_kind' | 'target_name'>) => ({
  rule: row.rule,
  target: { kind: TargetKind.parse(row.target_kind), name: row.target_name },
})
