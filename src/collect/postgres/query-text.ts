import { redact } from '../../model/redact.ts'

/** Enough to know a statement by; the rest is one that ran too long already. */
const LONGEST = 500

/** A literal that is cut off is hidden like any other. */
const LONGEST_READ = 10_000

/**
 * What SQL is made of, as far as it holds what people wrote into it: comments, quoted texts (closed, or cut off at the
 * end, as pg_stat_activity does at track_activity_query_size), names in double quotes, numbers, and words. In that
 * order, so that a digit in a name is no number.
 */
const TOKENS = [
  /(?<comment>--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))/,
  /(?<escaped>\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$))/,
  /(?<literal>\b(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)|'(?:[^']|'')*(?:'|$))/,
  /(?<dollar>(?<![\w$])\$(?<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\k<tag>\$|$))/,
  /(?<name>(?:\b[uU]&)?"(?:[^"]|"")*(?:"|$))/,
  /(?<parameter>\$\d+)/,
  /(?<number>(?<![\w$\u0080-\uffff])(?:0[xob][\da-f_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:\.(?!\.))?(?:e[+-]?\d+)?)(?![\w\u0080-\uffff]))/,
  /(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/,
]
const TOKEN = new RegExp(TOKENS.map(({ source }) => source).join('|'), 'gi')

/**
 * A statement as it can be shown: one line, `?` in place of every literal, without comments, cut to a length. Literals
 * are read as with standard_conforming_strings on, the default since 9.1.
 */
export function queryText(text: string): string {
  const bare = text.slice(0, LONGEST_READ).replace(TOKEN, (token, ...rest) => {
    const groups = rest.at(-1) as Record<string, string | undefined>
    if (groups.comment !== undefined) return ' '
    if (groups.name !== undefined || groups.parameter !== undefined || groups.word !== undefined) return token
    return '?'
  })
  const line = redact(bare.replace(/\s+/g, ' ').trim())
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`
}
