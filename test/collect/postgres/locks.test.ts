import { expect, it } from 'vitest'
import { blockingTrees, type QueuedSession, victimsOf } from '../../../src/collect/postgres/locks.ts'
import { seconds } from '../../../src/model/units.ts'

const session = (pid: number, blockedBy: number[], waitSeconds: number | null = null): QueuedSession => ({
  pid,
  userName: 'app',
  applicationName: `client ${pid}`,
  databaseName: 'shop',
  backendType: 'client backend',
  state: blockedBy.length > 0 ? 'active' : 'idle in transaction',
  waitEventType: null,
  waitEvent: null,
  transactionSeconds: seconds(60),
  querySeconds: null,
  xminAge: null,
  query: 'UPDATE stock SET amount = ?',
  blockedBy,
  waitSeconds: waitSeconds === null ? null : seconds(waitSeconds),
})

it('a tree is who waits for nobody, and all who wait because of it, the longest first', () => {
  const queue = [
    session(1, []),
    session(2, [1], 5),
    session(3, [2, 1], 9),
    session(4, []),
    session(5, [4], 30),
  ]
  expect(blockingTrees(queue)).toMatchObject([
    { root: { pid: 1 }, victims: 2, longestWaitSeconds: 9, waiting: [{ pid: 3 }, { pid: 2 }] },
    { root: { pid: 4 }, victims: 1, longestWaitSeconds: 30, waiting: [{ pid: 5, waitSeconds: 30 }] },
  ])
  expect(victimsOf(queue).get(2)).toEqual(new Set([3]))
})

it('a prepared transaction holds locks without a session', () => {
  expect(blockingTrees([session(2, [0], 5)])).toMatchObject([{ root: null, victims: 1 }])
})

it('sessions in a deadlock have no root, and are not their own victims', () => {
  const queue = [session(1, [2], 1), session(2, [1], 1)]
  expect(blockingTrees(queue)).toEqual([])
  expect(victimsOf(queue).get(1)).toEqual(new Set([2]))
})

it('only a few of many victims are named, and all are counted', () => {
  const victims = Array.from({ length: 60 }, (_, index) => session(index + 2, [1], index))
  const [tree] = blockingTrees([session(1, []), ...victims])
  expect(tree?.victims).toBe(60)
  expect(tree?.waiting.map(({ pid }) => pid)).toEqual([61, 60, 59, 58, 57, 56, 55, 54, 53, 52])
})
