import type { Gap } from '../../model/gap.ts'
import type { Statement, StatementCounters, Statements } from '../../model/postgres/statements.ts'
import { ratio, type Seconds, seconds, type Timestamp, timestamp } from '../../model/units.ts'
import { isTooOld } from '../deadline.ts'
import { type Asking, askInTurn, isOurs } from './query.ts'
import { queryText } from './query-text.ts'
import type { Server } from './server.ts'
import {
  type Entry,
  type Installed,
  isTooOld as isTooOldAnExtension,
  MOST_ENTRIES,
  statementEntries,
  statementSummary,
  statementTexts,
} from './statements.ts'

/** Of each order: a statement is listed when it is among the first of any. */
const FIRST = 8

/** What is remembered from one reading to the next. */
type Earlier = {
  readonly readAt: number
  readonly since: string
  /** Whether what is not among them was not there. */
  readonly complete: boolean
  readonly entries: ReadonlyMap<string, Entry>
}

export type StatementReader = {
  /** The last reading while it is young. Null, with a gap that says what to do, without pg_stat_statements. */
  read(asking: Asking, installed: Installed): Promise<Statements | null>
}

export function statementReader(every: Seconds): StatementReader {
  let earlier: Earlier | null = null
  let last: Statements | null = null
  const texts: Texts = new Map()
  return {
    async read(asking, installed) {
      const { version, schema } = installed
      const gap = whyNot(installed, asking.server)
      if (gap) asking.gaps.push(gap)
      if (version === null || schema === null || gap) return null
      if (last?.windowSeconds && performance.now() - (earlier?.readAt ?? 0) < every * 1000) return last
      const answers = await askInTurn(asking, {
        entries: statementEntries(schema, version),
        summary: statementSummary(schema, version),
      })
      if (answers.entries === null) return null
      const summary = answers.summary?.[0] ?? { deallocations: null, statisticsResetAt: null }
      const now = earlierOf(answers.entries, asking.server.startedAt, summary.statisticsResetAt)
      const before = earlier
      earlier = now
      const window = () => windowBetween(before, now, (queryId) => texts.get(queryId) === null)
      while (await learnTexts(asking, schema, choose(window().statements), texts)) {
        // What turned out to be ours makes room for others, whose texts may be unknown too.
      }
      const { statements, ...totals } = window()
      const reading: Statements = {
        readAt: timestamp(new Date()),
        extensionVersion: version,
        tracked: answers.entries.length,
        ...totals,
        ...summary,
        top: choose(statements).map((statement) => ({
          ...statement,
          text: texts.get(statement.queryId) ?? '',
        })),
      }
      last = reading
      return reading
    },
  }
}

function earlierOf(entries: readonly Entry[], startedAt: Timestamp, resetAt: Timestamp | null): Earlier {
  return {
    readAt: performance.now(),
    since: `${startedAt} ${resetAt}`,
    complete: entries.length < MOST_ENTRIES,
    entries: new Map(entries.map((entry) => [entry.key, entry])),
  }
}

const COUNTERS = [
  'calls',
  'seconds',
  'planSeconds',
  'rows',
  'blocksHit',
  'blocksRead',
  'tempBlocks',
  'readSeconds',
  'walBytes',
] as const satisfies readonly (keyof StatementCounters)[]

const countersOf = (value: (counter: keyof StatementCounters) => number): StatementCounters =>
  Object.fromEntries(COUNTERS.map((counter) => [counter, value(counter)])) as StatementCounters

/**
 * What an entry grew by. One that was not there before counts whole: it began since. One that shrank was reset, or
 * thrown out and begun anew, by itself.
 */
function grownBy(entry: Entry, before: Earlier): StatementCounters | null {
  const last = before.entries.get(entry.key)
  if (!last) return before.complete ? countersOf((counter) => entry[counter]) : null
  if (COUNTERS.some((counter) => entry[counter] < last[counter])) return null
  return countersOf((counter) => entry[counter] - last[counter])
}

type Untitled = Omit<Statement, 'text'>

type Window = Pick<Statements, 'windowSeconds' | 'windowCalls' | 'windowExecutionSeconds'> & {
  readonly statements: readonly Untitled[]
}

function windowBetween(before: Earlier | null, now: Earlier, isOwn: (queryId: string) => boolean): Window {
  const usable = before && before.since === now.since && !isTooOld(before.readAt, now.readAt) ? before : null
  const grown = [...now.entries.values()]
    .filter(({ queryId }) => !isOwn(queryId))
    .map((entry) => ({ entry, by: usable && grownBy(entry, usable) }))
  const sum = (counter: 'calls' | 'seconds') =>
    grown.reduce((total, { by }) => total + (by?.[counter] ?? 0), 0)
  const all = sum('seconds')
  return {
    windowSeconds: usable && seconds((now.readAt - usable.readAt) / 1000),
    windowCalls: usable && sum('calls'),
    windowExecutionSeconds: usable && seconds(all),
    statements: grown.map(({ entry, by }) => statementOf(entry, by, all)),
  }
}

function statementOf(entry: Entry, grown: StatementCounters | null, all: number): Untitled {
  const { queryId, userName, databaseName, topLevel, meanSeconds, maximumSeconds, deviationSeconds } = entry
  return {
    queryId,
    userName,
    databaseName,
    topLevel,
    counters: countersOf((counter) => entry[counter]),
    meanSeconds,
    maximumSeconds,
    deviationSeconds,
    window: grown && {
      counters: grown,
      meanSeconds: grown.calls > 0 ? seconds(grown.seconds / grown.calls) : null,
      share: all > 0 ? ratio(grown.seconds / all) : null,
    },
  }
}

const ORDERS: readonly ((statement: Untitled) => number)[] = [
  ({ window }) => window?.counters.seconds ?? 0,
  ({ window }) => window?.counters.calls ?? 0,
  ({ window }) => window?.meanSeconds ?? 0,
  ({ window }) => window?.counters.tempBlocks ?? 0,
  ({ window }) => window?.counters.blocksRead ?? 0,
  ({ counters }) => counters.seconds,
  ({ meanSeconds }) => meanSeconds,
  ({ counters }) => counters.tempBlocks,
]

/** By time since the reading before, then by time since the reset. */
function choose(statements: readonly Untitled[]): Untitled[] {
  const chosen = new Set(
    ORDERS.flatMap((order) =>
      statements
        .filter((statement) => order(statement) > 0)
        .toSorted((left, right) => order(right) - order(left))
        .slice(0, FIRST),
    ),
  )
  return [...chosen].toSorted(
    (left, right) =>
      (right.window?.counters.seconds ?? 0) - (left.window?.counters.seconds ?? 0) ||
      right.counters.seconds - left.counters.seconds,
  )
}

/** By queryId; null is a statement of perfbot's, which is not what people want to see. */
type Texts = Map<string, string | null>

const MOST_TEXTS = 2000

/** A statement keeps its text, so each is asked for once. Whether there was one of ours among them. */
async function learnTexts(
  asking: Asking,
  schema: string,
  chosen: readonly Untitled[],
  texts: Texts,
): Promise<boolean> {
  const unknown = [...new Set(chosen.map(({ queryId }) => queryId))].filter((id) => !texts.has(id))
  if (unknown.length === 0) return false
  if (texts.size > MOST_TEXTS) texts.clear()
  const { found } = await askInTurn(asking, { found: statementTexts(schema, unknown) })
  for (const { queryId, text } of found ?? []) {
    texts.set(queryId, text !== null && isOurs(text) ? null : queryText(text ?? ''))
  }
  return unknown.some((queryId) => texts.get(queryId) === null)
}

/** Each way of not having it, and the line that mends it. */
function whyNot({ version, libraries }: Installed, { name, database }: Server): Gap | null {
  const gap = (reason: string, remedy: string): Gap => ({
    kind: 'absent',
    source: `postgres:${name}`,
    missing: `statements of PostgreSQL ${name}`,
    reason,
    remedy,
  })
  if (libraries !== null && !/(^|[\s,"/])pg_stat_statements($|[\s,"])/.test(libraries)) {
    const all = [...libraries.split(',').map((library) => library.trim()), 'pg_stat_statements'].filter(
      Boolean,
    )
    const then = version === null ? `, then in ${database}: CREATE EXTENSION pg_stat_statements;` : ''
    return gap(
      version === null
        ? 'pg_stat_statements is not loaded'
        : 'The extension pg_stat_statements is created, but its library is not loaded',
      `ALTER SYSTEM SET shared_preload_libraries = ${all.map((library) => `'${library.replaceAll('"', '')}'`).join(', ')}; and restart${then}`,
    )
  }
  if (version === null) {
    return gap(
      libraries === null
        ? `There is no extension pg_stat_statements in ${database}; whether its library is loaded the role may not see`
        : `pg_stat_statements is loaded, and ${database} has no extension of the name`,
      `In ${database}: CREATE EXTENSION pg_stat_statements;`,
    )
  }
  if (isTooOldAnExtension(version)) {
    return gap(
      `The extension pg_stat_statements is still of version ${version}`,
      `In ${database}: ALTER EXTENSION pg_stat_statements UPDATE;`,
    )
  }
  return null
}
