import type { Evidence } from './evidence.ts'
import type { FixPlan } from './fix-plan.ts'
import type { TargetKind } from './target.ts'

export type AskedKind = 'host' | 'container' | 'gpu' | 'database' | 'cache' | 'service' | 'model'

/** What people call the targets of findings. */
export const ASKED_KIND: Readonly<Record<TargetKind, AskedKind>> = {
  host: 'host',
  container: 'container',
  gpu: 'gpu',
  postgres: 'database',
  redis: 'cache',
  service: 'service',
  ollama: 'model',
}

/** A question, as far as rules understand it. */
export type Question = {
  readonly text: string
  /** In lower case, words that mean the same made one. */
  readonly words: ReadonlySet<string>
  readonly kinds: ReadonlySet<AskedKind>
  /** Containers, databases, models … that it names. */
  readonly subjects: readonly string[]
  /** How far back it asks; null where it asks for now. */
  readonly rangeSeconds: number | null
}

/** Who put an answer into words. */
export type Answerer =
  | { readonly kind: 'computed'; readonly reason: string }
  | {
      readonly kind: 'model'
      readonly model: string
      /** Why that one: "in memory already, with 8192 tokens". */
      readonly why: string
      readonly verified: number
      readonly removed: number
      /** The tools that it called to look something up. */
      readonly lookedUp: readonly string[]
    }

/** An answer, who put it into words, and what it rests on. */
export type Answered = {
  readonly question: string
  readonly kind: 'answered' | 'unknown'
  readonly sentences: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly writer: Answerer
  /** What the model laid before the person to review: nothing of it is approved or done. */
  readonly plans: readonly FixPlan[]
  /** For a question that follows up on this one. */
  readonly understood: Question
}
