import type { Execution } from '../model/execution.ts'
import { formatValue } from '../model/format.ts'
import { oneLine } from '../model/plain-text.ts'

/** "memory limit: 256 MiB → 512 MiB" for each reading that was taken before and after. */
export function describeMeasures({ before, after }: Pick<Execution, 'before' | 'after'>): string[] {
  const labels = [...new Set([...before, ...after].map(({ label }) => label))]
  const shown = (list: Execution['before'], label: string) => {
    const evidence = list.find((each) => each.label === label)
    return evidence ? oneLine(formatValue(evidence.value, evidence.unit)) : 'not read'
  }
  return labels.map((label) => `${label}: ${shown(before, label)} → ${shown(after, label)}`)
}

/** The same of what is other than before: what a fix brought. */
export const describeEffects = ({ before, after }: Pick<Execution, 'before' | 'after'>): string[] =>
  describeMeasures({
    before: before.filter(({ label, value }) =>
      after.some((each) => each.label === label && each.value !== value),
    ),
    after: after.filter(({ label, value }) =>
      before.some((each) => each.label === label && each.value !== value),
    ),
  })
