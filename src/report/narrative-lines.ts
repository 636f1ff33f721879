import type { Narrative } from '../model/report.ts'

export type NarrativeSection = { readonly title: string; readonly text: string }

/** What a model wrote beside its summary, section by section. */
export const sectionsOf = (narrative: Narrative): NarrativeSection[] =>
  narrative.writer === 'model'
    ? (narrative.sections ?? []).map(({ title, sentences }) => ({ title, text: sentences.join(' ') }))
    : []

/** Each figure of the text and where it was read, once: "14: restarts, docker inspect RestartCount". */
export const sourcesOf = (narrative: Narrative): string[] =>
  narrative.writer === 'model'
    ? [
        ...new Set(
          (narrative.citations ?? []).map(({ text, label, source }) => `${text}: ${label}, ${source}`),
        ),
      ]
    : []
