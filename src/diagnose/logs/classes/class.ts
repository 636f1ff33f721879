import type { LogErrorClass } from '../../../model/log-summary.ts'

/**
 * How lines of a class speak. Named groups become fields. Every quantifier that can start anywhere is bounded, so that
 * no line costs more than its length.
 */
export type LogClass = {
  readonly class: LogErrorClass
  readonly expression: RegExp
  /**
   * `any`: the words tell of trouble at whatever level they are said. `warning`: they also stand in lines that tell of
   * nothing bad, so only a level of warning or above gives them weight. Otherwise lines without a level count, too.
   */
  readonly at?: 'any' | 'warning'
}
