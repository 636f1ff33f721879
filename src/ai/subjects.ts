import { ASKED_KIND, type AskedKind } from '../model/question.ts'
import type { Cell, Report } from '../model/report.ts'
import { describeTarget, type Target } from '../model/target.ts'

/** A report before somebody put it into words. */
export type Unnarrated = Omit<Report, 'narrative'>

/** What a sentence can be about. */
export type Subject = {
  kind: AskedKind
  name: string
  /** How it is called: "PostgreSQL main". */
  called: string
  /** Known from a table alone. */
  isRow: boolean
}

/** What findings and checks are about, and the containers, databases and models that tables name. */
export function subjectsOf(report: Unnarrated): Subject[] {
  const targets = [...report.findings, ...report.checks].map(
    ({ target }): Subject => ({
      kind: ASKED_KIND[target.kind],
      name: nameOf(target),
      called: describeTarget(target),
      isRow: false,
    }),
  )
  const rows = report.tables.flatMap(({ columns, rows }) => {
    const kind = (['container', 'gpu', 'database', 'cache', 'service', 'model'] as const).find(
      (each) => each === columns[0]?.toLowerCase(),
    )
    return rows.flatMap((row): Subject[] => {
      const name = kind ? rowName(row[0]?.value, columns[0]) : null
      if (!kind || name === null) return []
      return [{ kind, name, called: kind === 'gpu' ? name : `${kind} ${name}`, isRow: true }]
    })
  })
  return [...new Map([...rows, ...targets].map((each) => [`${each.kind} ${each.name}`, each])).values()]
}

/** A GPU is called by its number, which alone is no name. */
export const nameOf = (target: Target): string =>
  target.kind === 'gpu' ? describeTarget(target) : target.name

/** "0 NVIDIA GeForce RTX 3060" in the table of GPUs is GPU 0. */
export function rowName(cell: Cell['value'] | undefined, column: string | undefined): string | null {
  if (typeof cell !== 'string') return null
  const index = /^gpu$/i.test(column ?? '') ? /^\d+/.exec(cell)?.[0] : undefined
  return index === undefined ? cell : `GPU ${index}`
}
