import type { ContainerReading } from '../../model/container-reading.ts'
import { bySeverity } from '../../model/finding.ts'
import { formatMinute } from '../../model/format.ts'
import type { LogHeadline } from '../../model/log-summary.ts'
import { manual } from '../fixes.ts'
import { troublesIn } from '../log-trouble.ts'
import { type Context, contextOf, observed, rule, type Subject } from '../rule.ts'
import { containers } from '../subjects.ts'
import { isOomKilled, loops } from './containers.ts'

/** Headlines beside the first; the log itself has all. */
const OTHERS = 3

/** Other rules say why it does not stay up, out of the same log. */
const isTold = ({ target, value }: Subject<ContainerReading>, context: Context): boolean => {
  const own = contextOf(target, context)
  return loops(value, own) || isOomKilled(value, own)
}

/** Those whose log is followed and whose trouble is not another finding's to tell. */
const followed = (context: Context): Subject<ContainerReading>[] =>
  containers(context).filter(
    (subject) =>
      subject.value.state === 'running' && context.logs.has(subject.value.id) && !isTold(subject, context),
  )

/** "between 2026-03-14 11:02 UTC and 2026-03-14 11:58 UTC". */
const windowOf = ({ since, until }: LogHeadline): string =>
  since === null || until === null
    ? 'at times that its log does not state'
    : `between ${formatMinute(since)} and ${formatMinute(until)}`

const isCounted = ({ kind }: LogHeadline): boolean => kind !== 'saturation' && kind !== 'change'

const describe = (headline: LogHeadline): string =>
  `${headline.says}${isCounted(headline) ? `, ${headline.count} times` : ''} ${windowOf(headline)}`

function causeOf(headline: LogHeadline): string {
  const { cause, says } = headline
  const inItsWords = cause === null || says.includes(cause) ? '' : ` Its log says: ${cause}`
  return `${describe(headline)}.${inItsWords}`
}

const firstLetterSmall = (text: string): string =>
  /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text

export const logErrors = rule<ContainerReading>({
  id: 'log-errors',
  about: 'container',
  looksAt: 'what its log has said of errors and limits lately',
  subjects: followed,
  check(container, context) {
    const summary = context.logs.get(container.id)
    const troubles = summary ? troublesIn(summary, context.snapshot.takenAt) : []
    const [first, ...others] = troubles
    if (!first) return 'passed'
    const { headline } = first
    const fact = observed(context)
    const source = `docker logs ${container.name}`
    const [worst = first] = troubles.toSorted(bySeverity)
    return {
      severity: worst.severity,
      title: `The log of ${container.name} tells of trouble: ${firstLetterSmall(headline.says)}`,
      impact: isCounted(headline)
        ? `Some of what ${container.name} does fails.`
        : `${container.name} runs, but not as it did before.`,
      rootCause: causeOf(headline),
      evidence: [
        ...(isCounted(headline)
          ? [
              {
                label: 'such lines',
                value: headline.count,
                unit: 'count' as const,
                source,
                at: headline.until ?? context.snapshot.takenAt,
              },
            ]
          : []),
        ...(headline.sample === null ? [] : [fact('log', headline.sample, source)]),
        ...others.slice(0, OTHERS).map((other) => fact('also', describe(other.headline), source)),
      ],
      fixes: [
        manual(
          'Read what it says',
          `docker logs ${headline.since === null ? '--tail 100' : `--since ${headline.since}`} ${container.name}`,
        ),
      ],
    }
  },
})
