import { z } from 'zod'
import { IndexReading, MissingForeignKeyIndex } from '../../model/postgres/catalogue.ts'
import { redact } from '../../model/redact.ts'
import type { Query } from './query.ts'
import { LOCKED, OF_USERS } from './tables.ts'

const LISTED = 40

const Row = IndexReading.extend({
  // Of an expression or a partial index it has literals in it; they belong to the schema, but may be a secret.
  definition: z
    .string()
    .nullable()
    .transform((definition) => definition && redact(definition)),
})

/**
 * Two indexes are the same when everything that pg_index says of them is; `indkey` and its companions are lists, so
 * one that begins with the other's is written that way too. Only B-trees answer a question about their first columns
 * alone. A unique index is never needless for one that is not.
 */
const SAME = `
  other.indrelid = own.indrelid AND other.relam = own.relam AND other.indisvalid
    AND coalesce(other.indpred::text, '') = coalesce(own.indpred::text, '')
    AND coalesce(other.indexprs::text, '') = coalesce(own.indexprs::text, '')`

/** Of equals the last is the needless one, and never one that a constraint stands on. */
const DUPLICATE = `
  SELECT other.relname FROM candidate AS other
   WHERE ${SAME} AND other.oid <> own.oid
     AND other.indkey::text = own.indkey::text AND other.indnkeyatts = own.indnkeyatts
     AND other.indclass::text = own.indclass::text AND other.indcollation::text = own.indcollation::text
     AND other.indoption::text = own.indoption::text
     AND (other.indisunique OR NOT own.indisunique) AND NOT own.constrained
     AND (other.constrained OR (other.indisunique AND NOT own.indisunique) OR other.oid < own.oid)
   ORDER BY other.constrained DESC, other.oid LIMIT 1`

const LONGER = `
  SELECT other.relname FROM candidate AS other
   WHERE ${SAME} AND other.oid <> own.oid AND own.is_btree AND own.indexprs IS NULL
     AND NOT own.indisunique AND own.indnatts = own.indnkeyatts AND other.indnkeyatts > own.indnkeyatts
     AND other.indkey::text LIKE own.indkey::text || ' %'
     AND other.indclass::text LIKE own.indclass::text || ' %'
     AND other.indcollation::text LIKE own.indcollation::text || ' %'
     AND other.indoption::text LIKE own.indoption::text || ' %'
   ORDER BY other.oid LIMIT 1`

/** Unused means since the statistics were reset, and on this server: a standby counts its own. */
export const indexes: Query<z.infer<typeof Row>> = {
  missing: 'indexes',
  sql: () => `
    WITH ${LOCKED}, candidate AS MATERIALIZED (
      SELECT pg_index.*, pg_class.oid, pg_class.relname, pg_class.relpages, pg_class.relam, nspname,
             amname = 'btree' AS is_btree,
             pg_stat_get_numscans(pg_class.oid) AS scans,
             indisprimary OR indisexclusion OR indisreplident
               OR EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid) AS constrained
        FROM pg_index
        JOIN pg_class ON pg_class.oid = indexrelid AND pg_class.relkind = 'i'
        JOIN pg_am ON pg_am.oid = pg_class.relam
        JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
       WHERE ${OF_USERS}
    ), judged AS MATERIALIZED (
      SELECT own.*, (${DUPLICATE}) AS "duplicateOf", (${LONGER}) AS "prefixOf"
        FROM candidate AS own
    ), chosen AS MATERIALIZED (
      SELECT * FROM judged
       WHERE NOT indisvalid OR "duplicateOf" IS NOT NULL OR "prefixOf" IS NOT NULL
          OR (scans = 0 AND NOT indisunique AND NOT constrained AND relpages > 1)
       ORDER BY indisvalid, relpages DESC, oid
       LIMIT ${LISTED}
    )
    SELECT chosen.nspname AS schema, owner.relname AS table, chosen.relname AS name,
           CASE WHEN free THEN pg_get_indexdef(chosen.oid) END AS definition,
           CASE WHEN free THEN pg_relation_size(chosen.oid)::float8 END AS "sizeBytes",
           scans::float8 AS scans, indisunique AS unique, constrained AS constraint, indisvalid AS valid,
           "duplicateOf", "prefixOf"
      FROM chosen
      JOIN pg_class AS owner ON owner.oid = chosen.indrelid
      CROSS JOIN LATERAL (
        SELECT chosen.oid NOT IN (SELECT relation FROM locked)
           AND chosen.indrelid NOT IN (SELECT relation FROM locked) AS free
      ) AS lock
     ORDER BY indisvalid, chosen.relpages DESC, chosen.oid`,
  rows: z.array(Row),
}

/** How many there are, also when none of them stands out. */
const Count = z.object({ total: z.number() })

export const indexCount: Query<z.infer<typeof Count>> = {
  missing: 'the number of indexes',
  sql: () => `
    SELECT count(*)::int AS total
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE relkind = 'i' AND ${OF_USERS}`,
  rows: z.array(Count),
}

/** Deleting or changing what is referred to looks for every row that refers to it: without an index, in all of them. */
export const foreignKeysWithoutIndex: Query<MissingForeignKeyIndex> = {
  missing: 'foreign keys without an index',
  sql: () => `
    SELECT pg_namespace.nspname AS schema, pg_class.relname AS table, conname AS constraint,
           (SELECT array_agg(attname::text ORDER BY place)
              FROM unnest(conkey) WITH ORDINALITY AS key(number, place)
              JOIN pg_attribute ON attrelid = conrelid AND attnum = number) AS columns,
           confrelid::regclass::text AS references, greatest(reltuples, 0)::float8 AS rows
      FROM pg_constraint
      JOIN pg_class ON pg_class.oid = conrelid
      JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE contype = 'f' AND conparentid = 0 AND ${OF_USERS}
       AND NOT EXISTS (
             SELECT FROM pg_index
              WHERE indrelid = conrelid AND indisvalid AND indpred IS NULL
                AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey)
     ORDER BY reltuples DESC, 1, 2, 3
     LIMIT 20`,
  rows: z.array(MissingForeignKeyIndex),
}
