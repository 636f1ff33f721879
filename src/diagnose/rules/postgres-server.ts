import { manual } from '../fixes.ts'
import { NO_EARLIER_READING } from '../history.ts'
import { observed, rule, type Verdict } from '../rule.ts'
import { databaseIn, databases } from '../subjects.ts'

/** https://www.postgresql.org/support/versioning/: the last release of each. */
const LAST_RELEASE: Readonly<Record<number, string>> = {
  9: '2021-11-11',
  10: '2022-11-10',
  11: '2023-11-09',
  12: '2024-11-21',
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
}

export const endOfLife = rule({
  id: 'pg-end-of-life',
  about: 'postgres',
  looksAt: 'whether its version is still mended',
  subjects: databases,
  check({ name, version, versionNumber }, context): Verdict {
    const end = LAST_RELEASE[Math.floor(versionNumber / 10_000)]
    if (end === undefined) return { couldNotLook: 'how long this version is mended is not known here' }
    if (context.snapshot.takenAt < end) return 'passed'
    return {
      severity: 'low',
      title: `${name} runs PostgreSQL ${version}, which is no longer mended`,
      impact: 'What is found wrong in it from now on, stays.',
      rootCause: `The last release of this version came on ${end}.`,
      evidence: [observed(context)('version', version, 'server_version')],
      fixes: [manual('Plan the upgrade', 'pg_upgrade --check, or dump and restore into a supported version')],
    }
  },
})

export const databaseRestarted = rule({
  id: 'pg-restarted',
  about: 'postgres',
  looksAt: 'start time against the readings before',
  subjects: databases,
  check({ name, startedAt }, context): Verdict {
    const before = context.history.recent.findLast((past) => databaseIn(past, name))
    const earlier = before && databaseIn(before, name)
    if (!earlier) return NO_EARLIER_READING
    if (earlier.startedAt === startedAt) return 'passed'
    return {
      severity: 'low',
      title: `${name} was restarted`,
      impact: 'All connections were cut, and its cache is cold.',
      rootCause: 'A restart, wanted or not: its log says how the run before ended.',
      evidence: [observed(context)('started', startedAt, 'pg_postmaster_start_time()')],
      fixes: [
        manual('See how it ended', "grep -E 'terminated by signal|shutting down|PANIC' <its log> | tail -5"),
      ],
    }
  },
})
