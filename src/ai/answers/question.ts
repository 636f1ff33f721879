import type { AskedKind, Question } from '../../model/question.ts'
import { samplesOf } from '../../model/samples/samples.ts'
import type { Snapshot } from '../../model/snapshot.ts'

/** Different words for one thing, the longer first; what is written is read as what stands on the right. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/\b(?:v-?ram|video memory|graphics memory|gpu ram)\b/g, 'gpu memory'],
  [/\b(?:graphics? cards?|video cards?|cards?|nvidia|cuda|gpus)\b/g, 'gpu'],
  [/\b(?:ram|mem|memories)\b/g, 'memory'],
  [/\bfile ?systems?\b|\b(?:storage|disks|drives?|ssds?|disk space|partitions?|volumes?|hdd)\b/g, 'disk'],
  [/\b(?:processors?|cpus|compute)\b/g, 'cpu'],
  [/\b(?:temps?|temperatures|hot|hotter|hottest|warm|heat|heating|cool|degrees)\b/g, 'temperature'],
  [/\b(?:watts?|energy|electricity|consumption)\b/g, 'power'],
  [/\b(?:free|left|remaining|remains|spare|unused|headroom)\b/g, 'available'],
  [
    /\b(?:usage|use|uses|using|utili[sz]ation|utili[sz]ed|consum(?:es|ed|ing|e)|eats?|eating|hogs?|hogging|taking|takes|occupied|busy)\b/g,
    'used',
  ],
  [/\b(?:postgres(?:ql)?|pg|dbs?|databases|sql server)\b/g, 'database'],
  [/\b(?:docker containers?|containers|dockers?)\b/g, 'container'],
  [/\b(?:llms?|models|ollama|language models?)\b/g, 'model'],
  [/\b(?:restarted|restarts|restarting|rebooted|crash(?:es|ed|ing)?|crash loop)\b/g, 'restart'],
  [/\b(?:latency|response times?|ping|rtt|round-trip)\b/g, 'round trip'],
  [/\b(?:clients?|sessions?|connection)\b/g, 'connections'],
  [/\b(?:bandwidth|throughput|traffic|nic|ethernet)\b/g, 'network'],
  [/\b(?:swapping|swapped|paging)\b/g, 'swap'],
  [/\bcache hits?(?: ratio| rate)?\b|\bhit ratio\b|\bhit rate\b/g, 'cache hits'],
  [/\bmachines?\b|\bservers?\b|\bbox\b|\bcomputer\b/g, 'host'],
  [/\b(?:rebooted|booted|uptime)\b/g, 'boot'],
  [/\b(?:valkey|redis)\b/g, 'cache'],
  [/\bhow (?:big|large)\b|\b(?:big|large|sizes)\b/g, 'size'],
  [/\bhow (?:slow|fast|quick(?:ly)?)\b/g, 'round trip'],
  [/\bthrottl\w+\b/g, 'throttling'],
  [/\bhow long has .* been up\b/g, 'boot'],
  [/\b(?:biggest|largest|highest|greatest|heaviest|top)\b/g, 'most'],
  [/\b(?:smallest|lowest|fewest)\b/g, 'least'],
]

const KIND_WORDS: readonly (readonly [string, AskedKind])[] = [
  ['container', 'container'],
  ['gpu', 'gpu'],
  ['database', 'database'],
  ['model', 'model'],
  ['service', 'service'],
  ['host', 'host'],
]

const UNITS: Readonly<Record<string, number>> = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
}
const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
}

/** "since yesterday", "in the last 3 hours", "this week". */
function rangeIn(text: string): number | null {
  const counted =
    /\b(?:last|past|previous|over|for|in)(?: the)?(?: last| past)? ?(\d+|an?|one|two|three|four|five|six|seven)? ?(minute|hour|day|week|month)s?\b/.exec(
      text,
    )
  if (counted) {
    const [, many = '1', unit = 'day'] = counted
    return (NUMBERS[many] ?? Number(many)) * (UNITS[unit] ?? 86_400)
  }
  if (/\b(?:yesterday|today|overnight|last night|24 ?h)\b/.test(text)) return 86_400
  if (/\b(?:this|the) week\b|\bweekly\b/.test(text)) return 604_800
  if (/\b(?:this|the) month\b/.test(text)) return 2_592_000
  return /\b(?:trend|history|over time|so far|lately|recently|was|were|been)\b/.test(text) ? 86_400 : null
}

/** What labels call things: names of containers, databases, models, mount points, devices. */
function namesIn(snapshot: Snapshot): Set<string> {
  const labels = [
    'name',
    'server',
    'datname',
    'service',
    'model',
    'mountpoint',
    'device',
    'interface',
    'gpu',
    'instance',
  ]
  const names = samplesOf(snapshot).flatMap((sample) => labels.flatMap((label) => sample.labels[label] ?? []))
  return new Set([
    ...names,
    ...snapshot.containers.flatMap(({ name, compose }) => [name, ...(compose ? [compose.service] : [])]),
  ])
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** "web UI" is `webui`. */
const isNamed = (name: string, text: string): boolean => {
  if (name.length < 2) return false
  const stands = (candidate: string) =>
    new RegExp(`(?<![\\w/-])${escaped(candidate)}(?![\\w-])`, 'i').test(text)
  return (
    stands(name) ||
    (name.length > 4 && stands(name.replace(/[-_.]/g, ' '))) ||
    stands(name.replace(/ui$/i, ' ui'))
  )
}

/** Reads a question. `before` is the one that it follows up, whose subjects it may mean. */
export function readQuestion(text: string, snapshot: Snapshot, before: Question | null = null): Question {
  const plain = text.toLowerCase().replace(/[’']/g, "'").replace(/\s+/g, ' ').trim()
  const canonical = SAME.reduce((rest, [pattern, word]) => rest.replace(pattern, word), plain)
  const words = new Set(
    canonical
      .split(/[^\p{L}\p{N}_'/%.:-]+/u)
      .map((word) => word.replace(/^[.:]+|[.:?!]+$/g, ''))
      .filter(Boolean),
  )
  const gpu = /\bgpus? ?#?(\d{1,2})\b/.exec(plain)?.[1]
  const subjects = [
    ...[...namesIn(snapshot)].filter((name) => isNamed(name, text)),
    ...(gpu === undefined ? [] : [gpu]),
  ]
  const kinds = new Set(
    KIND_WORDS.flatMap(([word, kind]) => (words.has(word) || words.has(`${word}s`) ? [kind] : [])),
  )
  if (/\bredis\b|\bvalkey\b/.test(plain)) kinds.add('cache')
  for (const name of subjects)
    if (snapshot.containers.some((container) => container.name === name)) kinds.add('container')
  const question: Question = { text: plain, words, kinds, subjects, rangeSeconds: rangeIn(plain) }
  return before && isFollowUp(question) ? joined(question, before) : question
}

/** "and the GPU?", "why?", "since when?": too short to stand alone. */
const isFollowUp = ({ text, subjects, kinds }: Question): boolean =>
  /^(?:and|but|so|what about|how about|why|since when|also|ok|then)\b/.test(text) ||
  (subjects.length === 0 && kinds.size === 0 && /\b(?:it|its|that|this|they|them)\b/.test(text))

function joined(question: Question, before: Question): Question {
  const named = question.subjects.length > 0 || question.kinds.size > 0
  // "And the GPU?" asks the same of another thing; "why?" asks something else of the same.
  const words = /^(?:and|what about|how about|also)\b/.test(question.text)
    ? new Set([
        ...[...before.words].filter((word) => !KIND_WORDS.some(([kind]) => kind === word)),
        ...question.words,
      ])
    : question.words
  return {
    ...question,
    words,
    text: /^(?:and|what about|how about|also)\b/.test(question.text)
      ? `${before.text} ${question.text}`
      : question.text,
    subjects: named ? question.subjects : before.subjects,
    kinds: named ? question.kinds : before.kinds,
    rangeSeconds: question.rangeSeconds ?? before.rangeSeconds,
  }
}
