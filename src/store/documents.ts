import type { z } from 'zod'
import { StoreFailure } from './failure.ts'

/** Told of a row that cannot be read any more and was passed over. */
export type OnDamage = (failure: StoreFailure) => void

/** JSON turns NaN and infinity into null, and the row could not be read again: better not to write it. */
export function documentOf(what: string, value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      throw new StoreFailure(
        `${what} was not saved: its "${key}" is ${item}, which is no measurement`,
        'This is a defect in perfbot: please report it with this message.',
      )
    }
    return item
  })
}

/** As UTF-8 and PostgreSQL, which has no NUL in a text, give it back. Documents need none of it: JSON escapes both. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\u{fffd}')

export type Row = { id: string; document: string }

/** The value in a row of `table`, or an error that names the row. */
export const parseRow = <Value>(table: string, schema: z.ZodType<Value>, row: Row): Value =>
  parseRecord(table, row.id, () => schema.parse(JSON.parse(row.document)))

export function parseRecord<Value>(table: string, id: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw new StoreFailure(
      `The record ${id} in table ${table} can no longer be read`,
      'Nothing else is affected. Keep the file, and restore it from a backup if the record matters.',
      { cause: error },
    )
  }
}

/** What can still be read, in order; of the rest `onDamage` is told, one by one. */
export function readable<From, Value>(
  rows: From[],
  parse: (row: From) => Value,
  onDamage: OnDamage,
): Value[] {
  const values: Value[] = []
  for (const row of rows) {
    try {
      values.push(parse(row))
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error
      onDamage(error)
    }
  }
  return values
}
