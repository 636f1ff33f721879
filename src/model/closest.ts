/** Letters to add, leave out, change or swap with their neighbour to make one word of another. */
export function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0
  for (let row = 1; row <= from.length; row += 1) {
    rows[row] = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const changed = at(row - 1, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swapped = row > 1 && column > 1 && isSwap ? at(row - 2, column - 2) + 1 : changed
      const other = Math.min(at(row - 1, column), at(row, column - 1)) + 1
      rows[row]?.push(Math.min(changed, swapped, other))
    }
  }
  return at(from.length, to.length)
}

/** More would be guesses. */
const MOST = 3

/** The names that somebody may have meant, the likeliest first: slips of the finger, and beginnings. */
export function closest(typed: string, names: readonly string[]): string[] {
  const word = typed.toLowerCase()
  // One slip in three letters is one; more is another word.
  const allowed = Math.max(1, Math.floor(word.length / 3))
  return names
    .map((name) => {
      const begins = word.length > 1 && (name.startsWith(word) || word.startsWith(name))
      return { name, distance: begins ? 0 : editDistance(word, name) }
    })
    .filter(({ distance }) => distance <= allowed)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, MOST)
    .map(({ name }) => name)
}
