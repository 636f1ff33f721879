import type { Cell, Table } from '../model/report.ts'
import type { Unit } from '../model/units.ts'

export const cell = (value: number | string | null, unit: Unit = 'text'): Cell => ({ value, unit })

type Column<Row> = { readonly title: string; readonly cell: (row: Row) => Cell }

export function table<Row>(
  id: string,
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  note: string | null = null,
): Table[] {
  if (rows.length === 0) return []
  return [
    {
      id,
      title,
      columns: columns.map((column) => column.title),
      rows: rows.map((row) => columns.map((column) => column.cell(row))),
      note,
    },
  ]
}
