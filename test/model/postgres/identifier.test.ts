import fc from 'fast-check'
import pg from 'pg'
import { expect, it } from 'vitest'
import { identifier, qualified } from '../../../src/model/postgres/identifier.ts'

it('a plain name stands as it is, and one that SQL would read otherwise is quoted', () => {
  expect(qualified('public', 'orders_2026')).toBe('public.orders_2026')
  expect(qualified('Shop', 'order', 'a "b"; --', '2nd')).toBe('"Shop"."order"."a ""b""; --"."2nd"')
})

it('whatever the name: it is one identifier, and the same name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z_$".;-]{1,12}$/)), (name) => {
      const written = identifier(name)
      if (written !== name) expect(written).toBe(pg.escapeIdentifier(name))
      else expect(name).toMatch(/^[a-z_][a-z0-9_]*$/)
    }),
  )
})
