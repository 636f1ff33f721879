import { z } from 'zod'
import type { Parameters } from '../../model/finding.ts'
import type { Unit } from '../../model/units.ts'
import type { Look } from '../look.ts'
import { STARTED_FORMAT } from '../operations/postgres-end-session.ts'
import { ENTRY, EntryRow } from '../operations/postgres-entry.ts'
import { INDEX_STATE } from '../operations/postgres-index.ts'
import { ROLE_SETTING } from '../operations/postgres-objects.ts'
import { live } from './live.ts'
import { type Figure, number, type Reading, text } from './reading.ts'

const Text = z.object({ value: z.string().nullable() })
const Figures = z.object({ value: z.coerce.number().nullable() })
const Index = z.object({ valid: z.boolean(), definition: z.string() })

type Question = {
  readonly needs: readonly string[]
  readonly label: string
  readonly source: string
  /** One row with one column `value`, and a placeholder for each of `needs` in order. */
  readonly sql: string
}

const asText = (name: string, { needs, label, source, sql }: Question): Reading =>
  live(name, 'postgres', {
    needs,
    unit: 'text',
    label,
    source,
    look: async (look, parameters) => {
      const [row] = await look.query(sql, given(needs, parameters), Text)
      return row?.value == null ? null : text(row.value)
    },
  })

const asNumber = (name: string, unit: Extract<Unit, 'count' | 'bytes'>, question: Question): Reading =>
  live(name, 'postgres', {
    ...question,
    unit,
    look: async (look, parameters) => {
      const [row] = await look.query(question.sql, given(question.needs, parameters), Figures)
      return row?.value == null ? null : number(row.value, unit)
    },
  })

const given = (needs: readonly string[], parameters: Parameters) => needs.map((name) => parameters[name])

async function indexIn(look: Look, { schema, index }: Parameters): Promise<z.infer<typeof Index> | null> {
  const [row] = await look.query(INDEX_STATE, [schema, index], Index)
  return row ?? null
}

const ofIndex = (
  name: string,
  label: string,
  read: (index: z.infer<typeof Index> | null) => Figure,
): Reading =>
  live(name, 'postgres', {
    needs: ['schema', 'index'],
    unit: 'text',
    label,
    source: 'pg_index, {schema}.{index}',
    look: async (look, parameters) => read(await indexIn(look, parameters)),
  })

const INDEX = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`
const TABLE = 'FROM pg_stat_all_tables WHERE schemaname = $1 AND relname = $2'
const SESSION = 'FROM pg_stat_activity WHERE pid = $1'
const STARTED = `to_char(backend_start AT TIME ZONE 'UTC', '${STARTED_FORMAT}')`

export const POSTGRES_OBJECT_READINGS: readonly Reading[] = [
  live('postgres.setting-entry', 'postgres', {
    needs: ['name'],
    unit: 'text',
    label: 'entry of {name} in postgresql.auto.conf',
    source: 'pg_file_settings.{name}',
    look: async (look, { name }) => {
      const [row] = await look.query(ENTRY, [name], EntryRow)
      return text(row?.setting ?? 'none')
    },
  }),
  live('postgres.has-entry', 'postgres', {
    needs: ['name'],
    unit: 'text',
    label: 'presence of {name} in postgresql.auto.conf',
    source: 'pg_file_settings.{name}',
    look: async (look, { name }) => {
      const [row] = await look.query(ENTRY, [name], EntryRow)
      return text(row ? 'yes' : 'no')
    },
  }),
  ofIndex('postgres.index', 'state of the index', (index) =>
    text(index === null ? 'absent' : index.valid ? 'valid' : 'invalid'),
  ),
  ofIndex('postgres.index-present', 'presence of the index', (index) => text(index === null ? 'no' : 'yes')),
  ofIndex('postgres.index-definition', 'definition of the index', (index) =>
    text(index?.definition ?? 'none'),
  ),
  asText('postgres.index-filenode', {
    needs: ['schema', 'index'],
    label: 'file of {index}',
    source: 'pg_relation_filenode({schema}.{index})',
    sql: `SELECT pg_relation_filenode(c.oid)::text AS value ${INDEX}`,
  }),
  asNumber('postgres.index-size', 'bytes', {
    needs: ['schema', 'index'],
    label: 'size of {index}',
    source: 'pg_relation_size({schema}.{index})',
    sql: `SELECT pg_relation_size(c.oid) AS value ${INDEX}`,
  }),
  asNumber('postgres.index-scans', 'count', {
    needs: ['schema', 'index'],
    label: 'scans of {index}',
    source: 'pg_stat_all_indexes.idx_scan',
    sql: 'SELECT idx_scan AS value FROM pg_stat_all_indexes WHERE schemaname = $1 AND indexrelname = $2',
  }),
  /** What holds a constraint, or identifies rows for replication, is no mere index. */
  asText('postgres.index-duty', {
    needs: ['schema', 'index'],
    label: 'duty of {index}',
    source: 'pg_index, pg_constraint',
    sql: `SELECT CASE WHEN i.indisunique OR i.indisreplident OR i.indisclustered
        OR EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) THEN 'constraint' ELSE 'speed only' END AS value
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
  }),
  asText('postgres.table', {
    needs: ['schema', 'table'],
    label: '{schema}.{table}',
    source: 'pg_stat_all_tables',
    sql: `SELECT CASE WHEN EXISTS (SELECT ${TABLE}) THEN 'there' ELSE 'absent' END AS value`,
  }),
  asNumber('postgres.table-size', 'bytes', {
    needs: ['schema', 'table'],
    label: 'size of {table}',
    source: 'pg_table_size({schema}.{table})',
    sql: `SELECT pg_table_size(c.oid) AS value ${INDEX}`,
  }),
  asNumber('postgres.table-dead-rows', 'count', {
    needs: ['schema', 'table'],
    label: 'dead rows of {table}',
    source: 'pg_stat_all_tables.n_dead_tup',
    sql: `SELECT n_dead_tup AS value ${TABLE}`,
  }),
  asNumber('postgres.table-analyses', 'count', {
    needs: ['schema', 'table'],
    label: 'analyses of {table} so far',
    source: 'pg_stat_all_tables.analyze_count',
    sql: `SELECT analyze_count AS value ${TABLE}`,
  }),
  asNumber('postgres.table-vacuums', 'count', {
    needs: ['schema', 'table'],
    label: 'vacuums of {table} so far',
    source: 'pg_stat_all_tables.vacuum_count',
    sql: `SELECT vacuum_count AS value ${TABLE}`,
  }),
  /** Told by its start too: another session can have the same number one day. */
  asText('postgres.session', {
    needs: ['pid'],
    label: 'start of session {pid}',
    source: 'pg_stat_activity.backend_start',
    sql: `SELECT ${STARTED} AS value ${SESSION}`,
  }),
  asText('postgres.session-present', {
    needs: ['pid'],
    label: 'presence of session {pid}',
    source: 'pg_stat_activity',
    sql: `SELECT CASE WHEN EXISTS (SELECT ${SESSION}) THEN 'yes' ELSE 'no' END AS value`,
  }),
  asText('postgres.session-active', {
    needs: ['pid'],
    label: 'work of session {pid}',
    source: 'pg_stat_activity.state',
    sql: `SELECT CASE WHEN EXISTS (SELECT ${SESSION} AND state = 'active') THEN 'yes' ELSE 'no' END AS value`,
  }),
  live('postgres.session-state', 'postgres', {
    needs: ['pid'],
    unit: 'text',
    label: 'state of session {pid}',
    source: 'pg_stat_activity.state',
    look: async (look, { pid }) => {
      const [row] = await look.query(`SELECT state AS value ${SESSION}`, [pid], Text)
      return text(row === undefined ? 'gone' : (row.value ?? 'unknown'))
    },
  }),
  asText('postgres.session-kind', {
    needs: ['pid'],
    label: 'kind of session {pid}',
    source: 'pg_stat_activity.backend_type',
    sql: `SELECT backend_type AS value ${SESSION}`,
  }),
  asText('postgres.extension', {
    needs: ['extension'],
    label: 'extension {extension}',
    source: 'pg_extension',
    sql: `SELECT CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = $1) THEN 'installed' ELSE 'absent' END AS value`,
  }),
  asText('postgres.extension-available', {
    needs: ['extension'],
    label: 'files of {extension}',
    source: 'pg_available_extensions',
    sql: `SELECT CASE WHEN EXISTS (SELECT FROM pg_available_extensions WHERE name = $1) THEN 'there' ELSE 'missing' END AS value`,
  }),
  asText('postgres.preloaded', {
    needs: ['extension'],
    label: 'loading of {extension} at the start',
    source: 'shared_preload_libraries',
    sql: `SELECT CASE WHEN $1 = ANY (string_to_array(replace(current_setting('shared_preload_libraries'), ' ', ''), ','))
      THEN 'yes' ELSE 'no' END AS value`,
  }),
  asText('postgres.slot', {
    needs: ['slot'],
    label: 'slot {slot}',
    source: 'pg_replication_slots.active',
    sql: `SELECT CASE WHEN count(*) = 0 THEN 'absent' WHEN bool_or(active) THEN 'active' ELSE 'inactive' END AS value
      FROM pg_replication_slots WHERE slot_name = $1`,
  }),
  asNumber('postgres.slot-retained', 'bytes', {
    needs: ['slot'],
    label: 'WAL that slot {slot} keeps',
    source: 'pg_replication_slots.restart_lsn',
    sql: `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS value FROM pg_replication_slots WHERE slot_name = $1`,
  }),
  live('postgres.role-setting', 'postgres', {
    needs: ['role', 'setting'],
    unit: 'text',
    label: '{setting} of role {role}',
    source: 'pg_db_role_setting',
    look: async (look, { role, setting }) => {
      const [row] = await look.query(ROLE_SETTING, [role, setting], Text)
      return row ? text(row.value ?? 'none') : null
    },
  }),
]
