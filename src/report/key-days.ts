import type { KeyDay, Table } from '../model/report.ts'
import { cell, table } from './table.ts'

/** Key figures day by day; one day alone is no table. */
export const keyDayTable = (days: readonly KeyDay[]): Table[] =>
  days.length < 2
    ? []
    : table(
        'key-days',
        'Day by day',
        days,
        [
          { title: 'Day', cell: ({ day }) => cell(day) },
          { title: 'Availability', cell: ({ availability }) => cell(availability, 'ratio') },
          { title: 'Response P95', cell: ({ responseP95 }) => cell(responseP95, 'seconds') },
          { title: 'GPU use', cell: ({ gpuUse }) => cell(gpuUse, 'ratio') },
          { title: 'Memory peak', cell: ({ memoryPeak }) => cell(memoryPeak, 'bytes') },
          { title: 'Regressions', cell: ({ regressions }) => cell(regressions, 'count') },
        ],
        'Availability is the share of successful probes of the service that failed most, or, where none is probed, of the container whose healthcheck did. The P95 is that of the slowest service, on average. Regressions are counted once a day, shortly before midnight.',
      )
