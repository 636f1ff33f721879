import type { FindingEvent } from '../model/event.ts'
import { bySeverity, type Finding } from '../model/finding.ts'
import type { Course } from '../model/report.ts'
import { earlierBy, seconds, type Timestamp } from '../model/units.ts'
import { describeTime } from './phrases.ts'

/** What came back so often within a day comes and goes. */
const FLAPPING = 3
const DAY = seconds(86_400)

const isComing = ({ kind }: FindingEvent): boolean => kind === 'appeared' || kind === 'returned'

function courseOf(
  { id, severity }: Pick<Finding, 'id' | 'severity'>,
  events: readonly FindingEvent[],
  now: Timestamp,
): Course {
  const own = events.filter(({ subject }) => subject === id).toSorted((a, b) => (a.at < b.at ? -1 : 1))
  const last = own.at(-1)
  const isHere = last !== undefined && last.kind !== 'resolved'
  const since = isHere ? (own.findLast(isComing)?.at ?? now) : now
  const day = earlierBy(now, DAY)
  const comings = own.filter((event) => isComing(event) && event.at >= day).length + (isHere ? 0 : 1)
  if (comings >= FLAPPING) return { finding: id, course: 'flapping', since, times: comings }
  if (!isHere) return { finding: id, course: 'new', since, times: comings }
  const difference = bySeverity({ severity }, last)
  const course = difference < 0 ? 'worse' : difference > 0 ? 'better' : 'ongoing'
  return { finding: id, course, since, times: comings }
}

/** How each finding stands against its own past, the newest turn of which is not remembered yet. */
export const coursesOf = (
  findings: readonly Pick<Finding, 'id' | 'severity'>[],
  events: readonly FindingEvent[],
  now: Timestamp,
): Course[] => findings.map((finding) => courseOf(finding, events, now))

/** "ongoing since 23 Nov 2026, 22:47 UTC"; null where nothing is known of it. */
export function describeCourse(courses: readonly Course[], id: string): string | null {
  const found = courses.find(({ finding }) => finding === id)
  if (!found) return null
  const since = `since ${describeTime(found.since)}`
  switch (found.course) {
    case 'new':
      return 'new'
    case 'ongoing':
      return `ongoing ${since}`
    case 'worse':
      return `worse than before, ongoing ${since}`
    case 'better':
      return `better than before, ongoing ${since}`
    case 'flapping':
      return `flapping: came ${found.times} times in a day, last ${since}`
  }
}
