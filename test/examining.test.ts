import { describe, expect, it } from 'vitest'
import { proposalsOf } from '../src/examining.ts'
import { makeContainer, makeDatabase, makeSnapshot } from './support/snapshot.ts'

const published = { containerPort: 5432, protocol: 'tcp', hostPort: 15432, hostIp: '127.0.0.1' }
const container = makeContainer({
  name: 'shop-db-1',
  image: 'postgres:17',
  ports: [published],
  addresses: [],
})

describe('a PostgreSQL that runs in a container', () => {
  it('is proposed with its entry and the grant to run', () => {
    const [proposal, ...others] = proposalsOf(makeSnapshot({ containers: [container] }), [])
    expect(others).toEqual([])
    expect(proposal).toMatchObject({ subject: 'postgres in shop-db-1', verdict: 'absent' })
    expect(proposal?.remedy).toContain('GRANT pg_monitor TO perfbot;')
    expect(proposal?.remedy).toContain('127.0.0.1:15432')
  })

  it('is not proposed when it is read already, nor when it is none', () => {
    const read = makeDatabase({
      address: { host: '127.0.0.1', port: 15432, database: 'shop' },
      onThisHost: true,
    })
    expect(proposalsOf(makeSnapshot({ containers: [container], databases: [read] }), [])).toEqual([])
    expect(proposalsOf(makeSnapshot({ containers: [makeContainer({ image: 'nginx:1' })] }), [])).toEqual([])
  })
})
