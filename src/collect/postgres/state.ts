import { DatabaseCounters } from '../../model/postgres/database.ts'
import {
  ArchiverCounters,
  CheckpointCounters,
  IoCounters,
  WalCounters,
} from '../../model/postgres/server-statistics.ts'
import type { PostgresReading } from '../../model/postgres-reading.ts'
import type { Bytes } from '../../model/units.ts'
import {
  connectionGroups,
  connections,
  idleTransactions,
  longestTransactions,
  preparedTransactions,
  waitEvents,
  xminHolders,
} from './activity.ts'
import { databases, progress, wraparound } from './databases.ts'
import { blockingTrees, lockQueues, locks, victimsOf } from './locks.ts'
import type { Answers } from './query.ts'
import type { CounterWindow } from './rates.ts'
import { recovery, slots, standbys, walReceiver } from './replication.ts'
import { archiver, checkpoints, io, wal } from './server-statistics.ts'
import { statementsInstalled } from './statements.ts'

/** What is read every time, in one message. */
export const STATE = {
  connections,
  connectionGroups,
  waitEvents,
  idleTransactions,
  longestTransactions,
  xminHolders,
  preparedTransactions,
  lockQueues,
  locks,
  databases,
  wraparound,
  progress,
  checkpoints,
  wal,
  archiver,
  io,
  standbys,
  slots,
  walReceiver,
  recovery,
  statementsInstalled,
} as const

type Answered = Answers<typeof STATE>

/** The parts of a reading that come with the state, and what counters grew by since the state before. */
export function partsOf(answers: Answered, window: CounterWindow, sizes: ReadonlyMap<string, Bytes>) {
  const queue = answers.lockQueues ?? []
  const victims = victimsOf(queue)
  return {
    connectionGroups: answers.connectionGroups?.map(({ groups: _groups, ...group }) => group) ?? null,
    connectionGroupCount: answers.connectionGroups && (answers.connectionGroups[0]?.groups ?? 0),
    waitEvents: answers.waitEvents,
    idleTransactions: (answers.idleTransactions ?? []).map((session) => ({
      ...session,
      blockedSessions: victims.get(session.pid)?.size ?? 0,
    })),
    longestTransactions: answers.longestTransactions,
    blocking: answers.lockQueues && blockingTrees(queue),
    xminHolders: answers.xminHolders,
    preparedTransactions: answers.preparedTransactions,
    locks: answers.locks,
    databases: databasesOf(answers, window, sizes),
    wraparound: answers.wraparound,
    progress: answers.progress,
    ...statisticsOf(answers, window),
    standbys: answers.standbys,
    slots: answers.slots,
    recovery: answers.recovery?.[0] ?? null,
    walReceiver: answers.walReceiver?.[0] ?? null,
  } satisfies Partial<PostgresReading>
}

function databasesOf(
  { databases }: Answered,
  window: CounterWindow,
  sizes: ReadonlyMap<string, Bytes>,
): PostgresReading['databases'] {
  return (databases ?? []).map((row) => {
    const counters = DatabaseCounters.parse(row)
    return {
      name: row.name,
      sizeBytes: sizes.get(row.name) ?? null,
      cacheHitRatio: row.cacheHitRatio,
      connections: row.connections,
      connectionLimit: row.connectionLimit,
      statisticsResetAt: row.statisticsResetAt,
      counters,
      rates: window.ratesOf(`database ${row.name}`, row.statisticsResetAt, counters),
      lastChecksumFailureAt: row.lastChecksumFailureAt,
      collationMismatch: row.collationMismatch,
    }
  })
}

function statisticsOf(answers: Answered, window: CounterWindow) {
  return {
    checkpoints: firstOf(answers.checkpoints, ({ statisticsResetAt, ...row }) => {
      const counters = CheckpointCounters.parse(row)
      return {
        statisticsResetAt,
        counters,
        rates: window.ratesOf('checkpoints', statisticsResetAt, counters),
      }
    }),
    wal: firstOf(answers.wal, ({ statisticsResetAt, ...row }) => {
      const counters = WalCounters.parse(row)
      return { statisticsResetAt, counters, rates: window.ratesOf('wal', statisticsResetAt, counters) }
    }),
    archiver: firstOf(answers.archiver, ({ archived, failed, ...row }) => {
      const counters = ArchiverCounters.parse({ archived, failed })
      return { ...row, counters, rates: window.ratesOf('archiver', row.statisticsResetAt, counters) }
    }),
    io:
      answers.io?.map((row) => {
        const { backendType, object, context, statisticsResetAt } = row
        const counters = IoCounters.parse(row)
        const rates = window.ratesOf(`io ${backendType}/${object}/${context}`, statisticsResetAt, counters)
        return { backendType, object, context, statisticsResetAt, counters, rates }
      }) ?? null,
  }
}

const firstOf = <Row, Reading>(rows: Row[] | null, read: (row: Row) => Reading): Reading | null =>
  rows?.[0] === undefined ? null : read(rows[0])
