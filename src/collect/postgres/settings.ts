import type { Client } from 'pg'
import { z } from 'zod'
import type { PostgresSetting } from '../../model/postgres-reading.ts'

/** The settings that rules judge or reports show. Those that a version does not have yet are simply not there. */
const NAMES = `
  shared_buffers effective_cache_size work_mem hash_mem_multiplier maintenance_work_mem autovacuum_work_mem
  temp_buffers temp_file_limit huge_pages shared_preload_libraries

  max_connections superuser_reserved_connections reserved_connections max_prepared_transactions

  wal_level wal_buffers wal_compression max_wal_size min_wal_size checkpoint_timeout
  checkpoint_completion_target archive_mode max_wal_senders max_replication_slots max_slot_wal_keep_size
  fsync full_page_writes synchronous_commit data_checksums

  autovacuum autovacuum_max_workers autovacuum_naptime autovacuum_vacuum_scale_factor
  autovacuum_analyze_scale_factor autovacuum_vacuum_cost_limit autovacuum_vacuum_cost_delay
  autovacuum_freeze_max_age vacuum_cost_limit

  random_page_cost seq_page_cost effective_io_concurrency default_statistics_target jit jit_above_cost
  max_worker_processes max_parallel_workers max_parallel_workers_per_gather max_parallel_maintenance_workers

  statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout
  transaction_timeout deadlock_timeout tcp_keepalives_idle

  log_min_duration_statement log_lock_waits log_temp_files log_checkpoints log_autovacuum_min_duration
  log_connections track_io_timing track_activity_query_size compute_query_id

  password_encryption ssl listen_addresses server_version
`
  .trim()
  .split(/\s+/)

/** Holds for 9.5 and later (pending_restart). */
const SQL = `
  SELECT name, setting, unit, context, source,
         pending_restart AS "pendingRestart"
    FROM pg_catalog.pg_settings
   WHERE name = ANY($1)
   ORDER BY name`

const Rows = z.array(
  z.object({
    name: z.string(),
    setting: z.string(),
    unit: z.string().nullable(),
    context: z.string(),
    source: z.string(),
    pendingRestart: z.boolean(),
  }),
)

export async function readSettings(client: Client): Promise<PostgresSetting[]> {
  return Rows.parse((await client.query(SQL, [NAMES])).rows)
}
