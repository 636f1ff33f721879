import type { LogLevel } from '../../model/log-summary.ts'
import { type InstantForm, instantAt } from './instants.ts'
import { isAtLeast, levelNamed, levelNumbered, levelOfStatus } from './levels.ts'
import { pathShape, type Request, requestIn } from './requests.ts'

export type LineParts = {
  readonly format:
    | 'plain'
    | 'json'
    | 'logfmt'
    | 'klog'
    | 'access'
    | 'nginx'
    | 'apache'
    | 'postgres'
    | 'redis'
    | 'syslog'
  /** Where the time stands, so that lines of the same shape need not be searched; null without one. */
  readonly time: { readonly at: number; readonly end: number; readonly form: InstantForm } | null
  readonly level: LogLevel | null
  /** The service that an aggregated log names beside each line. */
  readonly service: string | null
  readonly message: string
  /** Numbers in front of this belong to the line's own head: time, process, thread. */
  readonly messageAt: number
  readonly status: number | null
  /** Where the line tells of a request that was answered. */
  readonly request: Request | null
  /** PostgreSQL's further words on the line before: DETAIL, HINT, CONTEXT, STATEMENT. */
  readonly detail: string | null
}

const PLAIN = { status: null, request: null, detail: null } as const

const JSON_TIME =
  /"(?:time|timestamp|ts|@timestamp|t|@t|datetime|asctime|log_time|date|eventTime)"\s{0,4}:\s{0,4}(?:\{\s{0,4}"\$date"\s{0,4}:\s{0,4})?"?/
const JSON_LEVEL =
  /"(?:level|severity|lvl|levelname|log\.level|error_severity|@l|loglevel|s)"\s*:\s*"?([A-Za-z]+\d?|\d+)/i
const FIELD_TIME = /(?:^|\s)(?:time|ts|timestamp|t)="?/
const FIELD_LEVEL = /(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]+)/i

const BRACKETED = /^\s*(?:-\s*)?[[(<]?([A-Za-z]{3,11})[\])>]?(?=[:\s|\]-]|$)/
const ANYWHERE =
  /(?:^|[\s[|(])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|PANIC|ALERT|EMERG)(?=[\s:\]|)/-]|$)|\[([Nn]ote|[Ss]ystem|[Dd]ebug|[Ii]nfo|[Nn]otice|[Ww]arn(?:ing)?|[Ee]rror|[Cc]rit|[Aa]lert|[Ee]merg|[Ff]atal)\]/

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const DETAILS = new Set(['DETAIL', 'HINT', 'CONTEXT', 'STATEMENT', 'QUERY'])

function timeFound(line: string, at: number, reference: number): LineParts['time'] {
  const instant = instantAt(line, at, reference)
  return instant ? { at, end: instant.end, form: instant.form } : null
}

const TROUBLE_NAMES = [
  'exception',
  'exc_info',
  'error',
  'err',
  'error.stack_trace',
  'error.message',
  'stack',
  'stack_trace',
  'stacktrace',
  'detail',
  'attr',
  'reason',
] as const

/** Exceptions within a JSON line: their text stands beside the message, or a level below it. */
function troubleOf(record: Record<string, unknown>): string | null {
  for (const name of TROUBLE_NAMES) {
    const value = record[name]
    if (typeof value === 'string' && value !== '') return value
    if (value !== null && typeof value === 'object') {
      const inner = value as Record<string, unknown>
      const found = text(inner.stack) ?? text(inner.stack_trace) ?? text(inner.message) ?? text(inner.msg)
      if (found) return found
    }
  }
  return null
}

function serviceOf(record: Record<string, unknown>): string | null {
  for (const name of ['service', 'service.name', 'container_name', 'container', 'app', 'application']) {
    const value = record[name]
    const found =
      text(value) ??
      (value !== null && typeof value === 'object' ? text((value as { name?: unknown }).name) : null)
    if (found) return found.slice(0, 80)
  }
  return null
}

/** status, status_code, statusCode, res.statusCode (pino-http), http.response.status_code (ECS). */
function statusOf(record: Record<string, unknown>): number {
  const nested = (value: unknown): unknown =>
    value !== null && typeof value === 'object' ? (value as Record<string, unknown>).statusCode : undefined
  const found =
    record.status ??
    record.status_code ??
    record.statusCode ??
    record['http.response.status_code'] ??
    nested(record.res) ??
    nested(record.response)
  return typeof found === 'number' || typeof found === 'string' ? Number(found) : Number.NaN
}

function jsonParts(line: string, at: number, reference: number): LineParts | null {
  let record: Record<string, unknown>
  try {
    const value: unknown = JSON.parse(line.slice(at))
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
    record = value as Record<string, unknown>
  } catch {
    return null
  }
  const time = JSON_TIME.exec(line)
  const level = JSON_LEVEL.exec(line)?.[1] ?? ''
  const message =
    text(record.msg) ??
    text(record.message) ??
    text(record.event) ??
    text(record.log) ??
    text(record['@m']) ??
    text(record['@mt'])
  const trouble = troubleOf(record)
  const state = text(record.state_code)
  const found = /^\d+$/.test(level) ? levelNumbered(Number(level)) : levelNamed(level)
  const status = statusOf(record)
  return {
    format: 'json',
    time: time ? timeFound(line, time.index + time[0].length, reference) : null,
    level: found ?? (status >= 500 ? levelOfStatus(status) : null),
    service: serviceOf(record),
    message: [message ?? (trouble === null ? line.slice(at) : ''), trouble, state && `SQLSTATE ${state}`]
      .filter((part) => part)
      .join(' ')
      .trim(),
    messageAt: at,
    ...PLAIN,
    status: Number.isInteger(status) ? status : null,
  }
}

function logfmtParts(line: string, at: number, reference: number): LineParts | null {
  const rest = line.slice(at)
  if ((rest.match(/(?:^|\s)[A-Za-z_][\w.]*=(?:"|\S)/g)?.length ?? 0) < 2) return null
  const message = /(?:^|\s)(?:msg|message|event)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(rest)
  if (!message && !FIELD_LEVEL.test(rest)) return null
  const time = FIELD_TIME.exec(line)
  const error = /(?:^|\s)(?:err|error)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(rest)
  const said = message?.[1] ?? message?.[2] ?? rest
  return {
    format: 'logfmt',
    time: time ? timeFound(line, time.index + time[0].length, reference) : null,
    level: levelNamed(FIELD_LEVEL.exec(rest)?.[1] ?? ''),
    service: /(?:^|\s)(?:service|container|app)="?([\w./-]{1,80})/.exec(rest)?.[1] ?? null,
    message: error ? `${said} ${error[1] ?? error[2]}` : said,
    messageAt: at,
    ...PLAIN,
  }
}

/** The line of a server about a request: what tells one from another is the method, the path and a failed status. */
function asRequest(parts: LineParts, line: string): LineParts {
  if (!/HTTP|\| [1-5]\d\d \|/.test(line)) return parts
  const request = requestIn(line)
  if (request === null) return parts
  const { status, method, path } = request
  const isFailure = status >= 500 || status === 429
  return {
    ...parts,
    format: 'access',
    level: isAtLeast(parts.level, 'warning') ? parts.level : levelOfStatus(status),
    message: `${method} ${pathShape(path)}${isFailure ? ` answered-${status}` : ''}`,
    status,
    request,
  }
}

/** What stands after the time of a plain line: its level, process, thread and logger, each in its form's own way. */
function plainParts(line: string, from: number, time: LineParts['time']): LineParts {
  const rest = line.slice(from)
  const parts = (format: LineParts['format'], level: LogLevel | null, message: string): LineParts => ({
    format,
    time,
    level,
    service: null,
    message,
    messageAt: line.length - message.length,
    ...PLAIN,
  })
  if (time?.form === 'klog') {
    const head = /^\s+\d+ [\w./-]+:\d+\] (.*)$/s.exec(rest)
    const level = ({ I: 'info', W: 'warning', E: 'error', F: 'fatal' } as const)[line[time.at] as 'I'] ?? null
    return parts('klog', level, head?.[1] ?? rest.trim())
  }
  const redis = time?.form === 'redis' ? /^ ([.\-*#]) (.*)$/s.exec(rest) : null
  if (redis) {
    const level = ({ '.': 'debug', '-': 'debug', '*': 'info', '#': 'warning' } as const)[redis[1] as '.']
    return parts('redis', level, redis[2] as string)
  }
  const postgres =
    /^(.{0,160}?)\b(DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT|QUERY): {2}(?=\S)(.*)$/s.exec(
      rest,
    )
  if (postgres) {
    const keyword = postgres[2] as string
    const found = parts('postgres', levelNamed(keyword) ?? 'info', postgres[3] as string)
    return DETAILS.has(keyword) ? { ...found, detail: keyword } : found
  }
  const nginx = time?.form === 'go' ? /^ \[(\w+)\] \d+#\d+: (.*)$/s.exec(rest) : null
  if (nginx) return parts('nginx', levelNamed(nginx[1] as string), nginx[2] as string)
  const apache = time?.form === 'apache' ? /^\] \[(?:[\w-]+:)?(\w+)\] (.*)$/s.exec(rest) : null
  if (apache) return parts('apache', levelNamed(apache[1] as string), apache[2] as string)
  const android = /^\s{1,4}\d{1,7}\s{1,5}\d{1,7} ([VDIWEF]) ([^:]{1,80}): (.*)$/s.exec(rest)
  if (android) return parts('plain', levelNamed(android[1] as string), `${android[2]}: ${android[3]}`)
  const stripped = rest.replace(/^[\]\s:,|-]+/, '')
  const leading = BRACKETED.exec(stripped)
  const level = leading ? levelNamed(leading[1] as string) : null
  if (leading && level)
    return parts('plain', level, stripped.slice(leading[0].length).replace(/^[\]\s:|-]+/, ''))
  // "[main] ERROR com.example.App - message", "1234 [thread-1] WARN …"
  const said = ANYWHERE.exec(stripped.slice(0, 120))
  if (said) {
    return parts(
      'plain',
      levelNamed((said[1] ?? said[2]) as string),
      stripped.slice(said.index + said[0].length).replace(/^(?:\/[\w-]{1,40}\])?[\]\s:|/-]*/, ''),
    )
  }
  return parts('plain', null, stripped)
}

/** Takes one line apart, whatever wrote it; what an envelope said of it is known already. */
export function partsOf(line: string, reference: number): LineParts {
  if (line.charCodeAt(0) === 123) {
    const json = jsonParts(line, 0, reference)
    if (json) return json
  }
  const logfmt = line.includes('=') ? logfmtParts(line, 0, reference) : null
  if (logfmt) return logfmt
  const start = timeIn(line, reference)
  const parts = plainParts(line, start?.isLeading ? (start.time?.end ?? 0) : 0, start?.time ?? null)
  return asRequest(parts, line.slice(0, 4000))
}

/** How far into a line its time may stand: "F, [2026-…", "[GIN] 2026/…", "10.0.0.1 - - [15/Jan/…", "INFO 2026-…". */
const TIME_WITHIN = 80

function timeIn(line: string, reference: number): { time: LineParts['time']; isLeading: boolean } | null {
  const head = /^(?:<\d{1,3}>)?(?:\[|\(|\d{1,9}:[A-Z] |- )?/.exec(line.slice(0, 12))
  for (const at of new Set([head?.[0].length ?? 0, 0])) {
    const instant = instantAt(line, at, reference)
    if (instant) return { time: { at, end: instant.end, form: instant.form }, isLeading: true }
  }
  for (const { index } of line.slice(0, TIME_WITHIN).matchAll(/(?<![\w.:/-])\d{2}/g)) {
    const instant = instantAt(line, index, reference)
    if (instant && instant.form !== 'epoch' && instant.form !== 'clock' && instant.form !== 'compact')
      return { time: { at: index, end: instant.end, form: instant.form }, isLeading: false }
  }
  return null
}
