import { z } from 'zod'
import { Bytes, Ratio, Timestamp } from '../units.ts'

/** A table or materialised view. Counts are since the statistics were reset. */
export const TableReading = z.object({
  schema: z.string(),
  name: z.string(),
  /** Table, indexes and TOAST; all sizes null while it is locked exclusively. */
  totalBytes: Bytes.nullable(),
  tableBytes: Bytes.nullable(),
  indexBytes: Bytes.nullable(),
  toastBytes: Bytes.nullable(),
  /** Estimates of the statistics, as of the last vacuum or analyse and what was counted since. */
  liveRows: z.number(),
  deadRows: z.number(),
  modifiedSinceAnalyze: z.number(),
  insertedSinceVacuum: z.number(),
  lastVacuumAt: Timestamp.nullable(),
  lastAutovacuumAt: Timestamp.nullable(),
  lastAnalyzeAt: Timestamp.nullable(),
  lastAutoanalyzeAt: Timestamp.nullable(),
  vacuums: z.number(),
  autovacuums: z.number(),
  sequentialScans: z.number(),
  sequentialRowsRead: z.number(),
  indexScans: z.number(),
  rowsInserted: z.number(),
  rowsUpdated: z.number(),
  rowsHotUpdated: z.number(),
  rowsDeleted: z.number(),
  blocksRead: z.number(),
  blocksHit: z.number(),
  /** age(relfrozenxid), its TOAST table's where that is older. */
  xidAge: z.number(),
  multixactAge: z.number(),
  /** `autovacuum_enabled=false`, `fillfactor=70` … */
  storageOptions: z.array(z.string()),
  /**
   * Bytes of the table itself beyond what its rows should take, free space that is left on purpose (fillfactor) not
   * counted. An estimate; null without column statistics that the role may see.
   */
  bloatBytes: Bytes.nullable(),
})
export type TableReading = z.infer<typeof TableReading>

export const IndexReading = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  /** Both null while it or its table is locked exclusively. */
  definition: z.string().nullable(),
  sizeBytes: Bytes.nullable(),
  scans: z.number(),
  unique: z.boolean(),
  /** Behind a primary key or another constraint, or the table's replica identity: not to be dropped by itself. */
  constraint: z.boolean(),
  /** False after CREATE INDEX CONCURRENTLY failed: written to by everybody, read by nobody. */
  valid: z.boolean(),
  /** Another of the same definition apart from its name. */
  duplicateOf: z.string().nullable(),
  /** Another that begins with the same columns and goes on. */
  prefixOf: z.string().nullable(),
})
export type IndexReading = z.infer<typeof IndexReading>

export const MissingForeignKeyIndex = z.object({
  schema: z.string(),
  table: z.string(),
  constraint: z.string(),
  columns: z.array(z.string()),
  references: z.string(),
  rows: z.number(),
})
export type MissingForeignKeyIndex = z.infer<typeof MissingForeignKeyIndex>

export const SequenceReading = z.object({
  schema: z.string(),
  name: z.string(),
  /** `public.orders.id`, each part quoted where SQL needs it; null when no column owns it. */
  column: z.string().nullable(),
  /** Of what the sequence, or the type of its column, holds. */
  usedRatio: Ratio,
})
export type SequenceReading = z.infer<typeof SequenceReading>

export const Extension = z.object({
  name: z.string(),
  version: z.string(),
  /** What the server would install: an older version needs ALTER EXTENSION … UPDATE. */
  available: z.string().nullable(),
})
export type Extension = z.infer<typeof Extension>

export const CollationMismatch = z.object({
  name: z.string(),
  recorded: z.string(),
  actual: z.string(),
})
export type CollationMismatch = z.infer<typeof CollationMismatch>

export const HbaRule = z.object({
  line: z.number(),
  type: z.string(),
  databases: z.array(z.string()),
  users: z.array(z.string()),
  address: z.string().nullable(),
  method: z.string(),
  /** Why the server cannot read the line. */
  error: z.string().nullable(),
})
export type HbaRule = z.infer<typeof HbaRule>

/**
 * What is costly to read, and therefore read every few minutes only: of the database that is connected to, and of it
 * what stands out. A null list could not be read; a gap says why.
 */
export const Catalogue = z.object({
  /** Nothing in it is younger. */
  readAt: Timestamp,
  database: z.string(),
  /** How many there are in all; listed are the first by size, dead rows, rows read in sequence, age … */
  tableCount: z.number().nullable(),
  tables: z.array(TableReading).nullable(),
  indexCount: z.number().nullable(),
  /** Those that are unused, invalid, or made needless by another. */
  indexes: z.array(IndexReading).nullable(),
  foreignKeysWithoutIndex: z.array(MissingForeignKeyIndex).nullable(),
  /** More than half used. */
  sequences: z.array(SequenceReading).nullable(),
  extensions: z.array(Extension).nullable(),
  /** Of collations that columns use. */
  collationMismatches: z.array(CollationMismatch).nullable(),
  /** Lines that trust everybody, and lines that cannot be read. Null for a role that may not look. */
  hbaRules: z.array(HbaRule).nullable(),
})
export type Catalogue = z.infer<typeof Catalogue>
