import { z } from 'zod'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'
import type { SlowCommand } from '../../model/redis-reading.ts'
import { seconds, timestamp } from '../../model/units.ts'

/** As many as the server keeps by default (slowlog-max-len). */
export const ENTRIES_ASKED = 128
const ENTRIES_KEPT = 32
const FIRST_LOOK_SECONDS = 24 * 3600

/** id, unix time, microseconds, the command; client's address and name from 4.0. */
const Entries = z.array(z.tuple([z.number(), z.number(), z.number(), z.array(z.string())]).rest(z.string()))

/** Entries since the one with the id `after`; at first (null) those of the last 24 hours. */
export function slowCommandsSince(
  reply: unknown,
  after: number | null,
  now: Date,
): { added: number; entries: SlowCommand[]; newest: number | null } {
  const entries = Entries.parse(reply)
  const newest = entries.reduce<number | null>((most, [id]) => Math.max(most ?? id, id), null)
  const since = now.getTime() / 1000 - FIRST_LOOK_SECONDS
  const isNew = ([id, at]: (typeof entries)[number]): boolean => (after === null ? at >= since : id > after)
  const added = entries.filter(isNew)
  return {
    // The log may have let go of some in between; its ids have not.
    added: after === null || newest === null ? added.length : Math.max(0, newest - after),
    entries: added
      .toSorted(([, , left], [, , right]) => right - left)
      .slice(0, ENTRIES_KEPT)
      .map(slowCommandOf),
    newest: newest ?? after,
  }
}

function slowCommandOf([id, at, microseconds, words, address, name]: z.infer<
  typeof Entries
>[number]): SlowCommand {
  const { command, keyPattern, length } = withoutValues(words)
  return {
    id,
    at: timestamp(new Date(at * 1000)),
    duration: seconds(microseconds * 1e-6),
    command,
    keyPattern,
    argumentCount: Math.max(0, argumentsGiven(words) - length),
    client: shown(name) ?? shown(address?.replace(/:\d+$/, '')),
  }
}

const shown = (text: string | undefined): string | null => shortened(redact(oneLine(text ?? '')), 60) || null

/** The server shows 32 words at most; the last one then says how many are missing. */
function argumentsGiven(words: readonly string[]): number {
  const missing = /^\.\.\. \((\d+) more arguments\)$/.exec(words.at(-1) ?? '')?.[1]
  return missing === undefined ? words.length : words.length - 1 + Number(missing)
}

/** Commands whose second word is part of their name. */
const CONTAINERS = new Set(
  'ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO'.split(
    ' ',
  ),
)

/** Commands whose first argument is a key. KEYS takes a pattern of keys, which says as much. */
const KEY_FIRST = new Set(
  `APPEND BITCOUNT BITFIELD BITFIELD_RO BITPOS BLMOVE BLPOP BRPOP BRPOPLPUSH BZPOPMAX BZPOPMIN COPY DECR DECRBY DEL DUMP
  EXISTS EXPIRE EXPIREAT EXPIRETIME GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER GEOSEARCH GEOSEARCHSTORE
  GET GETBIT GETDEL GETEX GETRANGE GETSET HDEL HEXISTS HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET
  HRANDFIELD HSCAN HSET HSETNX HSTRLEN HVALS INCR INCRBY INCRBYFLOAT KEYS LINDEX LINSERT LLEN LMOVE LPOP LPOS LPUSH
  LPUSHX LRANGE LREM LSET LTRIM MGET MOVE MSET MSETNX PERSIST PEXPIRE PEXPIREAT PFADD PFCOUNT PFMERGE PSETEX PTTL RENAME
  RENAMENX RESTORE RPOP RPOPLPUSH RPUSH RPUSHX SADD SCARD SDIFF SDIFFSTORE SET SETBIT SETEX SETNX SETRANGE SINTER
  SINTERSTORE SISMEMBER SMEMBERS SMISMEMBER SMOVE SORT SORT_RO SPOP SRANDMEMBER SREM SSCAN STRLEN SUBSTR SUNION
  SUNIONSTORE TOUCH TTL TYPE UNLINK WATCH XACK XADD XAUTOCLAIM XCLAIM XDEL XLEN XPENDING XRANGE XREVRANGE XTRIM ZADD
  ZCARD ZCOUNT ZDIFFSTORE ZINCRBY ZINTERSTORE ZLEXCOUNT ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX
  ZRANGEBYSCORE ZRANGESTORE ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX
  ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNIONSTORE`.split(/\s+/),
)

/** Commands whose keys come after a number of them: EVAL script 1 key. */
const KEYS_COUNTED: Readonly<Record<string, number>> = {
  EVAL: 2,
  EVALSHA: 2,
  EVAL_RO: 2,
  EVALSHA_RO: 2,
  FCALL: 2,
  FCALL_RO: 2,
  SINTERCARD: 1,
  ZDIFF: 1,
  ZINTER: 1,
  ZUNION: 1,
}

/** The command and the kind of its first key: nothing else of what it was given is kept. */
function withoutValues(words: readonly string[]): {
  command: string
  keyPattern: string | null
  length: number
} {
  const [first = '', second = ''] = words
  const name = wordOf(first)
  if (CONTAINERS.has(name)) {
    const length = second ? 2 : 1
    return { command: [name, ...(second ? [wordOf(second)] : [])].join(' '), keyPattern: null, length }
  }
  return { command: name, keyPattern: keyOf(name, words), length: 1 }
}

/** A command's name is letters; anything else in its place is not shown. */
const wordOf = (word: string): string => (/^[\w.-]{1,40}$/.test(word) ? word.toUpperCase() : '?')

function keyOf(command: string, words: readonly string[]): string | null {
  const position = KEYS_COUNTED[command]
  if (position !== undefined) {
    const key = Number(words[position]) > 0 ? words[position + 1] : undefined
    return key === undefined ? null : patternOf(key)
  }
  const key = KEY_FIRST.has(command) ? words[1] : undefined
  return key === undefined ? null : patternOf(key)
}

/** `session:8f2c91ab` is `session:*`: what tells one of many from the others is taken out. */
export function patternOf(key: string): string {
  const parts = oneLine(key)
    // The server cuts long words.
    .replace(/\.\.\. \(\d+ more bytes\)$/, '')
    .split(/([:/|{}]+)/)
    .map((part, index) => (index % 2 === 1 ? part : partPattern(part)))
  return shortened(redact(parts.join('')).replace(/\*+/g, '*'), 80) || '*'
}

function partPattern(part: string): string {
  const isWord = /^[\p{L}_.*?-]*$/u.test(part) && part.length <= 24
  if (isWord) return part
  // `user42`, `queue-7`: the word stays; what is longer or not of letters is an id as a whole.
  return part.length <= 16 && /^[\p{L}_.-]+\d{1,6}$/u.test(part) ? part.replace(/\d+$/, '*') : '*'
}
