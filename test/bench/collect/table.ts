/** A line of a bench's table; a target that was not reached says so. */
export type Row = {
  readonly name: string
  readonly figure: string
  readonly target?: { readonly words: string; readonly isMet: boolean }
}

export function printRows(title: string, rows: readonly Row[]): void {
  console.log(title)
  for (const { name, figure, target } of rows) {
    const verdict = target ? `${target.words}${target.isMet ? '' : '  MISSED'}` : ''
    console.log(`  ${name.padEnd(48)}${figure.padStart(14)}  ${verdict}`.trimEnd())
  }
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`

export const atMost = (value: number, limit: number, unit: string): NonNullable<Row['target']> => ({
  words: `at most ${limit} ${unit}`,
  isMet: value <= limit,
})
