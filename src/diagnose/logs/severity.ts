import type { LogErrorClass } from '../../model/log-summary.ts'

/**
 * How much an error of a class explains, from a machine that has no more of something down to a symptom that says
 * nothing of its cause: what stands higher is told first, unless it is rare and the other a flood.
 */
const SEVERITIES: Readonly<Record<LogErrorClass, number>> = {
  'disk-failing': 104,
  'disk-full': 100,
  'oom-killed': 100,
  'gpu-failed': 96,
  corrupted: 98,
  'read-only-filesystem': 97,
  'out-of-memory': 95,
  'crash-signal': 92,
  'missing-module': 90,
  'missing-library': 90,
  'missing-class': 88,
  'missing-command': 88,
  'missing-variable': 90,
  'config-syntax': 88,
  'migration-failed': 86,
  'wrong-architecture': 90,
  'bad-image': 86,
  'port-in-use': 86,
  'certificate-expired': 86,
  'too-many-open-files': 88,
  'too-many-connections': 84,
  'pool-exhausted': 80,
  'write-refused': 80,
  deadlock: 72,
  'lock-timeout': 66,
  'authentication-failed': 70,
  'name-not-resolved': 74,
  'connection-refused': 74,
  unreachable: 72,
  'tls-failed': 70,
  'permission-denied': 68,
  'rate-limited': 62,
  'checkpoints-too-frequent': 52,
  timeout: 54,
  'connection-reset': 48,
  'upstream-failed': 54,
  'sql-error': 56,
  'constraint-violation': 48,
  'unique-violation': 48,
  'program-fault': 58,
  'missing-file': 46,
  'server-error': 48,
  other: 36,
}
export const severityOf = (kind: LogErrorClass): number => SEVERITIES[kind]

/** Needs no other error to explain it: what it names is missing, full, wrong or broken. */
export const isRootByNature = (kind: LogErrorClass): boolean => SEVERITIES[kind] >= 86
