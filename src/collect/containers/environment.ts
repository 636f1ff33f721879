import type { ContainerReading } from '../../model/container-reading.ts'
import { redact } from '../../model/redact.ts'

/**
 * The variables whose values may be read: tuning and versions, which rules compare with what the software
 * heeds. Everything else is shown by name alone. A name that holds one of NEVER is not read even then.
 */
const HARMLESS: readonly RegExp[] = [
  /^(TZ|LANG|LANGUAGE|LC_[A-Z]+)$/,
  /^(NODE_ENV|RAILS_ENV|APP_ENV|ENVIRONMENT|DEBUG|LOG_LEVEL|[A-Z]+_VERSION|PG_MAJOR|PGDATA)$/,
  /^(WEB_CONCURRENCY|WORKERS|(MAX|NUM|GUNICORN|UVICORN|CELERY)_WORKERS|OMP_NUM_THREADS|GOMAXPROCS|GOMEMLIMIT|GOGC|UV_THREADPOOL_SIZE)$/,
  // Connection pools: what one process may open.
  /^([A-Z0-9]+_)*(POOL_SIZE|POOL_MAX|POOL_MIN|MAX_OVERFLOW|MAX_CONNECTIONS|CONNECTION_LIMIT)$/,
  // Tuning in the style of postgresql.conf, which the official image does not read.
  /^(POSTGRES|POSTGRESQL|PG)_([A-Z0-9]+_)*(BUFFERS|MEM|SIZE|CONNECTIONS|WORKERS|COST|CONCURRENCY|TARGET|TIMEOUT|FSYNC|COMMIT|JIT|LIBRARIES|STATISTICS)$/,
  /^REDIS_([A-Z0-9]+_)*(MAXMEMORY|POLICY|MAXCLIENTS|DATABASES|APPENDONLY|SAVE)$/,
  /^OLLAMA_[A-Z0-9_]+$/,
  /^(CUDA_VISIBLE_DEVICES|NVIDIA_VISIBLE_DEVICES|NVIDIA_DRIVER_CAPABILITIES|HIP_VISIBLE_DEVICES|ROCR_VISIBLE_DEVICES|GGML_VK_VISIBLE_DEVICES|GPU_DEVICE_ORDINAL|HSA_OVERRIDE_GFX_VERSION)$/,
]

const NEVER = /PASS|SECRET|TOKEN|KEY|AUTH|CREDENTIAL|PRIVATE|SALT|DSN/

/** Long enough for any setting of the list; a longer one is none of them. */
const LONGEST_VALUE = 200

/** `['PGDATA=/var/lib/…', 'API_KEY=…']`, as the engine lists them. A variable without `=` is inherited. */
export const readEnvironment = (variables: readonly string[]): ContainerReading['environment'] =>
  variables.map((variable) => {
    const separator = variable.indexOf('=')
    if (separator === -1) return { name: variable, value: null }
    const name = variable.slice(0, separator)
    return { name, value: harmlessValue(name, variable.slice(separator + 1)) }
  })

function harmlessValue(name: string, value: string): string | null {
  if (NEVER.test(name) || value.length > LONGEST_VALUE) return null
  return HARMLESS.some((pattern) => pattern.test(name)) ? redact(value) : null
}

/** What services are reached by. In URLs of others, `slack://TOKEN/…`, the place of the host can hold a secret. */
const SCHEMES =
  /^(https?|wss?|grpcs?|tcp|postgres(ql)?|mysql|mariadb|mssql|sqlserver|rediss?|valkeys?|memcached|amqps?|mongodb|nats|kafka|mqtts?|ldaps?|smtps?|clickhouse|elasticsearch|bolt|neo4j|cassandra)$/

const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[\w.-]{0,251}\w)?)(?::(\d{1,5}))?$/i

/** `postgresql+asyncpg://app:…@db:5432/shop`: scheme, host and port, and nothing of what stands around them. */
export const readConnectionTargets = (variables: readonly string[]): ContainerReading['connectionTargets'] =>
  variables.flatMap((variable) => {
    const separator = variable.indexOf('=')
    const name = variable.slice(0, separator)
    const url = /^(?:jdbc:)?([a-z][a-z0-9]*)(?:\+[a-z0-9]+)?:\/\/(.+)$/i.exec(
      variable.slice(separator + 1).trim(),
    )
    const scheme = url?.[1]?.toLowerCase() ?? ''
    if (separator === -1 || !SCHEMES.test(scheme)) return []
    const rest = url?.[2] ?? ''
    const end = rest.search(/[/?#]/)
    const authority = end === -1 ? rest : rest.slice(0, end)
    // An @ further on can be the end of a password with a slash in it: then this is no authority.
    if (rest.slice(authority.length).includes('@')) return []
    const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',')
    return hosts.flatMap((text) => {
      const [, host, port] = HOST_AND_PORT.exec(text) ?? []
      return host === undefined
        ? []
        : [{ name, scheme, host, port: port === undefined ? null : Number(port) }]
    })
  })
