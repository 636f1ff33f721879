import type { ContainerReading } from '../../model/container-reading.ts'
import { bracketed, doorOf, imageBase, nameFor, passwordVariable } from '../found-container.ts'

/** What it takes to read a PostgreSQL that was found in a container. Nothing of it is done by itself. */
export type PostgresProposal = {
  readonly name: string
  /** With the password as a variable of the environment. */
  readonly url: string
  readonly variable: string
  /** For `postgres:` in config/perfbot.yaml. */
  readonly entry: string
  /** How to get a prompt of the server, as its superuser. */
  readonly psql: string
  /** What to type there. */
  readonly sql: readonly string[]
  /** What must be changed before, if perfbot could not reach it as it is. */
  readonly obstacle: string | null
}

const PORT = 5432

/** What a superuser types so that perfbot may read. */
export const GRANTS: readonly string[] = [
  'CREATE ROLE perfbot LOGIN;',
  'GRANT pg_monitor TO perfbot;',
  'CREATE EXTENSION IF NOT EXISTS pg_stat_statements;',
  '\\password perfbot',
]

/** The images that people run PostgreSQL from; clients, exporters and poolers are called after it too. */
const SERVERS =
  /^(postgres(ql)?|pgvector|postgis|timescaledb(-ha)?|citus|paradedb|supabase-postgres|spilo.*|alloydbomni)$/

function isPostgres({ image, environment }: ContainerReading): boolean {
  if (SERVERS.test(imageBase(image))) return true
  // An image of one's own that was built from the official one inherits these.
  const names = new Set(environment.map(({ name }) => name))
  return names.has('PGDATA') && names.has('PG_MAJOR')
}

/** Null for a container that does not run a PostgreSQL server. `taken` are the names that config has already. */
export function proposePostgres(
  container: ContainerReading,
  taken: readonly string[] = [],
): PostgresProposal | null {
  if (container.state !== 'running' || !isPostgres(container)) return null
  const plain = nameFor(container.compose?.service ?? container.name)
  const name = taken.includes(plain) ? nameFor(container.name) : plain
  const { host, port, obstacle } = doorOf(container, PORT)
  const read = (variable: string) => container.environment.find(({ name }) => name === variable)?.value
  const database = encodeURIComponent(read('POSTGRES_DB') ?? read('POSTGRES_USER') ?? 'postgres')
  const variable = passwordVariable(name)
  const url = `postgres://perfbot:\${${variable}}@${bracketed(host)}:${port}/${database}`
  return {
    name,
    url,
    variable,
    entry: [`  - name: ${name}`, `    url: ${url}`].join('\n'),
    psql: `docker exec -it ${container.name} sh -c 'psql -U "\${POSTGRES_USER:-postgres}" "\${POSTGRES_DB:-\${POSTGRES_USER:-postgres}}"'`,
    sql: GRANTS,
    obstacle,
  }
}
