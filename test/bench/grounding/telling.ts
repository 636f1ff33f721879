import { name } from './comparing.ts'
import type { Maker, Piece } from './pieces.ts'
import { numberPiece } from './readings.ts'
import { inWords, wordingOf } from './wording.ts'

export const counting: Maker = ({ snapshot, report }, random) => {
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

export const target: Maker = ({ report }, random) => {
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

export const trend: Maker = ({ report }, random) => {
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

export const date: Maker = ({ report }, random) => {
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

export const cause: Maker = ({ report }, random) => {
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

export const running: Maker = ({ snapshot, report }, random) => {
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
