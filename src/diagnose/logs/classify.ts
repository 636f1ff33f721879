import type { LogErrorClass, LogFields, LogLevel } from '../../model/log-summary.ts'
import { addressIn, urlIn } from './addresses.ts'
import type { LogClass } from './classes/class.ts'
import { CONNECTION_CLASSES } from './classes/connections.ts'
import { QUERY_CLASSES } from './classes/queries.ts'
import { RESOURCE_CLASSES } from './classes/resources.ts'
import { START_CLASSES } from './classes/start.ts'
import { isAtLeast } from './levels.ts'

export type Classified = {
  readonly class: LogErrorClass
  readonly fields: LogFields
  /** What of the line says so. */
  readonly words: string
}

/** The more telling stands before the more general: the first that matches wins. */
const CLASSES: readonly LogClass[] = [
  ...RESOURCE_CLASSES.filter(({ class: kind }) => kind !== 'permission-denied' && kind !== 'missing-file'),
  ...QUERY_CLASSES.filter(({ class: kind }) => kind !== 'sql-error' && kind !== 'program-fault'),
  ...START_CLASSES,
  ...CONNECTION_CLASSES,
  ...RESOURCE_CLASSES.filter(({ class: kind }) => kind === 'permission-denied' || kind === 'missing-file'),
  ...QUERY_CLASSES.filter(({ class: kind }) => kind === 'sql-error' || kind === 'program-fault'),
]
const AT_ANY_LEVEL = CLASSES.filter(({ at }) => at === 'any')

/** A cheap look whether a line may speak of trouble, before some fifty expressions are tried on it. */
const TROUBLE =
  /err|exc|fail|fatal|panic|refus|denied|time[d-]? ?out|kill|full|space|exhaust|expire|limit|too many|cannot|can't|could not|unable|not found|missing|not set|required|unbound|deadlock|duplicate|violat|reset|broken|abort|fault|signal|unreach|no such|no route|x509|certif|handshake|tls|ssl|in use|upstream|gateway|oom|memory|invalid|unknown|not known|NOAUTH|WRONGPASS|MISCONF|429|50[0-4]|lookup|core|read-only|EROFS|E[A-Z]{4,}|throttl|no live|not enough|mapping values|hang up|Xid|locked|too frequently|is DOWN|unauthor|credential|placeholder|specified|MaxRequest|query_wait|AddrInUse|terminated|not (?:a )?(?:define|function|exist|available|resolve|owner)|corrupt|checksum|malformed|closed|lost|no compatible|bad address|nil pointer|undefined|out of|asleep|READONLY|CLUSTERDOWN|NOREPLICAS/i
const TROUBLE_AT_ANY_LEVEL =
  /kill|oom|out of memory|Xid|GPU|NVML|I\/O|EIO|EXT4|nvme|ata|Unrecovered|Input\/output|ead-only|EROFS|signal|segfault|core|dumped|too frequently|CUDA|cuda/

/** Words of a line that tells of trouble overcome, or of none. */
const ALL_IS_WELL =
  /\b(?:succeeded|successful(?:ly)?|recovered|resolved|no errors?|0 errors?|without errors?|enabled|established)\b/i

/** Some tell of a failure at level info: kubelet of probes, retries of what they retry. */
const SAYS_FAILED = /^"?(?:probe failed|failed (?:to|with)|error[: ]|could not|cannot|unable to|exception)\b/i

/** Words that say what a number is, kept as numbers. */
const NUMERIC = new Set(['port', 'limit', 'overflow', 'pid', 'xid', 'apart'])
const RENAMED: Readonly<Record<string, string>> = { class_name: 'class', relation: 'table' }

/** sdb1 is on sdb, nvme0n1p2 on nvme0n1. */
const PARTITION = /^([a-z]d[a-z]{1,2}|xvd[a-z]|nvme\d+n\d+)p?\d+$/

function fieldsOf(groups: Record<string, string | undefined> | undefined): LogFields {
  const fields: LogFields = {}
  for (const [name, value] of Object.entries(groups ?? {})) {
    if (value === undefined || value === '') continue
    if (name === 'field') {
      fields.variable = value.toUpperCase().slice(0, 120)
      continue
    }
    const key = RENAMED[name] ?? name
    if (key === 'device') {
      fields.device = value.replace(PARTITION, '$1')
      continue
    }
    const isNumber = /^\d{1,15}$/.test(value) && (NUMERIC.has(key) || key === 'signal')
    fields[key] = isNumber ? Number(value) : value.slice(0, 120)
  }
  return fields
}

const LIMIT =
  /(?:limit|quota|max(?:imum)?)(?![a-z])(?:[ _-]?(?:is|of|at))?[^\d\n]{1,24}(?<limit>\d{1,12})(?:\s?(?:\/|per|requests? (?:per|\/))\s?(?<per>min(?:ute)?|s(?:ec(?:ond)?)?|h(?:our)?|day|m)\b)?/i
const RATE =
  /(?:(?:current|used|rate|got|actual|current rate|observed)\D{1,12}?|\bat )(?<rate>\d{1,12}(?:\.\d{1,6})?)|(?<over>\d{1,12}) ?(?:\/|of|>) ?(?<most>\d{1,12})/i
const STATE = /\b(?:SQLSTATE|SqlState|sql_state|state_code|"code")[ =:[("]{1,4}(?<sqlstate>[0-9A-Z]{5})\b/
/** PostgreSQL's own words stand for exactly one code (its Appendix A). */
const STATES: Partial<Record<LogErrorClass, readonly [RegExp, string]>> = {
  'unique-violation': [/duplicate key value violates/, '23505'],
  deadlock: [/deadlock detected/, '40P01'],
  'too-many-connections': [/too many clients already/, '53300'],
}

const HAS_ADDRESS: ReadonlySet<LogErrorClass> = new Set<LogErrorClass>([
  'connection-refused',
  'connection-reset',
  'unreachable',
  'upstream-failed',
  'timeout',
  'tls-failed',
  'certificate-expired',
])

/** What the class alone does not say but the line does. */
function moreFields(kind: LogErrorClass, line: string): LogFields {
  if (kind === 'rate-limited') {
    const limit = LIMIT.exec(line)?.groups
    const rate = RATE.exec(line)?.groups
    return {
      ...(limit?.limit ? { limit: Number(limit.limit) } : rate?.most ? { limit: Number(rate.most) } : {}),
      ...(limit?.per ? { per: limit.per } : {}),
      ...(rate?.rate ? { rate: Number(rate.rate) } : rate?.over ? { rate: Number(rate.over) } : {}),
    }
  }
  if (HAS_ADDRESS.has(kind)) return addressIn(line)
  if (kind === 'authentication-failed') return urlIn(line)
  const state = STATE.exec(line)?.groups?.sqlstate
  if (state) return { sqlstate: state }
  const [words, code] = STATES[kind] ?? []
  return words?.test(line) && code ? { sqlstate: code } : {}
}

const LONGEST = 3000

/** The class of one line with its fields; null when it names none. */
export function classify(whole: string, level: LogLevel | null = 'error'): Classified | null {
  const line = whole.length > LONGEST ? whole.slice(0, LONGEST) : whole
  const isHarmless =
    isAtLeast(level, 'trace') && !isAtLeast(level, 'warning') && !(level === 'info' && SAYS_FAILED.test(line))
  if (!(isHarmless ? TROUBLE_AT_ANY_LEVEL : TROUBLE).test(line)) return null
  const isWell = level === null && ALL_IS_WELL.test(line)
  for (const { class: kind, expression, at } of isHarmless ? AT_ANY_LEVEL : CLASSES) {
    if (at !== 'any' && (isWell || (at === 'warning' && level === null))) continue
    const match = expression.exec(line)
    if (match === null) continue
    return {
      class: kind,
      fields: { ...moreFields(kind, line), ...fieldsOf(match.groups) },
      words: match[0].slice(0, 200),
    }
  }
  return null
}
