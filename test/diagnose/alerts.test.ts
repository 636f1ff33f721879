import { describe, expect, it } from 'vitest'
import { followUp } from '../../src/diagnose/alerts.ts'
import type { Alert, Silence } from '../../src/model/alert.ts'
import type { Check, Finding } from '../../src/model/finding.ts'
import { seconds } from '../../src/model/units.ts'
import { minute } from '../store/records.ts'
import { makeReport } from '../support/report.ts'

const [crash, buffers] = makeReport().findings as [Finding, Finding]
const policy = { severities: ['critical' as const], resolveAfter: seconds(300) }

/** Looks at one minute after the other; what is returned is what was told at each. */
function watching() {
  const alerts = new Map<string, Alert>()
  return (
    at: number,
    findings: Finding[],
    {
      checks = [],
      silences = [],
      symptoms = [],
    }: { checks?: Check[]; silences?: Silence[]; symptoms?: Finding[] } = {},
  ) => {
    const known = [...alerts.values()]
    const changes = followUp(
      {
        host: 'atlas',
        findings,
        symptoms: new Set(symptoms.map(({ id }) => id)),
        checks,
        silences,
        alerts: known,
        now: minute(at),
      },
      policy,
    )
    for (const { alert } of changes) alerts.set(alert.findingId, alert)
    return changes.map(({ alert, news }) => [alert.state, news])
  }
}

describe('an alert', () => {
  it('fires when a finding is there twice in a row, and is resolved when it was gone for five minutes', () => {
    const look = watching()
    expect(look(0, [crash])).toEqual([['pending', null]])
    expect(look(1, [crash])).toEqual([['firing', null]])
    expect(look(2, [])).toEqual([])
    expect(look(5, [])).toEqual([])
    expect(look(6, [])).toEqual([['resolved', 'resolved']])
    expect(look(7, [])).toEqual([])
  })

  it('of what was there once only never fires', () => {
    const look = watching()
    look(0, [crash])
    expect(look(1, [])).toEqual([['resolved', 'resolved']])
  })

  it('is begun by no symptom, and goes on for one that was told of before its root was seen', () => {
    const look = watching()
    const asSymptom = { symptoms: [crash] }
    expect(look(0, [crash], asSymptom)).toEqual([])
    expect(look(1, [crash])).toEqual([['pending', null]])
    expect(look(2, [crash], asSymptom)).toEqual([])
    expect(look(3, [crash])).toEqual([['firing', null]])
    expect(look(4, [crash], asSymptom)).toEqual([['firing', null]])
    expect(look(9, [])).toEqual([['resolved', 'resolved']])
    expect(look(10, [crash], asSymptom)).toEqual([])
  })

  it('is only for what is severe enough', () => {
    expect(watching()(0, [buffers])).toEqual([])
  })

  it('fires at once when it comes back, and once it comes and goes it has to be gone for longer', () => {
    const look = watching()
    look(0, [crash])
    look(1, [crash])
    look(7, [])
    expect(look(8, [crash])).toEqual([['firing', 'returned']])
    expect(look(14, [])).toEqual([['resolved', 'resolved']])
    look(15, [crash])
    // The third time.
    expect(look(21, [])).toEqual([])
    expect(look(44, [])).toEqual([])
    expect(look(45, [])).toEqual([['resolved', 'resolved']])
  })

  it('is not resolved while its rule cannot look', () => {
    const look = watching()
    look(0, [crash])
    look(1, [crash])
    const checks: Check[] = [
      { rule: crash.rule, target: crash.target, verdict: 'could-not-look', lookedAt: 'restarts' },
    ]
    expect(look(20, [], { checks })).toEqual([])
    expect(look(21, [])).toEqual([['resolved', 'resolved']])
  })

  it('does not begin while it is silenced, and ends when it is', () => {
    const look = watching()
    const silences = [{ host: 'atlas', findingId: crash.id, until: minute(10), by: 'U1', at: minute(0) }]
    expect(look(0, [crash], { silences })).toEqual([])
    expect(look(10, [crash], { silences })).toEqual([['pending', null]])
    expect(look(11, [crash])).toEqual([['firing', null]])
    const muted = [{ host: 'atlas', findingId: crash.id, until: null, by: 'U1', at: minute(11) }]
    expect(look(12, [crash], { silences: muted })).toEqual([['silenced', null]])
    expect(look(13, [crash])).toEqual([['firing', 'returned']])
  })
})
