/**
 * npm run bench:grounding: what grounding keeps and what it removes, of 10,000 sentences that were made up from random
 * reports: one half says what was read, in many words; in the other half one thing is wrong. Nothing here uses the
 * code that checks, so that a mistake in that is not repeated here. PERFBOT_BENCH_SEED gives other sentences.
 */
import { factsOf } from '../../src/ai/facts.ts'
import { ground } from '../../src/ai/grounding.ts'
import { makeReport } from '../support/report.ts'
import { faithfulSentence } from './grounding/faithful.ts'
import { FAULTS } from './grounding/faults.ts'
import { textOf } from './grounding/pieces.ts'
import { randomFrom } from './grounding/random.ts'
import { makeSituation, type Situation } from './grounding/situations.ts'

const SENTENCES = Number(process.env.PERFBOT_BENCH_SENTENCES ?? 10_000)
const PER_SITUATION = 40
const EXAMPLES = Number(process.env.PERFBOT_BENCH_EXAMPLES ?? 3)

type Tally = { total: number; right: number; misses: string[] }
const faithful = new Map<string, Tally>()
const faulty = new Map<string, Tally>()

function count(tallies: Map<string, Tally>, kind: string, isRight: boolean, miss: string): void {
  const tally = tallies.get(kind) ?? { total: 0, right: 0, misses: [] }
  tallies.set(kind, tally)
  tally.total += 1
  if (isRight) tally.right += 1
  else tally.misses.push(miss)
}

const seed = Number(process.env.PERFBOT_BENCH_SEED ?? 1)
const random = randomFrom(seed)
const KINDS = Object.keys(FAULTS)
const begun = performance.now()
let checking = 0

for (let index = 0; index * PER_SITUATION < SENTENCES; index += 1) {
  const situation: Situation = makeSituation(random, index)
  const facts = factsOf(situation.report)
  const check = (text: string) => {
    const started = performance.now()
    const grounded = ground(text, facts)
    checking += performance.now() - started
    return grounded
  }
  for (let made = 0; made < PER_SITUATION / 2; made += 1) {
    const sentence = faithfulSentence(situation, random)
    const text = textOf(sentence.pieces)
    const { removed } = check(text)
    count(faithful, sentence.how, removed.length === 0, `${text}  ← ${removed[0]?.reason}`)
  }
  for (let made = 0; made < PER_SITUATION / 2; ) {
    const kind = random.pick(KINDS)
    let pieces: ReturnType<(typeof FAULTS)[string]> = null
    // Not every sentence has what a fault needs; without this the easy ones would crowd out the others.
    for (let tried = 0; tried < 40 && pieces === null; tried += 1) {
      pieces = FAULTS[kind]?.(faithfulSentence(situation, random), situation, random) ?? null
    }
    if (!pieces) continue
    made += 1
    const text = textOf(pieces)
    // Of two sentences the one without the fault may stay.
    const { removed } = check(text)
    count(faulty, kind, removed.length > 0, text)
  }
}

/** The report of the tests as well: what it says of itself has to stand. */
const own = makeReport()
const ownText = own.findings.flatMap(({ title, impact, rootCause }) => [title, impact, rootCause])
const ownRemoved = ground(ownText.join('\n'), factsOf(own)).removed.length

function print(title: string, tallies: Map<string, Tally>, right: string): Tally {
  console.log(`\n${title.padEnd(36)}${'sentences'.padStart(10)}${right.padStart(10)}${'share'.padStart(10)}`)
  const all: Tally = { total: 0, right: 0, misses: [] }
  for (const [kind, { total, right: good, misses }] of [...tallies].toSorted(([left], [right]) =>
    left.localeCompare(right),
  )) {
    console.log(
      `  ${kind.padEnd(34)}${String(total).padStart(10)}${String(good).padStart(10)}${`${((100 * good) / total).toFixed(1)} %`.padStart(10)}`,
    )
    for (const miss of misses.slice(0, EXAMPLES)) console.log(`      ${miss}`)
    all.total += total
    all.right += good
  }
  console.log(
    `  ${'all'.padEnd(34)}${String(all.total).padStart(10)}${String(all.right).padStart(10)}${`${((100 * all.right) / all.total).toFixed(2)} %`.padStart(10)}`,
  )
  return all
}

const kept = print('faithful, by how it is put', faithful, 'kept')
const caught = print('with one fault, by its kind', faulty, 'removed')
console.log(
  `\n${((performance.now() - begun) / 1000).toFixed(1)} s, of which ${(checking / 1000).toFixed(1)} s for checking\n`,
)
const figures = {
  seed,
  sentences: kept.total + caught.total,
  faithful: kept.total,
  faithfulKept: kept.right / kept.total,
  faulty: caught.total,
  faultsThatReachedTheChannel: caught.total - caught.right,
  ownSentencesRemoved: ownRemoved,
  millisecondsPerSentence: checking / (kept.total + caught.total),
  limits: { faithfulKept: 0.98, faultsThatReachedTheChannel: 0 },
}
console.log(JSON.stringify(figures))
if (figures.faithfulKept < figures.limits.faithfulKept || figures.faultsThatReachedTheChannel > 0)
  process.exitCode = 1
