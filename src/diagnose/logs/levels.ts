import type { LogLevel } from '../../model/log-summary.ts'

const NAMES: Readonly<Record<string, LogLevel>> = {
  v: 'trace',
  d: 'debug',
  i: 'info',
  w: 'warning',
  e: 'error',
  f: 'fatal',
  trace: 'trace',
  verbose: 'trace',
  finest: 'trace',
  debug: 'debug',
  debug1: 'debug',
  debug2: 'debug',
  fine: 'debug',
  dbug: 'debug',
  info: 'info',
  information: 'info',
  log: 'info',
  notice: 'info',
  statement: 'info',
  detail: 'info',
  hint: 'info',
  note: 'info',
  system: 'info',
  warn: 'warning',
  warning: 'warning',
  wrn: 'warning',
  error: 'error',
  err: 'error',
  severe: 'error',
  fail: 'error',
  fatal: 'fatal',
  panic: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  crt: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
}

export const levelNamed = (name: string): LogLevel | null => NAMES[name.toLowerCase()] ?? null

/** pino and bunyan count 10 to 60; syslog's severities go from 0, the worst, to 7. */
export function levelNumbered(value: number): LogLevel | null {
  if (value >= 10) {
    if (value < 20) return 'trace'
    if (value < 30) return 'debug'
    if (value < 40) return 'info'
    if (value < 50) return 'warning'
    return value < 60 ? 'error' : 'fatal'
  }
  if (value <= 2) return 'fatal'
  if (value === 3) return 'error'
  if (value === 4) return 'warning'
  return value <= 6 ? 'info' : 'debug'
}

/** Syslog's own: 0 is the worst. From 5 on it says nothing: whatever a service prints comes as 5 or 6. */
export const levelOfPriority = (priority: number): LogLevel | null =>
  priority >= 0 && priority <= 4 ? levelNumbered(priority) : null

const RANKS: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warning: 3,
  error: 4,
  fatal: 5,
}

export const isAtLeast = (level: LogLevel | null, least: LogLevel): boolean =>
  level !== null && RANKS[level] >= RANKS[least]

/** What an HTTP status says of the server: its own failure is an error, the client's is worth a look. */
export function levelOfStatus(status: number): LogLevel {
  if (status >= 500) return 'error'
  return status === 429 || status === 408 ? 'warning' : 'info'
}
