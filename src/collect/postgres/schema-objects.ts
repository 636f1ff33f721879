import { z } from 'zod'
import { CollationMismatch, Extension, HbaRule, SequenceReading } from '../../model/postgres/catalogue.ts'
import type { Query } from './query.ts'
import { OF_USERS } from './tables.ts'

/**
 * A sequence ends at its own maximum, or at that of the column it fills: a serial column is an int4 under a sequence
 * that may be a bigint. What the role may not read (USAGE on the sequence) is not known, and left out.
 */
export const sequences: Query<SequenceReading> = {
  missing: 'sequences',
  sql: () => `
    SELECT * FROM (
      SELECT pg_namespace.nspname AS schema, pg_class.relname AS name,
             CASE WHEN owner.oid IS NOT NULL
                  THEN format('%s.%I.%I', owner.relnamespace::regnamespace, owner.relname, attname) END AS column,
             CASE WHEN has_sequence_privilege(pg_class.oid, 'SELECT, USAGE') AND seqincrement > 0
                  THEN pg_sequence_last_value(pg_class.oid)::float8
                       / least(seqmax, CASE atttypid WHEN 'int2'::regtype THEN 32767
                                                     WHEN 'int4'::regtype THEN 2147483647 ELSE seqmax END)
             END AS "usedRatio"
        FROM pg_sequence
        JOIN pg_class ON pg_class.oid = seqrelid
        JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
        LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid
                           AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
        LEFT JOIN pg_class AS owner ON owner.oid = refobjid
        LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
       WHERE NOT seqcycle AND ${OF_USERS}
    ) AS used
     WHERE "usedRatio" > 0.5
     ORDER BY "usedRatio" DESC, 1, 2
     LIMIT 20`,
  rows: z.array(SequenceReading),
}

export const extensions: Query<Extension> = {
  missing: 'extensions',
  sql: () => `
    SELECT extname AS name, extversion AS version, default_version AS available
      FROM pg_extension LEFT JOIN pg_available_extensions ON pg_available_extensions.name = extname
     ORDER BY 1`,
  rows: z.array(Extension),
}

/** Opening a collation to ask for its version takes a while, and a system has hundreds: only those in use. */
export const collationMismatches: Query<CollationMismatch> = {
  missing: 'versions of collations',
  sql: () => `
    SELECT * FROM (
      SELECT collname AS name, collversion AS recorded, pg_collation_actual_version(oid) AS actual
        FROM pg_collation
       WHERE collversion IS NOT NULL
         AND oid IN (SELECT attcollation FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0)
    ) AS used
     WHERE actual <> recorded
     ORDER BY name
     LIMIT 20`,
  rows: z.array(CollationMismatch),
}

const Rights = z.object({ readsHba: z.boolean(), listsWal: z.boolean() })

/** What pg_monitor has (the WAL directory) and what needs a grant of its own, which nobody is asked for. */
export const fileRights: Query<z.infer<typeof Rights>> = {
  missing: 'which files of the server the role may see',
  sql: () => `
    SELECT has_function_privilege('pg_hba_file_rules()', 'EXECUTE')
             AND has_table_privilege('pg_hba_file_rules', 'SELECT') AS "readsHba",
           has_function_privilege('pg_ls_waldir()', 'EXECUTE') AS "listsWal"`,
  rows: z.array(Rights),
}

export const hbaRules: Query<HbaRule> = {
  missing: 'pg_hba.conf',
  sql: () => `
    SELECT line_number AS line, coalesce(type, '') AS type, coalesce(database, '{}') AS databases,
           coalesce(user_name, '{}') AS users, address, coalesce(auth_method, '') AS method, error
      FROM pg_hba_file_rules
     WHERE auth_method = 'trust' OR error IS NOT NULL
     ORDER BY line_number
     LIMIT 50`,
  rows: z.array(HbaRule),
}
