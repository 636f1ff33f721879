import { type Measured, measuredOf, name } from './comparing.ts'
import type { Maker, Piece } from './pieces.ts'
import { numberPiece } from './readings.ts'
import { inWords, wordingOf } from './wording.ts'

/** Two readings of one kind in one breath: which figure is whose is said by the order alone. */
export const respectively: Maker = (situation, random) => {
  const [one, other] = measuredOf(situation, random)
  if (!one || !other) return null
  const said = ({ used }: Measured) => numberPiece(wordingOf(random, used, 'bytes').text, used, 'bytes')
  return {
    how: 'respectively',
    pieces: [
      ...[
        name(random, one.name),
        ' and ',
        name(random, other.name),
        ' use ',
        said(one),
        ' and ',
        said(other),
      ],
      ...[' of memory, respectively.'],
    ],
  }
}

/** "More than 3 GiB" of 3.2: a bound that is near enough to say something. */
export const bounded: Maker = (situation, random) => {
  const [{ name: each, used } = { name: '', used: 0 }] = measuredOf(situation, random)
  const [unit, size] = used >= 1024 ** 3 ? (['GiB', 1024 ** 3] as const) : (['MiB', 1024 ** 2] as const)
  const value = used / size
  const step = value >= 100 ? 10 : value >= 20 ? 1 : 0.1
  const [below, above] = [Math.floor(value / step) * step, Math.ceil(value / step) * step]
  if (each === '' || value < 1 || above - below < step / 2) return null
  const isAbove = random.chance(0.5)
  const bound = Number((isAbove ? below : above).toFixed(1))
  if (Math.abs(bound - value) / value < 0.001) return null
  const words = isAbove
    ? random.pick(['more than ', 'over ', 'a little over '])
    : random.pick(['less than ', 'nearly ', 'just under ', 'almost '])
  return {
    how: 'bounded',
    pieces: [
      name(random, each),
      ` uses ${words}`,
      numberPiece(`${bound} ${unit}`, used, 'bytes'),
      ' of memory.',
    ],
  }
}

/** Three or all of them together. */
export const sumOfAll: Maker = (situation, random) => {
  const all = measuredOf(situation, random)
  if (all.length < 3) return null
  const three = all.slice(0, 3)
  const total = three.reduce((sum, { used }) => sum + used, 0)
  const said = numberPiece(wordingOf(random, total, 'bytes').text, total, 'bytes')
  const [first, second, third] = three.map(({ name: each }) => name(random, each)) as [Piece, Piece, Piece]
  return {
    how: 'sum of three',
    pieces: random.pick<Piece[]>([
      ['Together ', first, ', ', second, ' and ', third, ' use ', said, ' of memory.'],
      [first, ', ', second, ' and ', third, ' add up to ', said, ' of memory.'],
    ]),
  }
}

/** What the part is of the whole, as a fraction: "3 of 5", "one in four". */
export const fractionOfCount: Maker = ({ snapshot }, random) => {
  const total = snapshot.containers.length
  const running = snapshot.containers.filter(({ state }) => state === 'running').length
  const down = total - running
  if (down === 0 || running === 0) return null
  const say = (value: number): Piece => ({
    count: random.chance(0.5) ? inWords(value) : String(value),
    value,
  })
  return {
    how: 'counts',
    pieces: random.pick<Piece[]>([
      ['Of the ', say(total), ' containers ', say(running), running === 1 ? ' runs.' : ' run.'],
      [say(running), ' out of ', say(total), ' containers are running.'],
      [say(down), ' of the ', say(total), ' containers ', down === 1 ? 'is' : 'are', ' not running.'],
    ]),
  }
}

/** How much is left of a whole, in the words for shares, percent or connections. */
export const connectionsLeft: Maker = ({ snapshot }, random) => {
  const [database] = snapshot.databases
  if (!database) return null
  const { used, maximum: all, reserved } = database.connections
  const maximum = all - reserved
  const share = used / maximum
  const say = (value: number): Piece => ({ count: String(value), value })
  return {
    how: 'share of two',
    pieces: random.pick<Piece[]>([
      [`PostgreSQL ${database.name} has `, say(used), ' of ', say(maximum), ' open connections.'],
      [
        ...[`Of the ${maximum} connections that are open to users of PostgreSQL ${database.name} `],
        ...[numberPiece(wordingOf(random, share, 'ratio').text, share, 'ratio'), ' are taken.'],
      ],
    ]),
  }
}

/** A setting in another unit: 128 MB, or 16384 blocks of 8 kB. */
export const settingInBlocks: Maker = ({ snapshot, report }, random) => {
  const setting = snapshot.databases[0]?.settings.find((each) => each.name === 'shared_buffers')
  const isSaid = report.findings.some(({ evidence }) =>
    evidence.some(({ label }) => label === 'shared_buffers'),
  )
  if (!setting || !isSaid) return null
  const blocks = Number(setting.setting)
  const size = blocks * 8192
  return {
    how: 'converted',
    pieces: random.pick<Piece[]>([
      ['shared_buffers is ', numberPiece(wordingOf(random, size, 'bytes').text, size, 'bytes'), '.'],
      [`\`shared_buffers\` is ${blocks} blocks of 8 kB.`],
      ['The value of `shared_buffers` is ', numberPiece(`${size / 1024 ** 2} MB`, size, 'bytes'), '.'],
    ]),
  }
}

/** What the report says itself, word for word. */
export const quoted: Maker = ({ report }, random) => {
  if (report.findings.length === 0) return null
  const { title, impact, fixes } = random.pick(report.findings)
  const text = random.pick([title, impact, ...fixes.slice(0, 1).map((fix) => `Do this first: ${fix.title}`)])
  if (/\n/.test(text)) return null
  return { how: 'quoted', pieces: [text.replace(/[.:]*$/, '.')] }
}

/** The greater of the GPUs, and by how much. */
export const gpusCompared: Maker = ({ snapshot }, random) => {
  const [one, other] = snapshot.gpus
  const [first, second] = [one?.temperature, other?.temperature]
  if (!one || !other || typeof first !== 'number' || typeof second !== 'number' || first === second)
    return null
  const [hot, cool] = first > second ? [one, other] : [other, one]
  const word: Piece = { word: 'hotter', opposite: 'cooler' }
  const by = Math.abs(first - second)
  return {
    how: 'difference',
    pieces: random.pick<Piece[]>([
      [`GPU ${hot.index} is ${by} °C `, word, ` than GPU ${cool.index}.`],
      [`GPU ${hot.index} is `, word, ` than GPU ${cool.index}.`],
    ]),
  }
}
