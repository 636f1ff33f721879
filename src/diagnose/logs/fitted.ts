import type { LogSummary } from '../../model/log-summary.ts'

/** A summary is stored with every reading of every container, so its size has a limit, in UTF-8. */
export const LARGEST_SUMMARY_BYTES = 8192

const sizeOf = (summary: LogSummary): number => Buffer.byteLength(JSON.stringify(summary))

/** What matters least goes first: the last of the patterns, then of the series, the ties, the events, the errors. */
export function fitted(summary: LogSummary, largest: number): LogSummary {
  const rest = {
    ...summary,
    patterns: [...summary.patterns],
    series: [...summary.series],
    events: [...summary.events],
    ties: [...summary.ties],
    errors: [...summary.errors],
    headlines: [...summary.headlines],
  }
  const lists: readonly (readonly [unknown[], number])[] = [
    [rest.patterns, 6],
    [rest.series, 4],
    [rest.errors, 5],
    [rest.events, 4],
    [rest.ties, 4],
    [rest.patterns, 2],
    [rest.series, 1],
    [rest.errors, 1],
    [rest.patterns, 0],
    [rest.events, 0],
    [rest.ties, 0],
    [rest.errors, 0],
    [rest.series, 0],
    [rest.sources, 0],
    [rest.headlines, 0],
  ]
  for (const [list, least] of lists) {
    while (list.length > least && sizeOf(rest) > largest) list.pop()
  }
  return rest
}
