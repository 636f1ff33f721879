import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresCollector } from '../../../src/collect/postgres.ts'
import type { PostgresReading } from '../../../src/model/postgres-reading.ts'
import { seconds } from '../../../src/model/units.ts'
import { installations, startReplica, startServer, type TestServer } from '../../support/postgres.ts'

/** The newest that comes with the program that copies a primary: the one from npm does not. */
const installation = installations().findLast(({ bin }) => existsSync(join(bin, 'pg_basebackup')))
const suite = installation
  ? 'a primary and its standby'
  : 'a primary and its standby (skipped: no pg_basebackup; apt-get install postgresql)'

describe.skipIf(!installation)(suite, { timeout: 60_000 }, () => {
  let primary: TestServer
  let replica: TestServer | null = null
  const ends: (() => unknown)[] = []

  const reader = ({ url }: TestServer) => {
    const collector = postgresCollector(
      { name: 'main', url, configured: true },
      { windowSeconds: seconds(0.05), deadlineSeconds: seconds(20) },
    )
    ends.push(() => collector.close?.())
    return async (): Promise<PostgresReading> => {
      const { databases = [], gaps } = await collector.collect(AbortSignal.timeout(20_000))
      expect(gaps).toEqual([])
      return databases[0] as PostgresReading
    }
  }
  const ask = async ({ url }: TestServer, sql: string) => {
    const client = new pg.Client(url)
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  async function until(
    read: () => Promise<PostgresReading>,
    holds: (reading: PostgresReading) => boolean,
  ): Promise<PostgresReading> {
    for (let turn = 0; ; turn += 1) {
      const reading = await read()
      if (holds(reading) || turn === 100) return reading
      await sleep(100)
    }
  }

  beforeAll(async () => {
    if (!installation) return
    const settings = { shared_preload_libraries: 'pg_stat_statements' }
    primary = await startServer(installation, settings)
    await ask(primary, 'CREATE EXTENSION pg_stat_statements')
    await ask(primary, 'CREATE TABLE written (text text)')
    replica = await startReplica(installation, primary, 'second', settings)
  }, 60_000)
  afterAll(async () => {
    for (const end of ends) await end()
    await replica?.stop()
    await primary?.stop()
  })

  it('know each other, and the WAL between them', async () => {
    if (!replica) throw new Error('there is no replica')
    const [readPrimary, readReplica] = [reader(primary), reader(replica)]
    const before = await until(readPrimary, ({ standbys }) => standbys?.[0]?.replayLagBytes === 0)
    expect(before).toMatchObject({
      standbys: [{ applicationName: 'second', state: 'streaming', syncState: 'async', replayLagBytes: 0 }],
      slots: [{ name: 'second', kind: 'physical', active: true, walStatus: 'reserved' }],
    })
    const follows = await readReplica()
    expect(follows).toMatchObject({
      walReceiver: { status: 'streaming', slotName: 'second', senderPort: Number(new URL(primary.url).port) },
      recovery: { replayPaused: false, replayLagBytes: 0 },
    })

    await ask(replica, 'SELECT pg_wal_replay_pause()')
    await ask(primary, "INSERT INTO written SELECT repeat('x', 1000) FROM generate_series(1, 2000)")
    const behind = await until(
      readReplica,
      ({ recovery }) => recovery?.replayPaused === true && Number(recovery.replayLagBytes) > 2_000_000,
    )
    expect(behind.recovery).toMatchObject({ replayPaused: true })
    expect(behind.recovery?.replayLagBytes).toBeGreaterThan(2_000_000)
    const seen = await until(readPrimary, ({ standbys }) => standbys?.[0]?.sentLagBytes === 0)
    const [truth] = await ask(
      primary,
      'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS behind FROM pg_stat_replication',
    )
    expect(seen.standbys?.[0]?.replayLagBytes).toBeGreaterThan(2_000_000)
    // Nothing but perfbot's own reading lies between the two questions.
    expect(Math.abs(Number(seen.standbys?.[0]?.replayLagBytes) - truth.behind)).toBeLessThan(200_000)

    await replica.stop()
    replica = null
    // What it has received it will not ask for again: only what comes now is kept for it.
    await ask(primary, "INSERT INTO written SELECT repeat('x', 1000) FROM generate_series(1, 2000)")
    const alone = await until(readPrimary, ({ standbys }) => standbys?.length === 0)
    expect(alone).toMatchObject({ standbys: [], slots: [{ name: 'second', active: false }] })
    expect(alone.slots?.[0]?.retainedBytes).toBeGreaterThan(2_000_000)
  })
})
