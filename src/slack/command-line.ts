/** What was typed after `/perf`, read as a command line is. */
export type CommandLine = {
  readonly words: readonly string[]
  readonly flags: ReadonlySet<Flag>
}

export const FLAGS = {
  here: 'say the answer to everybody in this channel',
  quiet: 'send it as a direct message instead of posting it here',
  help: 'what this command takes',
} as const
export type Flag = keyof typeof FLAGS

/** Phones and desks alike make such quotes of the plain ones. */
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '„': '“', '‘': '’' }

/** And one dash of two. */
const FLAG = /^(?:--|—|–)([a-z][a-z-]*)$/

const ENDS_IN_FLAG = new RegExp(`(?:^|\\s)(?:--|—|–)(?:${Object.keys(FLAGS).join('|')})\\s*$`)

/** Whether the last word is a flag of perfbot: any other may well belong to what is asked. */
export const endsInFlag = (text: string): boolean => ENDS_IN_FLAG.test(text)

/**
 * Words between spaces; quotes hold several together where they begin a word or a value (`reason="too slow"`), so that
 * "what's" stays what it is. A backslash takes what follows as it stands. Null when a quote is never closed.
 */
export function splitWords(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let closing: string | null = null
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index] as string
    const next = text[index + 1]
    if (letter === '\\' && next !== undefined && closing !== "'" && closing !== '’') {
      word = (word ?? '') + next
      index += 1
    } else if (closing !== null) {
      if (letter === closing) closing = null
      else word = (word ?? '') + letter
    } else if (CLOSING[letter] !== undefined && (word === null || word.endsWith('='))) {
      closing = CLOSING[letter]
      // Two quotes with nothing between them are a word, too.
      word ??= ''
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = (word ?? '') + letter
    }
  }
  if (closing !== null) return null
  return word === null ? words : [...words, word]
}

/** The words without the flags among them; a sentence for what cannot be read. What stands after `--` is no flag. */
export function readCommandLine(text: string): CommandLine | string {
  const all = splitWords(text)
  if (all === null) return `A quote in "${text}" is never closed.`
  const end = all.indexOf('--')
  const before = end === -1 ? all : all.slice(0, end)
  const flags = new Set<Flag>()
  const words: string[] = []
  for (const word of before) {
    const [, name] = FLAG.exec(word) ?? []
    if (name === undefined) words.push(word)
    else if (Object.hasOwn(FLAGS, name)) flags.add(name as Flag)
    else
      return `There is no flag --${name}. There are ${Object.keys(FLAGS)
        .map((flag) => `--${flag}`)
        .join(', ')}.`
  }
  return { words: end === -1 ? words : [...words, ...all.slice(end + 1)], flags }
}
