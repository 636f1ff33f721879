import type { Deployment, Table } from '../model/report.ts'
import { describeChange } from './comparison-lines.ts'
import { describeTime } from './phrases.ts'
import { cell, table } from './table.ts'

/** What is other since a deployment; that nothing is, is worth saying, and that it is too early, too. */
export function describeEffect({ changed, compared }: Deployment): string {
  if (compared === 0) return 'too early to compare'
  if (changed.length === 0) return `none of ${compared} numbers is other than before`
  return changed.map(({ title, unit, ...change }) => `${title} ${describeChange(change, unit)}`).join('; ')
}

export const deploymentTable = (deployments: readonly Deployment[]): Table[] =>
  table(
    'deployments',
    'Deployments',
    deployments,
    [
      { title: 'When', cell: ({ at }) => cell(describeTime(at)) },
      { title: 'What', cell: ({ title }) => cell(title) },
      { title: 'Since then', cell: (deployment) => cell(describeEffect(deployment)) },
    ],
    'Each against the same hours before it, where there are enough readings; only what is beyond chance.',
  )
