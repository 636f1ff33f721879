import type { ContainerReading } from '../../model/container-reading.ts'

/** What it takes to read a PostgreSQL that was found in a container. Nothing of it is done by itself. */
export type PostgresProposal = {
  readonly name: string
  /** For `postgres:` in config/perfbot.yaml; the password comes from the environment. */
  readonly entry: string
  /** How to get a prompt of the server, as its superuser. */
  readonly psql: string
  /** What to type there. */
  readonly sql: readonly string[]
  /** What must be changed before, if perfbot could not reach it as it is. */
  readonly obstacle: string | null
}

const PORT = 5432

/** The last part of an image's name, without registry, tag and digest: what the server in it is called. */
const baseOf = (image: string): string => /([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1] ?? image

/** The images that people run PostgreSQL from; clients, exporters and poolers are called after it too. */
const SERVERS =
  /^(postgres(ql)?|pgvector|postgis|timescaledb(-ha)?|citus|paradedb|supabase-postgres|spilo.*|alloydbomni)$/

function isPostgres({ image, environment }: ContainerReading): boolean {
  if (SERVERS.test(baseOf(image))) return true
  // An image of one's own that was built from the official one inherits these.
  const names = new Set(environment.map(({ name }) => name))
  return names.has('PGDATA') && names.has('PG_MAJOR')
}

const nameOf = (text: string): string => text.replace(/[^\w.-]/g, '-')

/** Null for a container that does not run a PostgreSQL server. `taken` are the names that config has already. */
export function proposePostgres(
  container: ContainerReading,
  taken: readonly string[] = [],
): PostgresProposal | null {
  if (container.state !== 'running' || !isPostgres(container)) return null
  const plain = nameOf(container.compose?.service ?? container.name)
  const name = taken.includes(plain) ? nameOf(container.name) : plain
  const published = container.ports.find(
    ({ containerPort, hostPort }) => containerPort === PORT && hostPort !== null,
  )?.hostPort
  const [address] = container.addresses
  const at = published
    ? `127.0.0.1:${published}`
    : address
      ? `${bracketed(address)}:${PORT}`
      : `127.0.0.1:${PORT}`
  const read = (variable: string) => container.environment.find(({ name }) => name === variable)?.value
  const database = encodeURIComponent(read('POSTGRES_DB') ?? read('POSTGRES_USER') ?? 'postgres')
  return {
    name,
    entry: [
      `  - name: ${name}`,
      `    url: postgres://perfbot:\${${variableOf(name)}}@${at}/${database}`,
    ].join('\n'),
    psql: `docker exec -it ${container.name} sh -c 'psql -U "\${POSTGRES_USER:-postgres}" "\${POSTGRES_DB:-\${POSTGRES_USER:-postgres}}"'`,
    sql: [
      'CREATE ROLE perfbot LOGIN;',
      'GRANT pg_monitor TO perfbot;',
      'CREATE EXTENSION IF NOT EXISTS pg_stat_statements;',
      '\\password perfbot',
    ],
    obstacle:
      published || address
        ? null
        : `Publish its port, for this machine only: ports: ["127.0.0.1:${PORT}:${PORT}"], or run perfbot in its network`,
  }
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** `app-db` → `APP_DB_PASSWORD`. */
const variableOf = (name: string): string =>
  `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_PASSWORD`.replace(/^(\d)/, '_$1')
