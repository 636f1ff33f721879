import type { Client } from 'pg'
import { z } from 'zod'
import { PostgresSetting } from '../../model/postgres-reading.ts'
import { redact } from '../../model/redact.ts'
import { marked } from './query.ts'

/** The settings that rules judge or reports show. Those that a version does not have yet are simply not there. */
const NAMES = `
  shared_buffers effective_cache_size work_mem hash_mem_multiplier maintenance_work_mem autovacuum_work_mem
  temp_buffers temp_file_limit huge_pages huge_pages_status huge_page_size shared_memory_size
  shared_memory_size_in_huge_pages shared_preload_libraries logical_decoding_work_mem max_locks_per_transaction

  max_connections superuser_reserved_connections reserved_connections max_prepared_transactions

  wal_level wal_buffers wal_compression max_wal_size min_wal_size wal_keep_size wal_segment_size checkpoint_timeout
  checkpoint_completion_target checkpoint_warning archive_mode archive_timeout max_wal_senders
  max_replication_slots max_slot_wal_keep_size idle_replication_slot_timeout synchronous_standby_names
  hot_standby_feedback max_standby_streaming_delay wal_sender_timeout
  fsync full_page_writes synchronous_commit data_checksums ignore_checksum_failure zero_damaged_pages

  autovacuum autovacuum_max_workers autovacuum_naptime autovacuum_vacuum_threshold autovacuum_vacuum_scale_factor
  autovacuum_vacuum_max_threshold autovacuum_vacuum_insert_threshold autovacuum_vacuum_insert_scale_factor
  autovacuum_analyze_threshold autovacuum_analyze_scale_factor autovacuum_vacuum_cost_limit
  autovacuum_vacuum_cost_delay autovacuum_freeze_max_age autovacuum_multixact_freeze_max_age vacuum_cost_limit
  vacuum_failsafe_age vacuum_buffer_usage_limit track_counts

  bgwriter_delay bgwriter_lru_maxpages bgwriter_lru_multiplier

  random_page_cost seq_page_cost effective_io_concurrency maintenance_io_concurrency io_method io_workers
  default_statistics_target jit jit_above_cost
  max_worker_processes max_parallel_workers max_parallel_workers_per_gather max_parallel_maintenance_workers

  statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout
  transaction_timeout deadlock_timeout tcp_keepalives_idle

  log_min_duration_statement log_lock_waits log_temp_files log_checkpoints log_autovacuum_min_duration
  log_connections log_statement track_io_timing track_wal_io_timing track_activities track_activity_query_size
  compute_query_id pg_stat_statements.max pg_stat_statements.track

  password_encryption ssl ssl_min_protocol_version listen_addresses server_version block_size in_hot_standby
`
  .trim()
  .split(/\s+/)

/** Holds for 9.5 and later (pending_restart). The file is shown to who has pg_read_all_settings. */
const SQL = marked(`
  SELECT name, setting, unit, context, source, sourcefile AS "sourceFile", sourceline AS "sourceLine",
         pending_restart AS "pendingRestart"
    FROM pg_settings
   WHERE name = ANY($1)
   ORDER BY name`)

/** What a library or a standby is called is whatever somebody wrote there; a number or a word of a few letters is not. */
const harmless = (setting: string): string => (/^[\w.-]{0,15}$/.test(setting) ? setting : redact(setting))

const Rows = z.array(PostgresSetting.extend({ setting: z.string().transform(harmless) }))

/** In a message of its own: the limits that other statements are given would be shown in place of the server's. */
export async function readSettings(client: Client): Promise<PostgresSetting[]> {
  return Rows.parse((await client.query({ name: 'perfbot_settings', text: SQL, values: [NAMES] })).rows)
}
