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

/** A row for each number that is other since, and one where none is. */
export const deploymentTable = (deployments: readonly Deployment[]): Table[] =>
  table(
    'deployments',
    'Deployments',
    deployments.flatMap((deployment) =>
      (deployment.changed.length > 0 ? deployment.changed : [null]).map((change) => ({ deployment, change })),
    ),
    [
      { title: 'When', cell: ({ deployment }) => cell(describeTime(deployment.at)) },
      { title: 'What', cell: ({ deployment }) => cell(deployment.title) },
      {
        title: 'Changed since',
        cell: ({ deployment, change }) => cell(change?.title ?? describeEffect(deployment)),
      },
      { title: 'Before', cell: ({ change }) => cell(change?.before ?? null, change?.unit) },
      { title: 'Now', cell: ({ change }) => cell(change?.after ?? null, change?.unit) },
    ],
    'Each against the same hours before it, where there are enough readings; only what is beyond chance.',
  )
