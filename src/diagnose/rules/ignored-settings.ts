import type { ContainerReading } from '../../model/container-reading.ts'
import { counted } from '../../model/format.ts'
import { manual } from '../fixes.ts'
import { TUNING_SETTINGS } from '../postgres-tuning.ts'
import { observed, rule } from '../rule.ts'
import { containers } from '../subjects.ts'

/** A kind of software that some environment variables are meant for and do nothing with. */
type Software = {
  readonly name: string
  readonly image: RegExp
  readonly ignores: (variable: string) => boolean
  /** What does work instead. */
  readonly instead: (variable: string) => string
}

/** `POSTGRES_SHARED_BUFFERS` → `shared_buffers`. */
const settingOf = (variable: string): string => variable.replace(/^POSTGRES_/, '').toLowerCase()

/** `REDIS_MAXMEMORY_POLICY` → `maxmemory-policy`; only what is named like a setting was surely meant for the server. */
const redisSettingOf = (variable: string): string =>
  variable
    .replace(/^REDIS_/, '')
    .toLowerCase()
    .replaceAll('_', '-')

const REDIS_SETTINGS: ReadonlySet<string> = new Set(
  `maxmemory maxmemory-policy maxclients appendonly appendfsync save databases timeout requirepass
   io-threads activedefrag tcp-keepalive slowlog-log-slower-than`.split(/\s+/),
)

/** ollama/ollama envconfig/config.go, August 2026, with the ones of older releases. */
const READ_BY_OLLAMA: ReadonlySet<string> = new Set(
  `HOST ORIGINS MODELS KEEP_ALIVE LOAD_TIMEOUT NUM_PARALLEL MAX_LOADED_MODELS MAX_QUEUE CONTEXT_LENGTH
   SCHED_SPREAD FLASH_ATTENTION KV_CACHE_TYPE GPU_OVERHEAD LLM_LIBRARY DEBUG DEBUG_LOG_REQUESTS NOHISTORY
   NOPRUNE MAX_TRANSFER_STREAMS REMOTES AUTH NO_CLOUD VULKAN IGPU_ENABLE GO_TEMPLATE EDITOR API_KEY
   NEW_ENGINE MULTIUSER_CACHE INTEL_GPU`
    .split(/\s+/)
    .map((name) => `OLLAMA_${name}`),
)

const NEAREST_OLLAMA: Readonly<Record<string, string>> = {
  OLLAMA_CONCURRENT_REQUESTS: 'OLLAMA_NUM_PARALLEL',
  OLLAMA_MAX_PARALLEL: 'OLLAMA_NUM_PARALLEL',
  OLLAMA_PARALLEL: 'OLLAMA_NUM_PARALLEL',
  OLLAMA_NUM_CTX: 'OLLAMA_CONTEXT_LENGTH',
  OLLAMA_CONTEXT_SIZE: 'OLLAMA_CONTEXT_LENGTH',
  OLLAMA_MAX_MODELS: 'OLLAMA_MAX_LOADED_MODELS',
  OLLAMA_TIMEOUT: 'OLLAMA_LOAD_TIMEOUT',
}

const SOFTWARE: readonly Software[] = [
  {
    name: 'the official postgres image',
    image: /(?:^|\/)postgres(?::|@|$)/,
    // Its entrypoint reads six names, and people's own init scripts read what they like (POSTGRES_NON_ROOT_USER): only
    // what is named like a setting of the server was surely meant for the server.
    ignores: (variable) => variable.startsWith('POSTGRES_') && TUNING_SETTINGS.has(settingOf(variable)),
    instead: (variable) => {
      const setting = settingOf(variable)
      return `command: postgres -c ${setting}=<value>\nor in SQL: ALTER SYSTEM SET ${setting} = '<value>'`
    },
  },
  {
    name: 'the official redis image',
    // Others of the name (bitnami/redis) read variables; this one reads none.
    image: /^(?:docker\.io\/)?(?:library\/)?redis(?::|@|$)/,
    ignores: (variable) => variable.startsWith('REDIS_') && REDIS_SETTINGS.has(redisSettingOf(variable)),
    instead: (variable) => `command: redis-server --${redisSettingOf(variable)} <value>`,
  },
  {
    name: 'Ollama',
    image: /(?:^|\/)ollama(?::|@|$)/,
    // The prefix is its own, so that also what clients read (OLLAMA_BASE_URL) does nothing here.
    ignores: (variable) => variable.startsWith('OLLAMA_') && !READ_BY_OLLAMA.has(variable),
    instead: (variable) => {
      const nearest = NEAREST_OLLAMA[variable]
      return nearest
        ? `environment: ${nearest}: <value>`
        : 'Remove it; `ollama serve --help` lists the variables that exist.'
    },
  },
]

const ignoredBy = (software: Software, container: ContainerReading): string[] =>
  container.environment.map((variable) => variable.name).filter(software.ignores)

export const environmentIgnored = rule({
  id: 'env-ignored',
  about: 'container',
  looksAt: 'environment variables that the software does not read',
  subjects: (context) =>
    containers(context).filter(({ value }) => SOFTWARE.some(({ image }) => image.test(value.image))),
  check(container, context) {
    const software = SOFTWARE.find(({ image }) => image.test(container.image))
    const ignored = software ? ignoredBy(software, container) : []
    if (!software || ignored.length === 0) return 'passed'
    const fact = observed(context)
    return {
      severity: 'medium',
      title: `${container.name} sets ${ignored.join(', ')}, which ${software.name} ignores`,
      impact: `What was meant by ${ignored.length === 1 ? 'it' : 'them'} is not in force.`,
      rootCause: `${software.name.replace(/^./, (letter) => letter.toUpperCase())} does not read ${counted(ignored.length, 'variable')} of this name: setting ${ignored.length === 1 ? 'it' : 'them'} does nothing, and no error says so.`,
      evidence: ignored.map((name) => {
        const value = container.environment.find((variable) => variable.name === name)?.value
        return fact(name, value ?? '(set)', 'docker inspect Config.Env')
      }),
      fixes: ignored.map((name) => manual(`Use what works instead of ${name}`, software.instead(name))),
    }
  },
})
