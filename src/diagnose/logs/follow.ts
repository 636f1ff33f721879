/** What is gathered of one entry of a log: its first line and those that go on with it. */
export type Gathered = {
  readonly head: string
  readonly followers: string[]
  size: number
  /** A Python trace whose exception has not come yet. */
  awaitsException: boolean
  isTrace: boolean
}

const MOST_FOLLOWERS = 400
const LONGEST_FOLLOWER = 1000
const LARGEST = 64_000

export const gatheredFrom = (head: string): Gathered => {
  const isPython = head.includes('Traceback (most recent call last)')
  return {
    head,
    followers: [],
    size: 0,
    awaitsException: isPython,
    isTrace: isPython || /^(?:panic: |fatal error: |thread '|goroutine \d)/.test(head),
  }
}

/** Lines that can belong to nothing but a trace. */
const OF_A_TRACE = /^(?:\s+(?:at |File "|\.\.\. \d+ |--- End of|from )|Caused by: |\s*---> )/

/** Python's and Node's exceptions, Ruby's and Java's: a dotted name in capitals, and a colon or nothing after it. */
const EXCEPTION = /^[A-Za-z_][\w$]*(?:(?:\.|::)[A-Za-z_][\w$]*){0,12}(?:: |:?$)/
const JAVA_EXCEPTION = /^(?:[a-z][\w$]{0,60}\.){1,12}[A-Z][\w$]{0,80}(?:Exception|Error)\b(?::|$)/
const STARTS_A_LINE =
  /^(?:\[?\d{2,4}[-/:]\d\d|\d{10}|(?:INFO|DEBUG|WARN|WARNING|ERROR|TRACE|CRITICAL|FATAL)\b|\{"|level=|time=|[A-Z][a-z]{2} [ \d]\d )/

const isException = (line: string): boolean => EXCEPTION.test(line.slice(0, 400)) && !STARTS_A_LINE.test(line)

/** Whether a line goes on with what was gathered. */
export function continues(line: string, gathered: Gathered): boolean {
  const first = line.charCodeAt(0)
  if (Number.isNaN(first) || first === 32 || first === 9) return true
  if (gathered.awaitsException) {
    if (isException(line) || line.startsWith('Traceback (most')) return true
  }
  switch (line[0]) {
    case 'C':
      if (line.startsWith('Caused by:') || line.startsWith('CONTEXT:')) return true
      break
    case 'S':
      if (line.startsWith('Suppressed:')) return true
      break
    case 'T':
      if (line.startsWith('The above exception was')) return true
      // A handler's own words, and then the trace: "ERROR could not start", "Traceback …".
      if (
        line.startsWith('Traceback (most') &&
        !gathered.awaitsException &&
        (!gathered.isTrace || /^(?:During handling|The above exception)/.test(lastWords(gathered))) &&
        /error|exception|fail|could not|cannot|unable|crash|abort/i.test(gathered.head.slice(0, 2000))
      )
        return true
      break
    case 'D':
      if (line.startsWith('During handling of')) return true
      break
    case 'a':
      if (line.startsWith('at ')) return true
      break
    case 'g':
      if (line.startsWith('goroutine ')) return true
      break
    case 'c':
      if (line.startsWith('created by ') && gathered.isTrace) return true
      break
    case 's':
      if (line.startsWith('stack backtrace:')) return true
      break
    case 'n':
      if (line.startsWith('note: run with')) return true
      break
    case 'L':
      if (/^LINE \d+: /.test(line.slice(0, 12))) return true
      break
    case '}':
    case '^':
      return true
    case ')':
      if (gathered.followers.length > 0) return true
      break
    case '[':
      if (line.startsWith('[signal ') || line.startsWith('[cause]')) return true
      if (line.startsWith('[SQL: ') || line.startsWith('[parameters: ')) return true
      break
    case '(':
      if (line.startsWith('(Background on this error')) return true
      break
  }
  return goesOnWith(line, gathered)
}

const lastWords = ({ followers }: Gathered): string => followers.findLast((line) => line.trim() !== '') ?? ''

/** What only the trace at hand can tell. */
function goesOnWith(line: string, gathered: Gathered): boolean {
  const { head, followers, isTrace } = gathered
  // Rust's message stands under its head.
  if (
    /panicked at [^\n]{1,300}:\d+:$/.test(
      followers.length === 0 ? head.slice(-400) : (followers.at(-1) ?? ''),
    )
  ) {
    return true
  }
  // Node's excerpt of the source, a blank line, and then the error.
  if (/^(?:file:\/\/)?[\w./@:-]{1,400}:\d+$/.test(head.slice(0, 420)) && !isTrace && isException(line))
    return true
  // Spring's blank line between what failed and its exception; Rails' frames.
  if (isTrace) {
    if (/^[\w./@-]{1,200}\.rb:\d+:in /.test(line.slice(0, 300))) return true
    // Go's frames stand unindented, each above its file.
    if (
      /^[\w./*()[\]{}-]{1,300}\(.{0,400}\)$/.test(line.slice(0, 720)) &&
      /^(?:panic|fatal error|goroutine)|\bpanic\b/.test(head)
    ) {
      return true
    }
    // pydantic names the field on a line of its own.
    return (
      /^[a-z_][\w.]{1,60}$/.test(line.slice(0, 64)) &&
      /\bvalidation errors? for\b/.test(lastException(gathered))
    )
  }
  // log4j's layout: the exception right below what was logged of it.
  if (followers.length === 0 && JAVA_EXCEPTION.test(line.slice(0, 300))) return true
  if (followers.length === 1 && followers[0] === '' && isException(line)) {
    return /error|exception|fail/i.test(head.slice(0, 2000))
  }
  return /^[\w./@-]{1,200}\.rb:\d+:in /.test(line.slice(0, 300)) && /\b(?:FATAL|ERROR|Error)\b/.test(head)
}

const lastException = ({ followers }: Gathered): string =>
  followers.findLast((line) => /^\S/.test(line) && line.includes(': ')) ?? ''

/** Frames of a trace that another line stands in the midst of. */
export const resumes = (line: string, gathered: Gathered): boolean =>
  OF_A_TRACE.test(line.slice(0, 80)) ||
  (gathered.awaitsException &&
    (/^\s/.test(line) ||
      (isException(line) && /(?:Error|Exception|Exit|Interrupt|Warning|Timeout)\b/.test(line.slice(0, 200)))))

export function gather(gathered: Gathered, line: string): void {
  if (line.includes('Traceback (most recent call last)')) {
    gathered.awaitsException = true
    gathered.isTrace = true
  } else if (gathered.awaitsException && /^\S/.test(line)) {
    gathered.awaitsException = false
  } else if (OF_A_TRACE.test(line.slice(0, 80)) || line.startsWith('goroutine ')) {
    gathered.isTrace = true
  }
  if (gathered.size > LARGEST) return
  // The middle of an endless trace says nothing that its ends do not.
  if (gathered.followers.length >= MOST_FOLLOWERS) gathered.followers.splice(100, 1)
  gathered.followers.push(line.slice(0, LONGEST_FOLLOWER))
  gathered.size += Math.min(LONGEST_FOLLOWER, line.length)
}
