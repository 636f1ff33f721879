import { CollectFailure } from '../collector.ts'

/** What INFO answers, field by field; the names of fields differ from section to section. */
export type InfoFields = {
  text(name: string): string | null
  /** Null where this version does not state it, or states something that is no number. */
  number(name: string): number | null
  /** One that every version states. Throws a CollectFailure. */
  required(name: string): number
  /** Null where this version does not state it. */
  flag(name: string): boolean | null
  /** All fields that begin so, by the rest of their names: `cmdstat_get` is `get`. */
  beginningWith(prefix: string): [rest: string, value: string][]
}

/** Reads lines of `field:value`; `# Section` and what has no colon says nothing. */
export function parseInfo(text: string): InfoFields {
  const fields = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  const number = (name: string) => numberOf(fields.get(name))
  return {
    text: (name) => fields.get(name) ?? null,
    number,
    required(name) {
      const value = number(name)
      if (value === null) throw lacking(name)
      return value
    },
    flag(name) {
      const value = number(name)
      return value === null ? null : value !== 0
    },
    beginningWith: (prefix) =>
      [...fields].flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value] as [string, string]] : [],
      ),
  }
}

/** `calls=3,usec=41` as INFO packs several values into one field. */
export function parsePacked(value: string): (name: string) => number | null {
  const parts = new Map(packedParts(value))
  return (name) => numberOf(parts.get(name))
}

/** The same, for values that are no numbers: `ip=10.0.0.3,port=6379,state=online`. */
export const packedParts = (value: string): [name: string, value: string][] =>
  value.split(',').flatMap((part) => {
    const equals = part.indexOf('=')
    return equals > 0 ? [[part.slice(0, equals), part.slice(equals + 1)] as [string, string]] : []
  })

function numberOf(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

const lacking = (name: string): CollectFailure =>
  new CollectFailure(
    'failed',
    `It does not answer like Redis: its INFO has no ${name}`,
    'Check that it is a Redis (4 or newer) or a Valkey, and that no proxy before it shortens INFO',
  )
