import type { Question } from '../model/question.ts'

/** More than anybody comes back to; the oldest are forgotten first. */
const REMEMBERED = 500

/** What was last asked in a thread, so that "and the GPU?" can be understood. It does not outlive the process. */
export type Threads = {
  before(thread: string): Question | null
  remember(thread: string, question: Question): void
}

export function createThreads(): Threads {
  const questions = new Map<string, Question>()
  return {
    before: (thread) => questions.get(thread) ?? null,
    remember(thread, question) {
      questions.delete(thread)
      questions.set(thread, question)
      if (questions.size > REMEMBERED) questions.delete(questions.keys().next().value as string)
    },
  }
}
