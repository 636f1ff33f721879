import { createDetector, step } from '../../src/diagnose/anomaly/detector.ts'
import { type Corpus, type CorpusFile, readCorpus } from './nab/corpus.ts'
import { PUBLISHED_WINDOWED_GAUSSIAN } from './nab/published.ts'
import {
  nullDetector,
  randomDetector,
  type StreamDetector,
  windowedGaussianDetector,
} from './nab/reference-detectors.ts'
import { atThreshold, best, type Costs, normalise, type Row, rowsOf, sweep } from './nab/scorer.ts'

/**
 * Runs perfbot's detector over a folder laid out as the Numenta Anomaly Benchmark, as NAB prescribes: value by value,
 * the first 15 % (at most 750) not counted, one threshold for all files, found by NAB's own search, for each profile.
 * The reference detectors beside it show whether the scoring is NAB's.
 */
const folder = process.argv[2]
if (folder === undefined) {
  console.error(
    'Which folder? npm run bench:anomaly -- DIR, with data/, labels/ and config/ as in numenta/NAB',
  )
  process.exit(2)
}

type Scored = { readonly file: CorpusFile; readonly scores: Float64Array }

const perfbot = (): StreamDetector => {
  const detector = createDetector()
  return (value, at) => step(detector, at, value).score
}

const run = (corpus: Corpus, create: () => StreamDetector): Scored[] =>
  corpus.files.map((file) => {
    const detect = create()
    return {
      file,
      scores: Float64Array.from(file.values, (value, index) => detect(value, file.at[index] as number)),
    }
  })

const rows = (scored: readonly Scored[], costs: Costs): Row[] =>
  scored.flatMap(({ file, scores }) => rowsOf(file, scores, costs))

const windowsOf = (scored: readonly Scored[]): number =>
  scored.reduce((sum, { file }) => sum + file.windows.length, 0)

const thresholdOf = (scored: readonly Scored[], costs: Costs): number =>
  best(sweep(rows(scored, costs), costs)).threshold

/** The score of some files with a threshold found elsewhere. */
const scoreAt = (scored: readonly Scored[], costs: Costs, threshold: number): number =>
  atThreshold(sweep(rows(scored, costs), costs), threshold).score

const profileScores = (corpus: Corpus, scored: readonly Scored[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(corpus.profiles).map(([profile, costs]) => [
      profile,
      normalise(best(sweep(rows(scored, costs), costs)).score, windowsOf(scored), costs),
    ]),
  )

/** Each family scored by the threshold of all others: how much the threshold is fitted to what it is scored on. */
function scoreAcrossFamilies(scored: readonly Scored[], costs: Costs): number {
  const families = [...new Set(scored.map(({ file }) => file.family))]
  const sum = families.reduce((total, family) => {
    const others = scored.filter(({ file }) => file.family !== family)
    const own = scored.filter(({ file }) => file.family === family)
    return total + scoreAt(own, costs, thresholdOf(others, costs))
  }, 0)
  return normalise(sum, windowsOf(scored), costs)
}

/** Of files whose scores NAB publishes, how many are scored the same here, and how many there are. */
function agreement(scored: readonly Scored[], costs: Costs): { same: number; of: number } {
  const known = scored.filter(({ file }) => file.name in PUBLISHED_WINDOWED_GAUSSIAN)
  const same = known.filter(({ file, scores }) => {
    const published = PUBLISHED_WINDOWED_GAUSSIAN[file.name]
    const here = atThreshold(sweep(rowsOf(file, scores, costs), costs), 1)
    return (
      published !== undefined &&
      Math.abs(here.score - published.score) < 1e-6 &&
      here.truePositives === published.truePositives &&
      here.falsePositives === published.falsePositives &&
      here.falseNegatives === published.falseNegatives
    )
  })
  return { same: same.length, of: known.length }
}

const corpus = await readCorpus(folder)
const standard = corpus.profiles.standard
if (!standard) throw new Error(`${folder}/config/profiles.json has no profile "standard"`)
const samples = corpus.files.reduce((sum, { values }) => sum + values.length, 0)
const one = (value: number): string => value.toFixed(1).padStart(7)

const begun = performance.now()
const scored = run(corpus, perfbot)
const microsecondsPerSample = ((performance.now() - begun) * 1000) / samples

const references = {
  null: run(corpus, nullDetector),
  random: run(corpus, randomDetector),
  windowedGaussian: run(corpus, windowedGaussianDetector),
}
const names = Object.keys(corpus.profiles)
console.log(`${corpus.files.length} files, ${samples} samples, ${windowsOf(scored)} windows`)
console.log(`${'detector'.padEnd(18)}${names.map((name) => name.padStart(20)).join('')}`)
const results: Record<string, Record<string, number>> = {}
for (const [name, result] of [['perfbot', scored], ...Object.entries(references)] as [string, Scored[]][]) {
  const scores = profileScores(corpus, result)
  results[name] = scores
  console.log(
    `${name.padEnd(18)}${names.map((profile) => one(scores[profile] as number).padStart(20)).join('')}`,
  )
}
const same = agreement(references.windowedGaussian, standard)
console.log(`windowed Gaussian: ${same.same} of ${same.of} files scored exactly as NAB published them`)

const threshold = thresholdOf(scored, standard)
const families: Record<string, number | null> = {}
console.log(`\nstandard profile by family, at the one threshold ${threshold.toPrecision(4)}`)
for (const family of new Set(scored.map(({ file }) => file.family))) {
  const own = scored.filter(({ file }) => file.family === family)
  const score = scoreAt(own, standard, threshold)
  const counts = atThreshold(sweep(rows(own, standard), standard), threshold)
  families[family] = windowsOf(own) > 0 ? normalise(score, windowsOf(own), standard) : null
  console.log(
    `${family.padEnd(24)}${families[family] === null ? '      –' : one(families[family])}  ` +
      `${windowsOf(own)} windows, ${counts.falsePositives} false alarms`,
  )
}
const acrossFamilies = scoreAcrossFamilies(scored, standard)
console.log(`\nevery family by the threshold of the others: ${one(acrossFamilies).trim()}`)
console.log(`${microsecondsPerSample.toFixed(2)} µs a sample`)
console.log(
  JSON.stringify({
    ...Object.fromEntries(names.map((name) => [name, results.perfbot?.[name]])),
    microsecondsPerSample,
    threshold,
    acrossFamilies,
    families,
    references: {
      null: results.null,
      random: results.random,
      windowedGaussian: results.windowedGaussian,
    },
    publishedFilesScoredAlike: same,
    files: corpus.files.length,
  }),
)
