import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryText } from '../../../src/collect/postgres/query-text.ts'

describe('the text of a statement', () => {
  it.each([
    ["SELECT * FROM t WHERE name = 'O''Brien' AND id = 42", 'SELECT * FROM t WHERE name = ? AND id = ?'],
    ['SELECT "Weird ""name" FROM t2 WHERE a1 > -1.5e-3', 'SELECT "Weird ""name" FROM t2 WHERE a1 > -?'],
    ["SELECT E'a\\'b', $tag$it's$tag$, $$x$$, b'01', N'x', U&'\\0041'", 'SELECT ?, ?, ?, ?, ?, ?'],
    ['SELECT 1 -- the password is hunter2\n, /* token */ 2', 'SELECT ? , ?'],
    ['SELECT $1, $2::int4, col1, x.y2', 'SELECT $1, $2::int4, col1, x.y2'],
    ["ALTER ROLE app PASSWORD 'hunter2'", 'ALTER ROLE app PASSWORD ?'],
    // Cut off by track_activity_query_size in the middle of a literal.
    ["INSERT INTO t VALUES (1, 'a secret that goes", 'INSERT INTO t VALUES (?, ?'],
    ['SELECT 0xFF, 1_000, .5, 5., f(1)', 'SELECT ?, ?, ?, ?, f(?)'],
    ['SELECT\n\t a\n  FROM  b', 'SELECT a FROM b'],
  ])('%s', (sql, shown) => {
    expect(queryText(sql)).toBe(shown)
  })

  it('shows no literal, whatever is in it and around it', () => {
    const secret = 'hunter2'
    const wild = fc.string({
      unit: fc.constantFrom('a', 'E', '1', ' ', '"', '-', '/', '*', '\n', ';', '.', '$'),
    })
    const quoted = fc.oneof(
      wild.map((text) => `'${text} ${secret} ${text.replaceAll('$', '')}'`),
      wild.map((text) => `E'${text}\\' ${secret}''${text}'`),
      wild.map((text) => `$q$${text.replaceAll('$', '')}${secret}'$q$`),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('SELECT ', ' , a = ', ' || f(', ' IN (1, '), quoted)),
        (parts) => {
          expect(queryText(parts.flat().join(''))).not.toContain(secret)
        },
      ),
    )
  })

  it('is cut to what can be shown, also in the middle of what never ends', () => {
    for (const piece of ["'", '$a$', '/*', '"', '1', "e'\\", 'word ']) {
      expect(queryText(piece.repeat(300_000)).length).toBeLessThanOrEqual(500)
    }
  })
})
