import type { Metric } from '../model/samples/metric.ts'
import { type Comparison, news } from './comparison.ts'

/** Of these, less is worse. */
const LESS_IS_WORSE = new Set([
  'node_memory_MemAvailable_bytes',
  'node_filesystem_avail_bytes',
  'node_filesystem_files_free',
  'perfbot_container_running',
  'perfbot_container_healthy',
  'perfbot_postgres_cache_hit_ratio',
  'perfbot_redis_hit_ratio',
  'redis_master_link_up',
  'probe_success',
  'perfbot_service_success_ratio',
  'perfbot_ollama_generated_tokens_per_second',
  'perfbot_ollama_prompt_tokens_per_second',
])

/** Of these, more is worse: what makes somebody wait, what fails, and what a limit holds for. */
const MORE_IS_WORSE = new Set([
  'perfbot_cpu_busy_ratio',
  'node_procs_blocked',
  'perfbot_memory_used_bytes',
  'perfbot_swap_used_bytes',
  'perfbot_swap_pages_per_second',
  'perfbot_major_faults_per_second',
  'perfbot_allocation_stalls_per_second',
  'perfbot_pressure_some_ratio',
  'perfbot_pressure_full_ratio',
  'perfbot_zombies',
  'perfbot_disk_utilisation_ratio',
  'perfbot_disk_await_seconds',
  'perfbot_disk_queue',
  'perfbot_temperature_celsius',
  'perfbot_network_errors_per_second',
  'perfbot_network_drops_per_second',
  'perfbot_tcp_retransmits_per_second',
  'perfbot_tcp_listen_drops_per_second',
  'perfbot_container_cpu_cores',
  'perfbot_container_cpu_throttled_ratio',
  'container_memory_working_set_bytes',
  'container_memory_swap',
  'container_threads',
  'perfbot_gpu_memory_used_bytes',
  'DCGM_FI_DEV_GPU_TEMP',
  'perfbot_postgres_round_trip_seconds',
  'perfbot_postgres_connections_used',
  'perfbot_postgres_blocked_sessions',
  'perfbot_postgres_longest_transaction_seconds',
  'perfbot_postgres_temp_bytes_per_second',
  'perfbot_postgres_slot_retained_bytes',
  'perfbot_postgres_replay_lag_bytes',
  'perfbot_redis_round_trip_seconds',
  'redis_connected_clients',
  'redis_memory_used_bytes',
  'perfbot_redis_cpu_cores',
  'perfbot_service_response_seconds',
  'perfbot_service_response_quantile_seconds',
  'perfbot_ollama_inference_seconds',
  'perfbot_container_restarts_total',
  'container_oom_events_total',
  'node_vmstat_oom_kill',
  'perfbot_cpu_throttles_total',
  'perfbot_gpu_throttled_seconds_total',
  'DCGM_FI_DEV_ECC_SBE_VOL_TOTAL',
  'pg_stat_database_deadlocks',
  'pg_stat_archiver_failed_count',
  'redis_rejected_connections_total',
  'redis_evicted_keys_total',
])

/** Whether anybody would call a change of it worse or better: of traffic and sizes nobody can tell. */
export const isJudged = ({ name }: Pick<Metric, 'name'>): boolean =>
  LESS_IS_WORSE.has(name) || MORE_IS_WORSE.has(name)

const isWorse = ({ name }: Pick<Metric, 'name'>, { before, after }: Comparison): boolean =>
  LESS_IS_WORSE.has(name) ? after < before : after > before

/** One series, against the stretch right before and, where that is known, against the one a week before. */
export type Judged = {
  readonly metric: Pick<Metric, 'name'>
  readonly comparison: Comparison
  readonly weekBefore: Comparison | null
}

/** Romano's bound of a medium effect: what is other than yesterday must at least lean away from last week too. */
const MEDIUM_EFFECT = 0.33

/**
 * What is other than right before, and no mere weekday: a Monday is other than its Sunday, but not than the Monday
 * before. Worse and better apart, the clearest first.
 */
export function regressionsAmong<Each extends Judged>(
  judged: readonly Each[],
): { worse: Each[]; better: Each[] } {
  const changed = news(judged).filter(
    ({ comparison, weekBefore }) =>
      weekBefore === null ||
      (Math.sign(weekBefore.delta) === Math.sign(comparison.delta) &&
        Math.abs(weekBefore.delta) >= MEDIUM_EFFECT),
  )
  return {
    worse: changed.filter(({ metric, comparison }) => isWorse(metric, comparison)),
    better: changed.filter(({ metric, comparison }) => !isWorse(metric, comparison)),
  }
}
