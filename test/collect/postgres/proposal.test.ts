import { describe, expect, it } from 'vitest'
import { proposePostgres } from '../../../src/collect/postgres/proposal.ts'
import { parseConfig } from '../../../src/config.ts'
import { makeContainer } from '../../support/snapshot.ts'

describe('a PostgreSQL that was found in a container', () => {
  const database = makeContainer({
    name: 'shop-db-1',
    image: 'docker.io/library/postgres:17-alpine@sha256:0123',
    compose: { project: 'shop', service: 'db', dependsOn: [], configFiles: [] },
    ports: [{ containerPort: 5432, protocol: 'tcp', hostPort: 15432, hostIp: '0.0.0.0' }],
    addresses: ['172.18.0.3'],
  })

  it('is proposed by an entry that config accepts, and the grant to run', () => {
    const proposal = proposePostgres(database)
    expect(proposal).toMatchObject({ name: 'db', obstacle: null })
    expect(proposal?.sql).toContain('GRANT pg_monitor TO perfbot;')
    expect(proposal?.psql).toMatch(/^docker exec -it shop-db-1 /)
    const config = parseConfig(`postgres:\n${proposal?.entry}\n`, 'perfbot.yaml', { DB_PASSWORD: 'secret' })
    expect(config.postgres).toEqual([
      { name: 'db', url: 'postgres://perfbot:secret@127.0.0.1:15432/postgres', configured: true },
    ])
  })

  it('has the name of its container where the name of its service is taken', () => {
    expect(proposePostgres(database, ['db'])?.name).toBe('shop-db-1')
  })

  it('is reached in its network when no port is published, and says so when there is no way', () => {
    const inside = proposePostgres({
      ...database,
      ports: [{ containerPort: 5432, protocol: 'tcp', hostPort: null, hostIp: null }],
    })
    expect(inside?.entry).toContain('@172.18.0.3:5432/')
    expect(proposePostgres({ ...database, ports: [], addresses: [] })?.obstacle).toMatch(/Publish its port/)
  })

  it.each([
    ['timescale/timescaledb-ha:pg17', true],
    ['ghcr.io/acme/postgres', true],
    ['quay.io/prometheuscommunity/postgres-exporter:v0.17.1', false],
    ['bitnami/pgbouncer:1', false],
    ['nginx:1', false],
  ])('%s is one: %s', (image, isOne) => {
    expect(proposePostgres(makeContainer({ image })) !== null).toBe(isOne)
  })

  it('is known by what an image of its own inherits, and only while it runs', () => {
    const own = makeContainer({
      image: 'registry.acme.example/data:5',
      environment: [
        { name: 'PGDATA', value: '/var/lib/postgresql/data' },
        { name: 'PG_MAJOR', value: '16' },
      ],
    })
    expect(proposePostgres(own)).not.toBeNull()
    expect(proposePostgres({ ...own, state: 'exited' })).toBeNull()
  })
})
