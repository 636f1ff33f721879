import type { Finding } from '../../../src/model/finding.ts'
import type { NumericUnit } from '../../../src/model/units.ts'
import type { Random } from './random.ts'
import type { Situation } from './situations.ts'
import { inWords, roughly, shareInWords, wordingOf } from './wording.ts'

/** A part of a sentence; what is no plain text can be made wrong. */
export type Piece =
  | string
  | { readonly number: string; readonly value: number; readonly unit: NumericUnit | 'times' }
  | { readonly count: string; readonly value: number }
  | { readonly name: string; readonly of: 'container' | 'setting' }
  /** A word, and the one that says the opposite. */
  | { readonly word: string; readonly opposite: string }
  | { readonly date: string; readonly instant: Date }
  /** Why something is so, and of which finding. */
  | { readonly cause: string; readonly finding: Finding }

export type Sentence = { readonly pieces: readonly Piece[]; readonly how: string }

export const textOf = (pieces: readonly Piece[]): string =>
  sentenceCase(
    pieces
      .map((piece) => (typeof piece === 'string' ? piece : Object.values(piece)[0]))
      .join('')
      .replace(/ +/g, ' ')
      .trim(),
  )

/** A name at the beginning keeps its case. */
const sentenceCase = (text: string): string =>
  /^(?:the|a|an|about|around|roughly|some|nearly|only|just|its|at|in|of|with|container|host|together|all|no|one|two|three|four|five|six|because|since|there|read|both|as) /.test(
    text,
  )
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text

/** A reading, and ways to speak of it; `N` is where its value goes, `C` the name of its subject. */
type Reading = {
  readonly value: number
  readonly unit: NumericUnit
  readonly subject: string | null
  readonly ways: readonly string[]
}

function readingsOf({ snapshot, report }: Situation): Reading[] {
  const { machine, containers, gpus, databases, host } = snapshot
  const of = (
    value: number | null | undefined,
    unit: NumericUnit,
    subject: string | null,
    ...ways: string[]
  ): Reading[] =>
    value === null || value === undefined || value === 0 ? [] : [{ value, unit, subject, ways }]
  const disk = machine?.filesystems[0]
  return [
    ...(machine
      ? [
          ...of(
            machine.cpu.busyRatio,
            'ratio',
            null,
            'The CPU is N busy.',
            'CPU use stands at N.',
            'The processors are busy N of the time.',
            `On ${host} the CPU is N busy.`,
            'The machine spends N of its processor time working.',
          ),
          ...of(
            machine.memory.usedBytes / machine.memory.totalBytes,
            'ratio',
            null,
            'The host uses N of its memory.',
            'N of the memory is in use.',
            'Memory use is at N.',
            `${host} uses N of its memory.`,
            'Of the memory of the machine, N is taken.',
          ),
          ...of(
            machine.memory.usedBytes,
            'bytes',
            null,
            'The machine uses N of memory.',
            'N of memory are used.',
            'Used memory amounts to N.',
          ),
          ...of(
            machine.memory.availableBytes,
            'bytes',
            null,
            'N of memory are available.',
            'There are N of memory available.',
            'The machine still has N of memory available.',
          ),
          ...of(
            machine.memory.totalBytes,
            'bytes',
            null,
            'The machine has N of memory.',
            'The host has N of memory in total.',
            'Its memory is N in total.',
          ),
          ...of(
            machine.cpu.load5,
            'count',
            null,
            'The load over five minutes is N.',
            'The 5-minute load stands at N.',
          ),
          ...of(machine.cpu.count, 'count', null, 'The machine has N CPUs.', `${host} has N CPUs.`),
        ]
      : []),
    ...(disk
      ? [
          ...of(
            1 - disk.availableBytes / disk.sizeBytes,
            'ratio',
            null,
            'The fullest file system is N full.',
            'The file system / is N full.',
            'N of the disk is used.',
          ),
          ...of(
            disk.availableBytes,
            'bytes',
            null,
            'N are left on /.',
            'The file system / has N available.',
            'There are N of disk space available on /.',
          ),
          ...of(disk.sizeBytes, 'bytes', null, 'The file system / has a size of N.'),
        ]
      : []),
    ...containers.flatMap(({ name, usage, limits, restartCount }) => [
      ...of(
        usage?.memoryWorkingSetBytes,
        'bytes',
        name,
        'C uses N of memory.',
        'C takes N of memory.',
        'The memory of C is N.',
        'The working set of C is N.',
        'N of memory go to C.',
        'With N, C is where memory goes.',
      ),
      ...of(
        limits.memoryBytes,
        'bytes',
        name,
        'C has a memory limit of N.',
        'C is allowed N of memory.',
        'The memory limit of C is N.',
        'C may use up to N of memory.',
      ),
      ...of(
        usage && limits.memoryBytes ? usage.memoryWorkingSetBytes / limits.memoryBytes : null,
        'ratio',
        name,
        'C uses N of its memory limit.',
        'C stands at N of its memory limit.',
        'C has filled N of its limit.',
      ),
      ...of(usage?.cpuCores, 'cores', name, 'C uses N.', 'C keeps N busy.', 'The CPU use of C is N.'),
      ...of(
        restartCount > 1 ? restartCount : null,
        'count',
        name,
        'C was restarted N times.',
        'C has restarted N times so far.',
        'C has N restarts behind it.',
        'The engine has restarted C N times.',
      ),
    ]),
    ...gpus.flatMap(({ index, utilisation, memoryUsedBytes, temperature, power }) => [
      ...of(utilisation, 'ratio', null, `GPU ${index} is used at N.`, `GPU ${index} has a utilisation of N.`),
      ...of(
        memoryUsedBytes,
        'bytes',
        null,
        `GPU ${index} holds N of memory.`,
        `N of the memory of GPU ${index} are used.`,
      ),
      ...of(
        temperature,
        'celsius',
        null,
        `GPU ${index} is at N.`,
        `GPU ${index} runs at a temperature of N.`,
      ),
      ...of(power, 'watts', null, `GPU ${index} draws N.`, `The power of GPU ${index} is N.`),
    ]),
    ...databases.flatMap(({ name, roundTripSeconds, connections }) => [
      ...of(
        roundTripSeconds,
        'seconds',
        null,
        `PostgreSQL ${name} answers SELECT 1 in N.`,
        `A round trip to PostgreSQL ${name} takes N.`,
        'The database answers within N.',
      ),
      ...of(
        connections.used,
        'count',
        null,
        `PostgreSQL ${name} has N connections.`,
        'N connections are open to the database.',
        `N connections of PostgreSQL ${name} are taken.`,
      ),
    ]),
    ...report.findings.flatMap(({ evidence, target }) =>
      evidence.flatMap(({ label, value, unit }) =>
        typeof value === 'number' && unit !== 'text' && !/log|error/.test(label)
          ? of(
              value,
              unit,
              target.name,
              `The ${label} of C is N.`,
              `C: ${label} N.`,
              `C shows this: ${label} N.`,
            )
          : [],
      ),
    ),
  ]
}

const numberPiece = (number: string, value: number, unit: NumericUnit | 'times'): Piece =>
  unit === 'count' ? { count: number, value } : { number, value, unit }

const called = (random: Random, name: string): string =>
  random.pick([
    name,
    `\`${name}\``,
    `container ${name}`,
    `the container \`${name}\``,
    `the ${name} container`,
  ])

/** A way of speaking with its blanks filled. */
function filled(
  random: Random,
  way: string,
  said: Piece,
  subject: string | null,
  isContainer: boolean,
): Piece[] {
  return way.split(/(\bN\b|\bC\b)/).flatMap((part): Piece[] => {
    if (part === 'N') return [said]
    if (part !== 'C' || subject === null) return [part]
    return isContainer ? [{ name: called(random, subject), of: 'container' }] : [subject]
  })
}

const isContainer = ({ snapshot }: Situation, name: string | null): boolean =>
  snapshot.containers.some((container) => container.name === name)

type Maker = (situation: Situation, random: Random) => Sentence | null

const plainReading: Maker = (situation, random) => {
  const readings = readingsOf(situation)
  const { value, unit, subject, ways } = random.pick(readings)
  const inShare = unit === 'ratio' && random.chance(0.5) ? shareInWords(random, value) : null
  const rough =
    (unit === 'ratio' || unit === 'bytes') && random.chance(0.25) ? roughly(random, value, unit) : null
  const { text, how } = inShare ?? rough ?? wordingOf(random, value, unit)
  return {
    how,
    pieces: filled(
      random,
      random.pick(ways),
      numberPiece(text, value, unit),
      subject,
      isContainer(situation, subject),
    ),
  }
}

const twoReadings: Maker = (situation, random) => {
  const [one, other] = [plainReading(situation, random), plainReading(situation, random)]
  if (!one || !other) return null
  const [first, second] = [one.pieces, other.pieces]
  const head = [...first.slice(0, -1), String(first.at(-1)).replace(/\.$/, '')]
  const start = second[0]
  const tail =
    typeof start === 'string'
      ? [
          start.replace(/^(The|There|Of|With|On|Its|Used|Memory|A)\b/, (word) => word.toLowerCase()),
          ...second.slice(1),
        ]
      : second
  return {
    how: 'two readings',
    pieces: [...head, random.pick([', and ', ', while ', '; ', ', but ']), ...tail],
  }
}

type Measured = { name: string; used: number; limit: number | null }

function pairOf({ snapshot }: Situation, random: Random): [Measured, Measured] | null {
  const running = snapshot.containers.flatMap(({ name, usage, limits }) =>
    usage
      ? [{ name, used: usage.memoryWorkingSetBytes as number, limit: limits.memoryBytes as number | null }]
      : [],
  )
  const [left, right] = running.toSorted(() => random.next() - 0.5)
  return left && right ? [left, right] : null
}

const name = (random: Random, text: string): Piece => ({ name: called(random, text), of: 'container' })

const sum: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair) return null
  const total = pair[0].used + pair[1].used
  const said = numberPiece(wordingOf(random, total, 'bytes').text, total, 'bytes')
  const [one, other] = [name(random, pair[0].name), name(random, pair[1].name)]
  return {
    how: 'sum',
    pieces: random.pick<Piece[]>([
      ['Together ', one, ' and ', other, ' use ', said, ' of memory.'],
      [one, ' and ', other, ' use ', said, ' of memory in total.'],
      ['The memory of ', one, ' and ', other, ' adds up to ', said, '.'],
    ]),
  }
}

const ratioOf: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair) return null
  const [more, less] = pair[0].used > pair[1].used ? pair : [pair[1], pair[0]]
  const times = more.used / less.used
  if (times < 1.3 || times > 90) return null
  const twice = Math.abs(times - 2) < 0.12
  const text =
    twice && random.chance(0.7)
      ? 'about twice'
      : times > 10
        ? `${Math.round(times)} times`
        : `${times.toFixed(1)} times`
  const said: Piece = { number: text, value: times, unit: 'times' }
  return {
    how: 'ratio of two',
    pieces: random.pick<Piece[]>([
      [name(random, more.name), ' uses ', said, ' as much memory as ', name(random, less.name), '.'],
      ['The memory of ', name(random, more.name), ' is ', said, ' that of ', name(random, less.name), '.'],
    ]),
  }
}

const difference: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair) return null
  const [first] = pair
  if (first.limit !== null && random.chance(0.5)) {
    const left = first.limit - first.used
    if (left < first.limit * 0.02) return null
    const limit = numberPiece(wordingOf(random, first.limit, 'bytes').text, first.limit, 'bytes')
    const said = numberPiece(wordingOf(random, left, 'bytes').text, left, 'bytes')
    return {
      how: 'difference',
      pieces: [name(random, first.name), ' has ', said, ' left of its memory limit of ', limit, '.'],
    }
  }
  const [more, less] = pair[0].used > pair[1].used ? pair : [pair[1], pair[0]]
  const by = more.used - less.used
  if (by < more.used * 0.05) return null
  const said = numberPiece(wordingOf(random, by, 'bytes').text, by, 'bytes')
  return {
    how: 'difference',
    pieces: [name(random, more.name), ' uses ', said, ' more memory than ', name(random, less.name), '.'],
  }
}

const shareOfMachine: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  const total = situation.snapshot.machine?.memory.totalBytes
  if (!pair || !total) return null
  const share = pair[0].used / total
  const text = share < 0.01 ? `${(share * 100).toFixed(2)} %` : `${(share * 100).toFixed(1)} %`
  const [used, whole] = [wordingOf(random, pair[0].used, 'bytes'), wordingOf(random, total, 'bytes')]
  return {
    how: 'share of two',
    pieces: [
      name(random, pair[0].name),
      ' uses ',
      numberPiece(used.text, pair[0].used, 'bytes'),
      ' of memory, which is ',
      numberPiece(text, share, 'ratio'),
      ' of the ',
      numberPiece(whole.text, total, 'bytes'),
      ' of the host.',
    ],
  }
}

const partOfLimit: Maker = (situation, random) => {
  const [first] = pairOf(situation, random) ?? []
  if (!first?.limit) return null
  const [used, limit] = [wordingOf(random, first.used, 'bytes'), wordingOf(random, first.limit, 'bytes')]
  return {
    how: 'two readings',
    pieces: [
      name(random, first.name),
      ' uses ',
      numberPiece(used.text, first.used, 'bytes'),
      ' of its limit of ',
      numberPiece(limit.text, first.limit, 'bytes'),
      '.',
    ],
  }
}

const complement: Maker = ({ snapshot }, random) => {
  const { machine } = snapshot
  if (!machine) return null
  const free = 1 - machine.memory.usedBytes / machine.memory.totalBytes
  const { text } = wordingOf(random, free, 'ratio')
  return {
    how: 'complement',
    pieces: [
      numberPiece(text, free, 'ratio'),
      random.pick([
        ' of the memory is free.',
        ' of the memory of the machine is still available.',
        ' of the memory is not used, and available.',
      ]),
    ],
  }
}

const counting: Maker = ({ snapshot, report }, random) => {
  const total = snapshot.containers.length
  const running = snapshot.containers.filter(({ state }) => state === 'running').length
  const say = (value: number): Piece => ({
    count: random.chance(0.6) ? inWords(value) : String(value),
    value,
  })
  const critical = report.findings.filter(({ severity }) => severity === 'critical').length
  const met = report.scoreboard.filter(({ verdict }) => verdict === 'met').length
  const known = report.scoreboard.length
  const ways: Piece[][] = [
    [say(running), ' of ', say(total), ' containers run.'],
    [say(running), ' of the ', say(total), ' containers are running.'],
    ['There are ', say(total), ' containers, of which ', say(running), ' run.'],
    ['There are ', say(report.findings.length), ' findings.'],
    ...(critical > 1 ? [['There are ', say(critical), ' critical findings.'] as Piece[]] : []),
    ...(met > 1 && met < known ? [[say(met), ' of the ', say(known), ' targets are met.'] as Piece[]] : []),
    ...(snapshot.gpus.length > 1
      ? [['The machine has ', say(snapshot.gpus.length), ' GPUs.'] as Piece[]]
      : []),
  ]
  return {
    how: 'counts',
    pieces:
      random.pick(
        ways.filter(
          (way) => !way.some((piece) => typeof piece !== 'string' && 'value' in piece && piece.value === 0),
        ),
      ) ?? null,
  }
}

const target: Maker = ({ report }, random) => {
  const known = report.scoreboard.filter(({ measured }) => measured !== null && measured.value !== 0)
  if (known.length === 0) return null
  const { title, target: goal, measured, verdict } = random.pick(known)
  const value = measured?.value
  if (typeof value !== 'number' || Math.abs(value - goal.value) < goal.value * 0.08) return null
  const said = numberPiece(wordingOf(random, value, goal.unit).text, value, goal.unit)
  const bound = numberPiece(wordingOf(random, goal.value, goal.unit).text, goal.value, goal.unit)
  const above = value > goal.value
  const side: Piece = { word: above ? 'above' : 'below', opposite: above ? 'below' : 'above' }
  const meets: Piece = {
    word: verdict === 'met' ? 'meets' : 'misses',
    opposite: verdict === 'met' ? 'misses' : 'meets',
  }
  return {
    how: 'against a target',
    pieces: random.pick<Piece[]>([
      [`${title}: `, said, ', ', side, ' the target of ', bound, '.'],
      [`${title} is at `, said, ' and ', meets, ' its target of ', bound, '.'],
      [`At `, said, `, "${title}" `, meets, ' its target.'],
      [`${title} is `, said, ', which is ', side, ' its target of ', bound, '.'],
    ]),
  }
}

const trend: Maker = ({ report }, random) => {
  const known = report.scoreboard.filter(({ trend }) => trend === 'better' || trend === 'worse')
  if (known.length === 0) return null
  const { title, trend: way, target: goal } = random.pick(known)
  const better = way === 'better'
  const rose = better === (goal.comparison === 'at-least')
  return {
    how: 'trend',
    pieces: random.pick<Piece[]>([
      [
        `${title} is `,
        { word: better ? 'better' : 'worse', opposite: better ? 'worse' : 'better' },
        ' than in the report before.',
      ],
      [
        `${title} has `,
        { word: rose ? 'risen' : 'fallen', opposite: rose ? 'fallen' : 'risen' },
        ' since the last report.',
      ],
      [
        `${title} `,
        { word: better ? 'improved' : 'worsened', opposite: better ? 'worsened' : 'improved' },
        ' since the last report.',
      ],
    ]),
  }
}

const compared: Maker = (situation, random) => {
  const pair = pairOf(situation, random)
  if (!pair || Math.abs(pair[0].used - pair[1].used) < pair[0].used * 0.05) return null
  const more = pair[0].used > pair[1].used
  const word: Piece = { word: more ? 'more' : 'less', opposite: more ? 'less' : 'more' }
  return {
    how: 'compared in words',
    pieces: [name(random, pair[0].name), ' uses ', word, ' memory than ', name(random, pair[1].name), '.'],
  }
}

const most: Maker = ({ snapshot }, random) => {
  const running = snapshot.containers.flatMap(({ name: each, usage }) =>
    usage ? [{ each, used: usage.memoryWorkingSetBytes as number }] : [],
  )
  const [first, second] = running.toSorted((left, right) => right.used - left.used)
  if (!first || !second || first.used < second.used * 1.05) return null
  const said = numberPiece(wordingOf(random, first.used, 'bytes').text, first.used, 'bytes')
  const word: Piece = { word: 'most', opposite: 'least' }
  return {
    how: 'superlative',
    pieces: random.pick<Piece[]>([
      [name(random, first.each), ' uses the ', word, ' memory of all containers: ', said, '.'],
      [name(random, first.each), ' uses the ', word, ' memory.'],
    ]),
  }
}

const date: Maker = ({ report }, random) => {
  const instant = new Date(report.createdAt)
  const month = instant.toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' })
  const [day, year, clock] = [instant.getUTCDate(), instant.getUTCFullYear(), report.createdAt.slice(11, 16)]
  const text = random.pick([
    `${day} ${month} ${year}`,
    `${month} ${day}, ${year}`,
    report.createdAt.slice(0, 10),
    `${day} ${month} ${year} at ${clock} UTC`,
    `${month.slice(0, 3)} ${day}`,
  ])
  return {
    how: 'dates',
    pieces: [
      random.pick(['The readings are of ', 'This was read on ', 'The machine was measured on ']),
      { date: text, instant },
      '.',
    ],
  }
}

const lowered = (text: string): string =>
  /^(?:It|Its|The|A|An|No|Each|What|Other|Something|There|Blocks|Every|They|That|Nothing)\b/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text
const withoutStop = (text: string): string => text.split(/(?<=[.!?])\s/)[0]?.replace(/[.:]+$/, '') ?? ''

const cause: Maker = ({ report }, random) => {
  const known = report.findings.filter(({ rootCause }) => rootCause.length < 160 && !/\n/.test(rootCause))
  if (known.length === 0) return null
  const finding = random.pick(known)
  const title = withoutStop(finding.title.split(':')[0] ?? '')
  const why: Piece = { cause: lowered(withoutStop(finding.rootCause)), finding }
  return {
    how: 'cause',
    pieces: random.pick<Piece[]>([
      [`${title}, because `, why, '.'],
      [`${title} because `, why, '.'],
      [`${title}. The reason is that `, why, '.'],
      ['Because ', why, `, ${lowered(title)}.`],
    ]),
  }
}

const running: Maker = ({ snapshot, report }, random) => {
  const { name: each, state } = random.pick(snapshot.containers)
  if (report.findings.some(({ target: about }) => about.name === each) && state === 'running') return null
  const up = state === 'running'
  return {
    how: 'states',
    pieces: [
      name(random, each),
      ' is ',
      { word: up ? 'running' : 'down', opposite: up ? 'down' : 'running' },
      '.',
    ],
  }
}

/** How often each shape is written. */
export const MAKERS: readonly (readonly [Maker, number])[] = [
  [plainReading, 30],
  [twoReadings, 12],
  [sum, 5],
  [ratioOf, 5],
  [difference, 6],
  [shareOfMachine, 5],
  [partOfLimit, 5],
  [complement, 3],
  [counting, 8],
  [target, 8],
  [trend, 3],
  [compared, 4],
  [most, 3],
  [date, 4],
  [cause, 8],
  [running, 4],
]

export function faithfulSentence(situation: Situation, random: Random): Sentence {
  const total = MAKERS.reduce((all, [, weight]) => all + weight, 0)
  for (;;) {
    let at = random.next() * total
    const found = MAKERS.find(([, weight]) => {
      at -= weight
      return at <= 0
    })
    const sentence = found?.[0](situation, random)
    if (sentence?.pieces) return sentence
  }
}
