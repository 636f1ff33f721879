import { ServerFailure } from '../model-failure.ts'

/** More than any list of models, and more than any answer that is not endless. */
const BYTES = 8 * 1024 ** 2
/** A word each, or all calls of tools at once. */
const LINE_CHARACTERS = 256 * 1024

/**
 * Lets an answer through while it has the form and the size of one: the library would keep all of an endless line in
 * memory, and print a line that is no JSON to the console.
 */
export function boundedLines(address: string, areLines: boolean): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  let bytes = 0
  let line = ''
  const refuse = (what: string): never => {
    throw new ServerFailure(`What answers at ${address} is not Ollama: it sent ${what}.`, 'broken', bytes > 0)
  }
  const check = (complete: readonly string[]) => {
    for (const each of complete) if (each.trim() !== '' && !isJson(each)) refuse('a line that is no JSON')
  }
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes > BYTES) refuse('more than any answer of it holds')
      if (areLines) {
        const lines = (line + decoder.decode(chunk, { stream: true })).split('\n')
        line = lines.pop() ?? ''
        if (line.length > LINE_CHARACTERS) refuse('a line without an end')
        check(lines)
      }
      controller.enqueue(chunk)
    },
    flush() {
      if (areLines) check([line + decoder.decode()])
    },
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
