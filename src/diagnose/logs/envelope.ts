import { instantAt } from './instants.ts'

/** What somebody else wrote around a program's line: Docker, containerd, Compose, syslog, journald. */
export type Envelope = {
  /** Who wrote the line, where the envelope says so. */
  readonly source: string | null
  /** NaN where the envelope says nothing of the time. */
  readonly ms: number
  readonly body: string
  readonly priority: number | null
}

const code = (text: string, at: number): number => text.charCodeAt(at)
const isDigit = (character: number): boolean => character >= 48 && character <= 57

/** "api-1  | text": where the text begins; 0 without such a prefix. */
function composeEnd(text: string): number {
  let index = 0
  for (; index < 64; index += 1) {
    const character = code(text, index)
    const isName =
      (character >= 97 && character <= 122) ||
      isDigit(character) ||
      (character >= 45 && character <= 46) ||
      character === 95 ||
      (character >= 65 && character <= 90)
    if (!isName) break
  }
  if (index === 0 || code(text, index) !== 32) return 0
  while (code(text, index) === 32 && index < 96) index += 1
  if (code(text, index) !== 124) return 0
  return code(text, index + 1) === 32 ? index + 2 : index + 1
}

/** {"log":"text\n","stream":"stderr","time":"…"}, as Docker's json-file driver keeps lines. */
function dockerFile(text: string): Envelope | null {
  try {
    const record = JSON.parse(text) as { log?: unknown; time?: unknown }
    if (typeof record.log !== 'string' || typeof record.time !== 'string') return null
    return {
      source: null,
      ms: instantAt(record.time, 0, 0)?.ms ?? Number.NaN,
      body: record.log.replace(/\r?\n$/, ''),
      priority: null,
    }
  } catch {
    return null
  }
}

/** journalctl -o json. */
function journal(text: string): Envelope | null {
  try {
    const record = JSON.parse(text) as Record<string, unknown>
    if (typeof record.MESSAGE !== 'string') return null
    const source = record.SYSLOG_IDENTIFIER ?? record.CONTAINER_NAME ?? record._SYSTEMD_UNIT ?? record._COMM
    return {
      source: typeof source === 'string' ? source : null,
      ms: Number(record.__REALTIME_TIMESTAMP ?? Number.NaN) / 1000,
      body: record.MESSAGE,
      priority: record.PRIORITY === undefined ? null : Number(record.PRIORITY),
    }
  } catch {
    return null
  }
}

/** 2026-01-15T14:00:00.123456789Z text (docker logs -t), …Z stderr F text (containerd). */
function engineTime(text: string): Envelope | null {
  const instant = instantAt(text, 0, 0)
  // Nine digits of a second are an engine's: programs write three or six.
  if (instant === null || !/^\.\d{5,9}(?:Z|[+-]\d\d:\d\d) /.test(text.slice(19, 37))) return null
  const container = /^std(?:out|err) [FP] /.exec(text.slice(instant.end + 1, instant.end + 12))
  if (container === null && code(text, 19 + 9) === 90) return null
  if (container === null && !/^\.\d{9}/.test(text.slice(19, 29))) return null
  return {
    source: null,
    ms: instant.ms,
    body: text.slice(instant.end + 1 + (container?.[0].length ?? 0)),
    priority: null,
  }
}

/** Jan 15 14:00:00 host tag[pid]: text */
function syslog(text: string, from: number, reference: number, priority: number | null): Envelope | null {
  const instant = instantAt(text, from, reference)
  if (instant === null || (instant.form !== 'syslog' && instant.form !== 'iso')) return null
  const head = /^ ([\w.:-]{1,128}) ([\w./@()-]{1,64})(?:\[\d{1,10}\])?: ?/.exec(
    text.slice(instant.end, instant.end + 260),
  )
  if (head === null) return null
  let body = text.slice(instant.end + head[0].length)
  // The kernel's own clock.
  if (head[2] === 'kernel') body = body.replace(/^\[\s{0,8}\d{1,10}\.\d{1,6}\] /, '')
  return { source: head[2] as string, ms: instant.ms, body, priority }
}

/** <PRI>1 TIME HOST APP PROCID MSGID SD MESSAGE (RFC 5424), <PRI>TIME HOST TAG: MESSAGE (RFC 3164). */
function prioritised(text: string, reference: number): Envelope | null {
  const pri = /^<(\d{1,3})>/.exec(text.slice(0, 6))
  if (pri === null) return null
  const from = pri[0].length
  const priority = Number(pri[1]) % 8
  if (code(text, from) !== 49 || code(text, from + 1) !== 32) return syslog(text, from, reference, priority)
  const head =
    /^1 (\S{1,40}) \S{1,255} (\S{1,48}) \S{1,128} \S{1,32} (?:-|(?:\[(?:[^\]\\]|\\.){0,1000}\])+) ?/.exec(
      text.slice(from, from + 2000),
    )
  if (head === null) return null
  return {
    source: head[2] === '-' ? null : (head[2] as string),
    ms: instantAt(head[1] as string, 0, reference)?.ms ?? Number.NaN,
    body: text.slice(from + head[0].length).replace(/^\ufeff/, ''),
    priority,
  }
}

/** [pod/web-7d4b/web] text, as kubectl logs --prefix writes it. */
function pod(text: string): Envelope | null {
  const head = /^\[pod\/([\w.-]{1,100})\/([\w.-]{1,100})\] /.exec(text.slice(0, 220))
  return head === null
    ? null
    : {
        source: `${head[1]}/${head[2]}`,
        ms: Number.NaN,
        body: text.slice(head[0].length),
        priority: null,
      }
}

/** Null for a line that stands alone, as most do: what is looked at first is one character. */
export function unwrapped(text: string, reference: number): Envelope | null {
  const first = code(text, 0)
  if (first === 123) {
    if (text.startsWith('{"log":"')) return dockerFile(text)
    return text.includes('"MESSAGE"') && text.includes('"__REALTIME_TIMESTAMP"') ? journal(text) : null
  }
  if (first === 60) return prioritised(text, reference)
  if (first === 91) return text.startsWith('[pod/') ? pod(text) : null
  if (isDigit(first) && code(text, 4) === 45 && code(text, 10) === 84) {
    return (
      engineTime(text) ??
      (code(text, 19) === 46 || code(text, 19) === 43 ? syslog(text, 0, reference, null) : null)
    )
  }
  if (first >= 65 && first <= 90 && code(text, 3) === 32 && code(text, 9) === 58) {
    const found = syslog(text, 0, reference, null)
    if (found) return found
  }
  const end = composeEnd(text)
  if (end === 0) return null
  const inner = text.slice(end)
  return {
    source: text.slice(0, text.indexOf('|')).trim(),
    ms: Number.NaN,
    body: inner,
    priority: null,
  }
}
