import type { Kysely } from 'kysely'
import { type AlertStore, alertStore } from './alerts.ts'
import { type AuditStore, auditStore } from './audit.ts'
import { type HeadFile, headFileIn, headFileOf } from './audit-head.ts'
import { type DatabaseOptions, openDatabase } from './database.ts'
import { type DigestStore, digestStore } from './digests.ts'
import type { OnDamage } from './documents.ts'
import { type EventStore, eventStore } from './events.ts'
import { type FeedbackStore, feedbackStore } from './feedback.ts'
import { type HistoryStore, historyStore } from './history.ts'
import { type PlanStore, planStore } from './plans.ts'
import { openPostgres } from './postgres-database.ts'
import { placeOf } from './postgres-failure.ts'
import { prune, type Retention } from './prune.ts'
import { type ReportStore, reportStore } from './reports.ts'
import { type Lease, type RunStore, runStore } from './runs.ts'
import { type SettingStore, settingStore } from './settings.ts'
import { type SnapshotStore, snapshotStore } from './snapshots.ts'
import type { Tables } from './tables.ts'
import { type TakenEventStore, takenEventStore } from './taken-events.ts'
import { type UnusualStore, unusualStore } from './unusual.ts'
import { type Upkeep, upkeep } from './upkeep.ts'

export type { Lease }

/**
 * What perfbot remembers. Asked for one thing that is damaged, a method rejects with a `StoreFailure`; a list
 * passes over damaged records and tells `onDamage`.
 */
export type Store = SnapshotStore &
  ReportStore &
  PlanStore &
  RunStore &
  AuditStore &
  HistoryStore &
  AlertStore &
  DigestStore &
  UnusualStore &
  SettingStore &
  FeedbackStore &
  TakenEventStore &
  EventStore &
  Upkeep & {
    prune(before: Retention): Promise<void>
    close(): Promise<void>
  }

/**
 * `url`: a PostgreSQL database, which several bots may share, and the folder where the end of its audit log is kept
 * apart from it; otherwise a SQLite file of one's own.
 */
export type StoreOptions = (DatabaseOptions | { url: string; headDirectory?: string }) & {
  /** Without it a damaged record is an error in lists too. */
  onDamage?: OnDamage
}

/** Opens the database that the URL names, or `perfbot.sqlite` in the directory, or makes it; rejects with a `StoreFailure` that says what to do. */
export async function openStore({ onDamage, ...options }: StoreOptions): Promise<Store> {
  if ('url' in options) {
    const { url, headDirectory } = options
    const headFile = headDirectory === undefined ? null : headFileOf(headDirectory, placeOf(url))
    return storeOn(await openPostgres(url), onDamage, headFile)
  }
  return storeOn(await openDatabase(options), onDamage, headFileIn(options.directory))
}

/** The store over any migrated database. */
export function storeOn(
  db: Kysely<Tables>,
  onDamage: OnDamage = rethrow,
  headFile: HeadFile | null = null,
): Store {
  return {
    ...snapshotStore(db, onDamage),
    ...reportStore(db, onDamage),
    ...planStore(db, onDamage),
    ...runStore(db, onDamage, headFile),
    ...auditStore(db, onDamage, headFile),
    ...historyStore(db),
    ...alertStore(db, onDamage),
    ...digestStore(db, onDamage),
    ...unusualStore(db, onDamage),
    ...settingStore(db, onDamage),
    ...feedbackStore(db, onDamage),
    ...takenEventStore(db),
    ...eventStore(db, onDamage),
    ...upkeep(db, headFile),
    prune: (before) => prune(db, before),
    close: () => db.destroy(),
  }
}

const rethrow: OnDamage = (failure) => {
  throw failure
}
