import { z } from 'zod'
import { Recovery, ReplicationSlot, Standby, WalReceiver } from '../../model/postgres/replication.ts'
import { redact } from '../../model/redact.ts'
import { notNegative, type Query, secondsSince, utc } from './query.ts'
import { WAL_POSITION } from './server-statistics.ts'

export const standbys: Query<Standby> = {
  missing: 'standbys',
  sql: () => `
    SELECT coalesce(application_name, '') AS "applicationName", coalesce(usename, '') AS "userName",
           host(client_addr) AS "clientAddress", state, sync_state AS "syncState",
           ${notNegative(`pg_wal_lsn_diff(${WAL_POSITION}, sent_lsn)`)} AS "sentLagBytes",
           ${notNegative(`pg_wal_lsn_diff(${WAL_POSITION}, replay_lsn)`)} AS "replayLagBytes",
           extract(epoch FROM replay_lag)::float8 AS "replayLagSeconds"
      FROM pg_stat_replication
     ORDER BY application_name, client_addr
     LIMIT 50`,
  rows: z.array(Standby.extend({ applicationName: z.string().transform(redact) })),
}

/** Why a slot is invalid and since when it is inactive is said from 17 on; conflicting came with 16. */
export const slots: Query<ReplicationSlot> = {
  missing: 'replication slots',
  sql: ({ versionNumber }) => `
    SELECT slot_name AS name, slot_type AS kind, plugin, coalesce(database, '') AS "databaseName", temporary, active,
           ${notNegative(`pg_wal_lsn_diff(${WAL_POSITION}, restart_lsn)`)} AS "retainedBytes",
           safe_wal_size::float8 AS "safeBytes", wal_status AS "walStatus",
           age(xmin)::float8 AS "xminAge", age(catalog_xmin)::float8 AS "catalogXminAge",
           ${
             versionNumber >= 170_000
               ? `${utc('inactive_since')} AS "inactiveSince", invalidation_reason AS "invalidationReason"`
               : `NULL AS "inactiveSince",
           ${versionNumber >= 160_000 ? "CASE WHEN conflicting THEN 'conflict with recovery' END" : 'NULL'} AS "invalidationReason"`
           }
      FROM pg_replication_slots
     ORDER BY "retainedBytes" DESC NULLS LAST, slot_name
     LIMIT 100`,
  rows: z.array(ReplicationSlot),
}

/** No row on a primary. Its connection string is not read: it holds a password. */
export const walReceiver: Query<WalReceiver> = {
  missing: 'the WAL receiver',
  sql: () => `
    SELECT coalesce(status, '') AS status, sender_host AS "senderHost", sender_port AS "senderPort",
           slot_name AS "slotName", ${utc('last_msg_receipt_time')} AS "lastMessageAt"
      FROM pg_stat_wal_receiver`,
  rows: z.array(WalReceiver),
}

/** No row on a primary. */
export const recovery: Query<Recovery> = {
  missing: 'the state of recovery',
  sql: () => `
    SELECT pg_is_wal_replay_paused() AS "replayPaused",
           pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8 AS "replayLagBytes",
           ${secondsSince('pg_last_xact_replay_timestamp()')} AS "lastReplayedSeconds"
     WHERE pg_is_in_recovery()`,
  rows: z.array(Recovery),
}
