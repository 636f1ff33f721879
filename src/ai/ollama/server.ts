import { type Breaker, createBreaker } from './breaker.ts'
import { createTurns, type Turns } from './turns.ts'

/** One Ollama, with what perfbot remembers of it from one request to the next. */
export type ModelServer = {
  readonly url: string
  readonly turns: Turns
  readonly breaker: Breaker
}

export const modelServer = (url: string): ModelServer => ({
  url,
  turns: createTurns(),
  breaker: createBreaker(),
})
