import type { Piece, Sentence } from './faithful.ts'
import type { Random } from './random.ts'
import type { Situation } from './situations.ts'

/** Makes one thing of a sentence wrong; null where it has nothing of the kind. */
type Fault = (sentence: Sentence, situation: Situation, random: Random) => readonly Piece[] | null

const replaced = (pieces: readonly Piece[], old: Piece, text: string): Piece[] =>
  pieces.map((piece) => (piece === old ? text : piece))

const choose = <Kind extends Piece>(
  pieces: readonly Piece[],
  is: (piece: Piece) => piece is Kind,
  random: Random,
): Kind | null => {
  const fitting = pieces.filter(is)
  return fitting.length === 0 ? null : random.pick(fitting)
}

const isNumber = (piece: Piece): piece is Extract<Piece, { number: string }> =>
  typeof piece === 'object' && 'number' in piece
const isCount = (piece: Piece): piece is Extract<Piece, { count: string }> =>
  typeof piece === 'object' && 'count' in piece
const isName = (piece: Piece): piece is Extract<Piece, { name: string }> =>
  typeof piece === 'object' && 'name' in piece
const isWord = (piece: Piece): piece is Extract<Piece, { word: string }> =>
  typeof piece === 'object' && 'word' in piece
const isDate = (piece: Piece): piece is Extract<Piece, { date: string }> =>
  typeof piece === 'object' && 'date' in piece
const isCause = (piece: Piece): piece is Extract<Piece, { cause: string }> =>
  typeof piece === 'object' && 'cause' in piece

/** Every number of a report, in its own unit: a changed one that lands on another is no fault to be sure of. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value === 'string') return (value.match(/\d+(?:\.\d+)?/g) ?? []).map(Number)
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : []
}

/** Whether the value, or what is left of it, is near any number of the report: it might be true by chance. */
function mayBeTrue(value: number, situation: Situation): boolean {
  const near = (known: number) => Math.abs(known - value) <= 0.08 * Math.abs(known)
  return numbersIn(situation.report).some(
    (known) =>
      near(known) ||
      near(1 - known) ||
      [1.024, 1.048576, 1.073741824].some((binary) => near(known * binary) || near(known / binary)),
  )
}

const changedDigits: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  const digits = piece && /\d+(?:[.,]\d+)*/.exec(piece.number)
  if (!piece || !digits) return null
  const [text] = digits
  const places = [...text].flatMap((character, index) => (/\d/.test(character) ? [index] : []))
  const at = random.pick(places)
  const digit = String((Number(text[at]) + random.integer(1, 9)) % 10)
  const changed = text.slice(0, at) + digit + text.slice(at + 1)
  if (/^0\d/.test(changed)) return null
  const [before, after] = [Number(text.replaceAll(',', '')), Number(changed.replaceAll(',', ''))]
  if (before === 0 || after === 0 || Math.abs(after - before) / before < 0.08) return null
  if (piece.unit !== 'times' && mayBeTrue((piece.value * after) / before, situation)) return null
  return replaced(pieces, piece, piece.number.replace(text, changed))
}

const SWAPS: readonly [RegExp, string[]][] = [
  [/ ?[KMG]iB$/, [' TiB', ' %', ' ms', ' cores']],
  [/MiB/, ['GiB', 'KiB']],
  [/GiB/, ['MiB', 'TiB']],
  [/MB/, ['GB', 'kB']],
  [/GB/, ['MB', 'TB']],
  [/ ?%$| ?per ?cent$/, [' MiB', ' °C', ' seconds', ' GiB']],
  [/ms$|milliseconds?$/, ['s', 'minutes', 'µs']],
  [/µs$|microseconds?$/, ['ms', 'seconds']],
  [/cores?$/, ['GiB', '%']],
  [/°C$|degrees(?: Celsius)?$/, ['W', '%']],
  [/W$|watts$/, ['°C', 'kW']],
]

const swappedUnit: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isNumber, random)
  if (!piece) return null
  const fitting = SWAPS.filter(([pattern]) => pattern.test(piece.number))
  if (fitting.length === 0) return null
  const [pattern, others] = random.pick(fitting)
  const text = piece.number.replace(pattern, random.pick(others))
  const digits = Number(/[\d.]+/.exec(text.replaceAll(',', ''))?.[0])
  const scale = /TiB|TB/.test(text)
    ? 2 ** 40
    : /GiB|GB/.test(text)
      ? 2 ** 30
      : /MiB|MB/.test(text)
        ? 2 ** 20
        : /KiB|kB/.test(text)
          ? 1024
          : /%/.test(text)
            ? 0.01
            : /ms/.test(text)
              ? 1e-3
              : /µs/.test(text)
                ? 1e-6
                : /minutes/.test(text)
                  ? 60
                  : /kW/.test(text)
                    ? 1000
                    : 1
  return text === piece.number || mayBeTrue(digits * scale, situation) ? null : replaced(pieces, piece, text)
}

const INVENTED = [
  'payments',
  'kafka-1',
  'redis',
  'nginx',
  'scheduler',
  'ledger-db',
  'worker-99',
  'telemetry',
  'cache_proxy',
  'orders',
  'mongo',
  'cart-service',
]

const inventedContainer: Fault = ({ pieces }, { report }, random) => {
  const piece = choose(pieces, isName, random)
  const invented = random.pick(INVENTED)
  if (!piece || JSON.stringify(report).toLowerCase().includes(invented)) return null
  return replaced(
    pieces,
    piece,
    random.pick([
      `container ${invented}`,
      `\`${invented}\``,
      `the ${invented} container`,
      `the container \`${invented}\``,
    ]),
  )
}

const unknownIn = (text: string, { report }: Situation): boolean =>
  !JSON.stringify(report).toLowerCase().includes(text.toLowerCase())

const inventedSetting: Fault = (_, situation, random) => {
  const setting = random.pick([
    'effective_cache_size',
    'work_mem',
    'max_wal_size',
    'OLLAMA_CONCURRENT_REQUESTS',
    'vm.swappiness',
    'net.core.somaxconn',
    'innodb_buffer_pool_size',
    'maxmemory-policy',
    'random_page_cost',
  ])
  if (!unknownIn(setting, situation)) return null
  return [
    random.pick([
      `Set ${setting} higher.`,
      `\`${setting}\` is too low.`,
      `The setting ${setting} should be raised.`,
      `Raising ${setting} would help the database.`,
      `It helps to change \`${setting}\` first.`,
    ]),
  ]
}

const inventedModel: Fault = (_, situation, random) => {
  const model = random.pick(['llama3.1:70b', 'mistral-small', 'qwen3:32b', 'gemma3', 'deepseek-r1', 'phi-4'])
  if (!unknownIn(model, situation)) return null
  return [
    random.pick([
      `The model ${model} is loaded on the CPU.`,
      `${model} fills the memory of the GPU.`,
      `Ollama keeps ${model} in memory.`,
      `Unload \`${model}\` to free memory.`,
    ]),
  ]
}

const inventedCommand: Fault = (_, situation, random) => {
  const command = random.pick([
    'docker system prune -a',
    'kubectl rollout restart',
    'systemctl restart docker',
    'VACUUM FULL',
    'echo 3 > /proc/sys/vm/drop_caches',
    'sudo reboot',
    'rm -rf /var/lib/docker',
    'swapoff -a',
    'pip install torch',
  ])
  if (!unknownIn(command, situation)) return null
  return [
    random.pick([
      `Run \`${command}\` first.`,
      `Then run ${command} on the host.`,
      `The command ${command} frees what is needed.`,
    ]),
  ]
}

const percentOfNothing: Fault = (_, __, random) => {
  const gain = `${random.integer(11, 79)}${random.pick(['%', ' %', ' percent'])}`
  return [
    random.pick([
      `This will make queries ${gain} faster.`,
      `Performance improves by ${gain}.`,
      `Expect throughput to rise by ${gain}.`,
      `Response times drop by ${gain} after this change.`,
      `It saves ${gain} of the cost.`,
      `Users will see ${gain} fewer errors.`,
      `The change brings a gain of ${gain}.`,
    ]),
  ]
}

const reversed: Fault = ({ pieces }, _, random) => {
  const piece = choose(pieces, isWord, random)
  return piece ? replaced(pieces, piece, piece.opposite) : null
}

const CAUSES = [
  'a network outage',
  'a failing disk',
  'a memory leak in the kernel',
  'an expired certificate',
  'a DNS failure',
  'a bug in the driver',
  'a traffic spike',
  'somebody changed the firewall',
  'an overheating CPU',
  'a power cut',
  'a bad deployment yesterday',
  'lock contention',
  'a missing index',
  'a denial-of-service attack',
  'cosmic rays',
  'the garbage collector',
  'a stuck backup job',
]

const inventedCause: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isCause, random)
  const invented = random.pick(CAUSES)
  const words = invented.split(' ').filter((word) => word.length > 3)
  if (!piece || words.some((word) => !unknownIn(word, situation) && words.length < 3)) return null
  const text = textAround(pieces, piece)
  return [
    random.pick([
      `${text} because of ${invented}.`,
      `${text} due to ${invented}.`,
      `The cause is ${invented}.`,
      `${text}, caused by ${invented}.`,
      `${text}. The root cause is ${invented}.`,
      `${invented.charAt(0).toUpperCase()}${invented.slice(1)} is why ${text}.`,
    ]),
  ]
}

const textAround = (pieces: readonly Piece[], cause: Piece): string => {
  const at = pieces.indexOf(cause)
  const before = pieces.slice(0, at).join('')
  const text = /^Because/.test(before) ? pieces.slice(at + 1).join('') : before
  return text
    .replace(/^, /, '')
    .replace(/,? because $|\. The reason is that $/, '')
    .replace(/\.$/, '')
}

const contradictedCause: Fault = ({ pieces }, { report, snapshot }, random) => {
  const piece = choose(pieces, isCause, random)
  if (!piece) return null
  const others = report.findings.filter(
    ({ rule, target, rootCause }) =>
      rule !== piece.finding.rule &&
      target.name !== piece.finding.target.name &&
      rootCause !== piece.finding.rootCause,
  )
  if (others.length === 0) return null
  const other =
    random
      .pick(others)
      .rootCause.split(/(?<=[.!?])\s/)[0]
      ?.replace(/\.$/, '') ?? ''
  if (other.length > 160) return null
  // That it ended so too may be just what its own line in the table says.
  const own = snapshot.containers.find(({ name }) => name === piece.finding.target.name)
  if (own && other.includes(`exit code ${own.exitCode}`)) return null
  return replaced(pieces, piece, other.charAt(0).toLowerCase() + other.slice(1))
}

const wrongDate: Fault = ({ pieces }, _, random) => {
  const piece = choose(pieces, isDate, random)
  if (!piece) return null
  const other = new Date(piece.instant.getTime() + random.pick([-40, -9, -3, 2, 5, 33, 400]) * 86_400_000)
  const month = other.toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' })
  const text = random.pick([
    `${other.getUTCDate()} ${month} ${other.getUTCFullYear()}`,
    `${month} ${other.getUTCDate()}, ${other.getUTCFullYear()}`,
    other.toISOString().slice(0, 10),
    `the ${other.getUTCDate()}th of ${month}`,
  ])
  return replaced(pieces, piece, text)
}

const WORDS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')

const wrongCount: Fault = ({ pieces, how }, situation, random) => {
  const piece = choose(pieces, isCount, random)
  if (!piece || !Number.isInteger(piece.value)) return null
  const other = piece.value + random.pick([-2, -1, 1, 2, 3, 7])
  if (other < 1) return null
  // Of a reading that is a number like others, the wrong one may be another's.
  if (how !== 'counts' && (mayBeTrue(other, situation) || Math.abs(other - piece.value) < piece.value * 0.08))
    return null
  if (how === 'counts' && pieces.filter(isCount).some(({ value }) => value === other)) return null
  return replaced(
    pieces,
    piece,
    /^[a-z]/i.test(piece.count) ? (WORDS[other] ?? String(other)) : String(other),
  )
}

/** A reading of one container said of another. */
const ofAnother: Fault = ({ pieces, how }, { snapshot }, random) => {
  const names = pieces.filter(isName)
  const [first] = names
  if (
    names.length !== 1 ||
    !first ||
    !pieces.some(isNumber) ||
    how === 'two readings' ||
    how === 'superlative'
  )
    return null
  const own = snapshot.containers.find(({ name }) => first.name.includes(name))
  const others = snapshot.containers.filter(
    ({ name, usage, limits }) =>
      own &&
      name !== own.name &&
      !first.name.includes(name) &&
      !name.includes(own.name) &&
      usage &&
      limits.memoryBytes !== own.limits.memoryBytes,
  )
  if (!own?.usage || others.length === 0) return null
  const other = random.pick(others)
  const number = pieces.find(isNumber)
  const of = (each: typeof own) => [
    each.usage?.memoryWorkingSetBytes,
    each.usage?.cpuCores,
    each.limits.memoryBytes,
    each.restartCount,
    (each.usage?.memoryWorkingSetBytes ?? 0) / (each.limits.memoryBytes ?? 1),
  ]
  if (
    !number ||
    of(other).some(
      (value) => typeof value === 'number' && Math.abs(value - number.value) <= 0.15 * number.value,
    )
  )
    return null
  return replaced(pieces, first, other.name)
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'changed digits': changedDigits,
  'swapped unit': swappedUnit,
  'invented container': inventedContainer,
  'invented setting': inventedSetting,
  'invented model': inventedModel,
  'invented command': inventedCommand,
  'percentage of nothing': percentOfNothing,
  'reversed direction': reversed,
  'invented cause': inventedCause,
  'contradicted cause': contradictedCause,
  'wrong date': wrongDate,
  'wrong count': wrongCount,
  'said of another': ofAnother,
}
