import { StringDecoder } from 'node:string_decoder'

export type LineSplitter = {
  write(bytes: Buffer): void
  end(): void
}

/** A line without an end is cut here: the digest looks at no more of it. */
const LONGEST_LINE = 16 * 1024

/** Bytes in pieces of any size, as lines: the same ones however the pieces were cut. */
export function createLineSplitter(take: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isFirst = true

  function give(line: string): void {
    take(isFirst && line.charCodeAt(0) === 0xfeff ? line.slice(1) : line)
    isFirst = false
  }

  function write(bytes: Buffer): void {
    const text = rest + decoder.write(bytes)
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      give(text.slice(from, end))
      from = end + 1
    }
    rest = text.slice(from, from + LONGEST_LINE)
  }

  return {
    write,
    end() {
      rest += decoder.end()
      if (rest !== '') give(rest)
    },
  }
}
