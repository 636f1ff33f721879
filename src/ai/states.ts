import type { Report } from '../model/report.ts'

/** Whether each container, as the report names it, runs; `unwell` marks what runs and is troubled all the same. */
export type KnownState = { readonly name: string; readonly isUp: boolean; readonly isUnwell: boolean }

const DOWN_STATES = /^(?:exited|dead|restarting|created|paused|removing|stopping|unhealthy)/i

export function statesOf(report: Pick<Report, 'tables' | 'findings'>): KnownState[] {
  return report.tables.flatMap(({ columns, rows }) => {
    const state = columns.findIndex((column) => /^state$/i.test(column))
    if (state < 0) return []
    return rows.flatMap((row): KnownState[] => {
      const [name, value] = [row[0]?.value, row[state]?.value]
      if (typeof name !== 'string' || typeof value !== 'string') return []
      const isUnwell =
        /unhealthy/i.test(value) ||
        report.findings.some(
          ({ target, severity }) => target.name === name && (severity === 'critical' || severity === 'high'),
        )
      return [{ name, isUp: !DOWN_STATES.test(value), isUnwell }]
    })
  })
}

const UP =
  /\b(?:is|are|was|stays?|keeps?|seems?|looks?)\s+(?:now |still |again |both |all |currently )?(?:up|running|healthy|fine|well|stable|available|reachable|alive|online|working)\b|\bruns (?:fine|well|normally|stably|smoothly|without)|\bworks (?:fine|well|normally)/i
const WELL = /\b(?:healthy|fine|well|stable|normally|stably|smoothly|working)\b/i
const DOWN =
  /\b(?:is|are|was|stays?|keeps?|has|have)\s+(?:now |still |again |both |all |currently |been )?(?:down|stopped|dead|exited|unhealthy|crashed|crashing|offline|unreachable|restarting|unavailable)\b|\b(?:crashed|crashes|died|exited|stopped|hangs|hung|failed|collapsed|went down|goes down)\b|\b(?:does|do|did)(?: not|n['’]t) (?:run|work|start|answer|respond)\b/i

const NEGATED =
  /\b(?:is|are|was|were)(?: not|n['’]t| no longer) (?:\w+ )?(?:up|running|healthy|fine|well|stable|available|reachable|alive|online|working|down|stopped|dead|unhealthy|offline|restarting)\b/i

/** Why what a sentence says of a container's state is not so. */
export function stateObjection(
  sentence: string,
  named: ReadonlySet<string>,
  states: readonly KnownState[],
): string | null {
  for (const clause of sentence.split(/;|, (?:and|while|but|whereas) | while | but /)) {
    const about = [...named].filter((name) => clause.includes(name))
    const objection = objectionTo(clause, new Set(about), states)
    if (objection !== null) return objection
  }
  return null
}

function objectionTo(text: string, named: ReadonlySet<string>, states: readonly KnownState[]): string | null {
  if (/\b(?:if|would|should|until|unless|once|when|before|could|might)\b/i.test(text)) return null
  const about = states.filter(({ name }) => named.has(name))
  if (about.length === 0 || (about.some(({ isUp }) => isUp) && about.some(({ isUp }) => !isUp))) return null
  const negated = NEGATED.test(text)
  const plain = text.replace(/\b(?:not|no longer) |n['’]t\b/gi, '')
  const [up, down] = [UP.test(plain), DOWN.test(negated ? plain : text)]
  if (up === down) return null
  const saysUp = up !== negated
  const [first] = about as [KnownState]
  if (saysUp && about.some(({ isUp }) => !isUp)) return `${first.name} does not run`
  if (saysUp && WELL.test(text) && !negated && about.some(({ isUnwell }) => isUnwell))
    return `${first.name} is not well`
  if (!saysUp && about.every(({ isUp, isUnwell }) => isUp && !isUnwell)) return `${first.name} runs`
  return null
}
