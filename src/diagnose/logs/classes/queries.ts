import type { LogClass } from './class.ts'

/** What a database says of statements, and of itself. */
export const QUERY_CLASSES: readonly LogClass[] = [
  {
    class: 'deadlock',
    expression:
      /deadlock (?:detected|found)|\b40P01\b|Deadlock found when trying|ER_LOCK_DEADLOCK|was deadlocked on/i,
  },
  {
    class: 'lock-timeout',
    expression:
      /Lock wait timeout exceeded|canceling statement due to lock timeout|\b55P03\b|database is locked|could not obtain lock on|SQLITE_BUSY/i,
  },
  {
    class: 'unique-violation',
    expression:
      /(?:duplicate key value violates unique constraint|UniqueViolation\b.{0,80}?constraint) \\?['"](?<constraint>[\w.]{1,120})\\?['"]|UNIQUE constraint failed: (?<constraint>[\w.]{1,120})|Duplicate entry '.{0,200}?' for key '(?<constraint>[\w.]{1,120})'|E11000 duplicate key|(?:SQLSTATE|code)["'\s:=[(]{1,4}23505\b/,
  },
  {
    class: 'constraint-violation',
    expression:
      /violates (?<kind>foreign key|check|not-null|exclusion) constraint(?: \\?['"](?<constraint>[\w.]{1,120})\\?['"])?|null value in column \\?['"](?<column>\w{1,80})\\?['"]|FOREIGN KEY constraint failed|NOT NULL constraint failed: (?<column>[\w.]{1,120})|(?:SQLSTATE|code)["'\s:=[(]{1,4}235\d\d\b/,
  },
  {
    class: 'checkpoints-too-frequent',
    at: 'any',
    expression: /checkpoints are occurring too frequently \((?<apart>\d{1,6}) seconds? apart\)/,
  },
  {
    class: 'sql-error',
    expression:
      /canceling statement due to (?<reason>[\w -]{4,40})|(?:relation|table) \\?["'](?<relation>[\w.]{1,120})\\?["'] (?:does not|doesn't) exist|column \\?["']?(?<column>[\w.]{1,120})\\?["']? (?:of relation \\?["'](?<relation>[\w.]{1,120})\\?["'] )?does not exist|syntax error at or near \\?["'](?<near>[^"'\\]{1,60})|no such (?:table|column): (?<relation>[\w.]{1,120})|Unknown column '(?<column>[\w.]{1,120})'|Table '(?<relation>[\w.]{1,120})' doesn't exist|You have an error in your SQL syntax|(?:SQLSTATE|SqlState)[ =:[(]{1,3}["']?(?<sqlstate>[0-9A-Z]{5})\b|psycopg2?\.errors\.\w{1,60}|\bSQL(?:Syntax)?(?:Error)?Exception\b|could not serialize access|invalid input syntax for|database "(?<database>[\w.-]{1,80})" does not exist/,
  },
  {
    class: 'program-fault',
    expression:
      /NullPointerException|nil pointer dereference|Cannot read propert(?:y|ies) (?:of|')|is not a function\b|undefined is not|NullReferenceException|AttributeError: |TypeError: |IndexError: |index out of (?:range|bounds)|ClassCastException|NoMethodError|UnboundLocalError|NameError: |RecursionError|StackOverflowError|Maximum call stack|ZeroDivisionError|divide by zero|concurrent map (?:writes|read)|AssertionError|assertion failed|ReferenceError: |all goroutines are asleep/,
  },
]
