import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import type { RealRedis } from '../support/redis.ts'
import { scenariosOf } from './scenario.ts'

const sourceOf = ({ url }: RealRedis, name = 'cache') => ({ name, url, ca: null })

/** SET of so many keys of a kilobyte each. */
const filling = (keys: number, prefix = 'key'): string =>
  Array.from({ length: keys }, (_, key) => `SET ${prefix}:${key} ${'x'.repeat(1000)}\n`).join('')

export const brokenRedis = scenariosOf('redis', [
  {
    name: 'a store that is full and may evict nothing',
    quick: true,
    async broken(stage) {
      const redis = await stage.redis(['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'])
      await redis.pipe(filling(4000))
      return { redis: [sourceOf(redis)] }
    },
    expects: { first: 'redis-memory', says: /noeviction/ },
  },
  {
    name: 'a cache that is far too small for what is asked of it',
    async broken(stage) {
      const redis = await stage.redis(['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-lru'])
      let round = 0
      return {
        redis: [sourceOf(redis)],
        async between() {
          round += 1
          await redis.pipe(filling(3000, `round${round}`))
          await redis.pipe(Array.from({ length: 1000 }, (_, key) => `GET old:${key}\n`).join(''))
        },
      }
    },
    readings: 5,
    apart: 100,
    expects: { first: 'redis-evictions', severity: 'medium' },
  },
  {
    name: 'a server that cannot save its data',
    async broken(stage) {
      const redis = await stage.redis()
      await redis.cli('SET', 'a', '1')
      await rm(redis.directory, { recursive: true })
      await redis.cli('BGSAVE').catch(() => undefined)
      for (let attempt = 0; attempt < 60; attempt += 1) {
        if ((await redis.cli('INFO', 'persistence')).includes('rdb_last_bgsave_status:err')) break
        await sleep(50)
      }
      return { redis: [sourceOf(redis)] }
    },
    expects: { first: 'redis-save-failed', severity: 'critical' },
  },
  {
    name: 'a server that refuses clients because it has too many',
    async broken(stage) {
      const redis = await stage.redis(['--maxclients', '6'])
      const sockets = Array.from({ length: 5 }, () => connect(redis.port, '127.0.0.1'))
      stage.undo(() => {
        for (const socket of sockets) socket.destroy()
      })
      return {
        redis: [sourceOf(redis)],
        async between() {
          for (let attempt = 0; attempt < 5; attempt += 1) await redis.cli('PING').catch(() => undefined)
        },
      }
    },
    expects: { first: 'redis-connections', severity: 'high' },
  },
  {
    name: 'a command that walks over all keys',
    thresholds: { redisSlowCommand: 0.005 },
    async broken(stage) {
      const redis = await stage.redis(['--slowlog-log-slower-than', '1000'])
      await redis.pipe('DEBUG POPULATE 300000\nSLOWLOG RESET\n')
      return { redis: [sourceOf(redis)], between: () => redis.cli('KEYS', '*nothing*') }
    },
    expects: { first: 'redis-slow-commands', says: /SCAN/ },
  },
  {
    name: 'a script that holds the server for a second',
    async broken(stage) {
      const redis = await stage.redis()
      return { redis: [sourceOf(redis)], between: () => redis.cli('DEBUG', 'SLEEP', '0.3') }
    },
    expects: { first: 'redis-slow-commands' },
  },
  {
    name: 'a server that ended between two readings',
    async broken(stage) {
      const redis = await stage.redis()
      return {
        redis: [sourceOf(redis)],
        between: () => redis.cli('SHUTDOWN', 'NOSAVE').catch(() => undefined),
      }
    },
    readings: 2,
    expects: { first: 'server-gone', severity: 'critical', says: /does not answer any more/ },
  },
  {
    name: 'a replica that has lost its primary',
    async broken(stage) {
      const redis = await stage.redis()
      await redis.cli('REPLICAOF', '127.0.0.1', String(await freePort()))
      return { redis: [sourceOf(redis)] }
    },
    expects: { first: 'redis-replica-down', severity: 'high' },
  },
  {
    name: 'a client that comes with an old password again and again',
    async broken(stage) {
      const redis = await stage.redis([], { password: 'right' })
      return {
        redis: [sourceOf(redis)],
        between: () => redis.pipe('AUTH old\n'.repeat(30)),
      }
    },
    expects: { first: 'redis-access-denied', severity: 'medium' },
  },
  {
    name: 'a replica that has to be sent everything again and again',
    async broken(stage) {
      const primary = await stage.redis(['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0'])
      const replica = await stage.redis()
      await primary.cli('SET', 'a', '1')
      return {
        redis: [sourceOf(primary)],
        async between() {
          for (let round = 0; round < 2; round += 1) {
            await replica.cli('REPLICAOF', '127.0.0.1', String(primary.port))
            for (let attempt = 0; attempt < 60; attempt += 1) {
              if ((await replica.cli('INFO', 'replication')).includes('master_link_status:up')) break
              await sleep(50)
            }
            await replica.cli('REPLICAOF', 'NO', 'ONE')
            await replica.cli('SET', 'own', String(round))
          }
        },
      }
    },
    expects: { first: 'redis-full-syncs', severity: 'medium' },
  },
])
