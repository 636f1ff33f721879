/**
 * Drain (He et al., ICWS 2017): a line finds its template through a tree of fixed depth, by its number of words and
 * its first word, and then among few by likeness. What is plainly changing is masked beforehand.
 */
export type Template = {
  words: string[]
  readonly serial: number
  readonly leaf: string
  count: number
  used: number
}

const LIKENESS = 0.5
const MOST_IN_LEAF = 48

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.])/g, '<ip>'],
  [/\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,64}\b/gi, '<hex>'],
  [/(?<=[\s="'(]|^)(?:\/[\w.@%+~-]+){2,20}\/?/g, '<path>'],
  [/(?<![\w.])[-+]?\d+(?:\.\d+)?(?:ms|us|µs|ns|s|m|h|min|sec|seconds)(?!\w)/g, '<duration>'],
  [/(?<![\w.])[-+]?\d+(?:\.\d+)?\s?(?:[kKMGT]i?B?|bytes|B)(?!\w)/g, '<size>'],
  [/"[^"\s]{1,200}"(?!\s*:)/g, '"<*>"'],
  [/(?<=^|[^A-Za-z0-9_.])[-+]?\d+(?:\.\d+)?%?(?![A-Za-z_])/g, '<num>'],
]

/** The message with everything that is plainly a value replaced by what kind of value it is. */
export const masked = (message: string): string =>
  MASKS.reduce((rest, [pattern, name]) => rest.replace(pattern, name), message)

const wordsOf = (message: string): string[] =>
  masked(message)
    .split(/\s+/, 60)
    .filter((word) => word !== '')
    .map((word) => (/\d/.test(word) && !word.includes('<') && word.length > 3 ? '<*>' : word.slice(0, 80)))

function likeness(template: readonly string[], words: readonly string[]): number {
  let same = 0
  for (let index = 0; index < words.length; index += 1) if (template[index] === words[index]) same += 1
  return words.length === 0 ? 1 : same / words.length
}

export type TemplateMiner = {
  find(message: string, group: string): Template
  readonly all: ReadonlyMap<number, Template>
}

/** At most `most` templates are kept: beyond that, the rarest give way. */
export function createTemplateMiner(most: number, onForgotten: (template: Template) => void): TemplateMiner {
  const leaves = new Map<string, Template[]>()
  const all = new Map<number, Template>()
  let serial = 0
  let clock = 0

  /** A tenth at once, so that finding them costs little per line. */
  function forgetRarest(): void {
    const rarest = [...all.values()]
      .sort((left, right) => left.count - right.count || left.used - right.used)
      .slice(0, Math.max(1, Math.floor(most / 10)))
    for (const template of rarest) {
      all.delete(template.serial)
      const leaf = leaves.get(template.leaf)
      leaf?.splice(leaf.indexOf(template), 1)
      if (leaf?.length === 0) leaves.delete(template.leaf)
      onForgotten(template)
    }
  }

  return {
    all,
    find(message, group) {
      clock += 1
      const words = wordsOf(message)
      const first = words[0] ?? ''
      const key = `${group}\0${words.length}\0${/[<\d]/.test(first) ? '<*>' : first}`
      const leaf = leaves.get(key) ?? []
      let best: Template | null = null
      let bestLikeness = 0
      for (const template of leaf) {
        const found = likeness(template.words, words)
        if (found > bestLikeness || best === null) {
          best = template
          bestLikeness = found
        }
      }
      if (best !== null && (bestLikeness >= LIKENESS || leaf.length >= MOST_IN_LEAF)) {
        for (let index = 0; index < words.length; index += 1) {
          if (best.words[index] !== words[index]) best.words[index] = '<*>'
        }
        best.used = clock
        return best
      }
      if (all.size >= most) forgetRarest()
      const template: Template = { words, serial, leaf: key, count: 0, used: clock }
      serial += 1
      all.set(template.serial, template)
      // A forgotten template may have taken the leaf away.
      const kept = leaves.get(key)
      if (kept) kept.push(template)
      else leaves.set(key, [template])
      return template
    },
  }
}
