import type { Score } from '../model/report.ts'
import type { CauseSource } from './causes.ts'
import type { Cited } from './derive.ts'
import type { Figure } from './figures.ts'
import type { Mention } from './mentions.ts'

export type Traced = { readonly mention: Mention; readonly figures: readonly Figure[] }

/** What the directions of a sentence are judged by. */
export type Directed = {
  readonly text: string
  readonly traced: readonly Traced[]
  readonly cited: readonly Cited[]
  readonly figures: readonly Figure[]
  readonly subjects: ReadonlyMap<string, number>
  readonly scores: readonly Score[]
  readonly corpus: string
  readonly causes: readonly CauseSource[]
  /** A report before this one was compared with it. */
  readonly hasEarlier: boolean
}
