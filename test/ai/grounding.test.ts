import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factsOf } from '../../src/ai/facts.ts'
import { ground } from '../../src/ai/grounding.ts'
import type { Evidence } from '../../src/model/evidence.ts'
import { formatValue } from '../../src/model/format.ts'
import type { Report } from '../../src/model/report.ts'
import { NumericUnit, type Timestamp } from '../../src/model/units.ts'
import { makeReport } from '../support/report.ts'

const at = '2026-03-14T09:26:53.000Z' as Timestamp
const facts = factsOf(makeReport())

const kept = (sentence: string): boolean => ground(sentence, facts).removed.length === 0

describe('a sentence stays when it says what was read', () => {
  test.each([
    // Equal, rounded, converted.
    'The host uses 16.3 % of its memory.',
    'The host uses 16% of its memory.',
    'The host uses a 0.163 share of its memory.',
    'The cache answers 93.1 percent of the reads.',
    'PostgreSQL main has 128 MiB of shared buffers.',
    'PostgreSQL main has 128 MB of shared buffers.',
    'PostgreSQL main has 134.2MB of shared buffers.',
    'PostgreSQL main has 134217728 bytes of shared buffers.',
    'The limit is 512 MiB, which is 0.5 GiB.',
    'The machine has 31.2 GiB.',
    'The machine has 31 GiB.',
    'The readings took 2.1 s, or 2100 ms.',
    'The target is at most 85 %.',
    'webui uses 26.4 MiB.',
    // Counts.
    'api was restarted 14 times.',
    'api was restarted fourteen times.',
    'Two problems were found, one critical.',
    'There are 2 findings.',
    '4 of the 5 containers run.',
    'Five containers are there, and four containers run.',
    'One of the containers is down.',
    'One check passed, and two checks found something.',
    // Dates and names.
    'It was read on 14 March 2026 at 09:26.',
    'It was read on 2026-03-14.',
    'Set `shared_buffers`, and see `/proc/meminfo`.',
    'shared_buffers was never set on PostgreSQL main.',
    'The container `api` ends with an `ImportError`.',
    'No figures at all, e.g. none.',
  ])('%s', (sentence) => expect(ground(sentence, facts).removed).toEqual([]))
})

describe('a sentence goes when it says what nobody read', () => {
  test.each([
    ['The host uses 17 % of its memory.', '"17 %" is no reading'],
    ['The host uses 163 % of its memory.', '"163 %"'],
    ['The machine has 32 GiB.', '"32 GiB"'],
    ['The limit is 512 GiB.', '"512 GiB"'],
    ['The limit is 512 ms.', '"512 ms"'],
    ['Queries become 40-60% faster.', '"40-60%"'],
    ['That is twice as fast.', '"twice"'],
    ['Half of the memory is free.', '"Half"'],
    ['A quarter of the memory is free; three quarters are not.', '"A quarter"'],
    ['It was down for an hour.', '"an hour"'],
    ['It was down for twenty-five minutes.', '"twenty-five minutes"'],
    ['It fails 14 times a day.', '"14"'],
    ['It fails 14 times per hour.', '"14"'],
    ['It grows by 16.3 % per week.', '"16.3 %"'],
    ['It uses 3x more.', '"3x"'],
    ['There are 3 findings.', '"3"'],
    ['There are 2 critical findings.', '"2"'],
    ['14 containers run.', '"14"'],
    ['5 containers run.', '"5"'],
    ['Four containers are down.', '"Four"'],
    ['Dozens of requests fail.', '"Dozens"'],
    ['It was read on 15 March 2026.', '"15 March 2026" is no time'],
    ['It began at 03:15.', '"03:15" is no time'],
    ['The container `redis` is down.', '"redis" is not in the report'],
    ['Set `work_mem` higher.', '"work_mem" is not in the report'],
    ['The container web-1 is down.', '"web-1" is not in the report'],
    ['Upgrade to version 18.4.1 first.', '"18.4.1" is not in the report'],
    ['The GPU shows ９９ percent.', 'is not in the report'],
    ['½ of it is free.', 'is not in the report'],
    ['The load is 9\u200b9 %.', '"99 %"'],
    ['Ask <!channel> for help.', 'link or a mention'],
    ['Read https://example.com first.', 'link or a mention'],
    ['Read example.com first.', '"example.com" is not in the report'],
    ['Tell @here.', 'link or a mention'],
    ['---.', 'it says nothing'],
  ])('%s', (sentence, reason) => {
    const { kept: left, removed } = ground(sentence, facts)
    expect(left).toEqual([])
    expect(removed[0]?.reason).toContain(reason)
  })
})

describe('a figure has to be about what the sentence names', () => {
  test.each([
    ['PostgreSQL main has 93.1 % cache hits.', true],
    ['`api` has 93.1 % cache hits.', false],
    ['`api` is allowed 512 MiB.', true],
    ['`webui` is allowed 512 MiB.', false],
    ['PostgreSQL main was restarted 14 times.', false],
    ['The host of `api` uses 16.3 % of its memory.', true],
  ])('%s', (sentence, expected) => expect(kept(sentence)).toBe(expected))
})

describe('a sentence goes when it is about something else than the report', () => {
  test.each([
    // Names that are not in it.
    'Container payments is down.',
    'Container redis is restarted again and again.',
    'PostgreSQL billing is down.',
    'Ask Bob at Acme Corporation.',
    'Mail admin@corp.',
    'slack: #general and @bob.',
    // Figures of another thing.
    'The host uses 93 % of its memory.',
    'atlas uses 93.1 % of its memory.',
    'The database was restarted 14 times.',
    'The database uses 16.3 % of its memory.',
    'PostgreSQL has 512 MiB.',
    'Container webui was restarted 14 times.',
    'Container `webui` was restarted 14 times.',
    'Container webui has a memory limit of 512 MiB.',
    'Container api uses 14 cores.',
    'The host has 14 cores.',
    // Commands that it does not hold.
    'Run rm -rf / to fix it.',
    'Use sudo docker system prune.',
    'Then docker system prune helps.',
    // Numbers in other words.
    'It is a third of what it was.',
    'It is at a tenth of the limit.',
    'It fell by a third.',
    'It was restarted XIV times.',
  ])('%s', (sentence) => expect(ground(sentence, facts).kept).toEqual([]))
})

describe('a sentence about a kind of thing stays when its figures are of that kind', () => {
  test.each([
    'The container was restarted 14 times.',
    'The database has 128 MiB of shared buffers and 93.1 % cache hits.',
    'Container webui uses 26.4 MiB.',
    'On atlas webui uses 26.4 MiB.',
    'atlas uses 16.3 % of its memory.',
    'A third container waits.',
  ])('%s', (sentence) => expect(ground(sentence, facts).removed).toEqual([]))
})

test('what leaned on a removed sentence goes with it', () => {
  const text = 'The API is down. The disk is 97 % full. It needs more room. The web UI waits.'
  expect(ground(text, facts)).toEqual({
    citations: [],
    kept: ['The API is down.', 'The web UI waits.'],
    removed: [
      { sentence: 'The disk is 97 % full.', reason: '"97 %" is no reading of the report' },
      { sentence: 'It needs more room.', reason: 'it refers to a sentence that was removed' },
    ],
  })
})

test('a list is plain sentences, without control characters and said once', () => {
  const text = '1. **The API** is down.\n2. The API is down.\n- The web UI\u0007 waits\u202e.\r\n'
  expect(ground(text, facts).kept).toEqual(['The API is down.', 'The web UI waits.'])
})

test('a log line may be quoted whole, but what it claims is not ours', () => {
  const quoting = factsOf(reportWith({ label: 'log', value: 'disk 97 % full, 3 errors', unit: 'text' }))
  expect(ground('Its log says: disk 97 % full, 3 errors.', quoting).removed).toEqual([])
  expect(ground('The disk is 97 % full.', quoting).kept).toEqual([])
})

function reportWith(...evidence: Pick<Evidence, 'label' | 'value' | 'unit'>[]): Report {
  const report = makeReport()
  const [finding] = report.findings
  if (finding) finding.evidence = evidence.map((each) => ({ ...each, source: 'test', at }) as Evidence)
  return report
}

const magnitude = fc.oneof(
  fc.double({ min: 1e-4, max: 1, noNaN: true }),
  fc.double({ min: 1, max: 1e6, noNaN: true }),
  fc.integer({ min: 0, max: 1_000_000 }),
)
const valueIn = (unit: NumericUnit) =>
  unit === 'bytes' || unit === 'bytes_per_second'
    ? magnitude.map((value) => Math.round(value * 1e6))
    : magnitude
const reading = fc
  .constantFrom(...NumericUnit.options)
  .chain((unit) => valueIn(unit).map((value) => ({ label: 'reading', unit, value })))

describe('whatever was read', () => {
  test('may be said as it is shown', () => {
    fc.assert(
      fc.property(reading, (evidence) => {
        const sentence = `The reading is ${formatValue(evidence.value, evidence.unit)} now.`
        expect(ground(sentence, factsOf(reportWith(evidence))).removed).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('texts may be said as they are shown', () => {
    const word = fc.stringMatching(/^[a-z]{2,8}( [a-z0-9]{1,8}){0,4}$/)
    fc.assert(
      fc.property(word, (value) => {
        const facts = factsOf(reportWith({ label: 'setting', value, unit: 'text' }))
        expect(ground(`The setting reads ${value} now.`, facts).removed).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  /** Every number of the report in base units, straight from its JSON: a second opinion, and a simple one. */
  const numbersIn = (value: unknown): number[] => {
    if (typeof value === 'number') return [value]
    if (typeof value === 'string') return (value.match(/\d+(?:\.\d+)?/g) ?? []).map(Number)
    return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : []
  }

  const WRITTEN: [string, number[]][] = [
    ['%', [0.01]],
    [' %', [0.01]],
    [' percent', [0.01]],
    [' ms', [1e-3]],
    [' s', [1]],
    [' seconds', [1]],
    [' minutes', [60]],
    [' h', [3600]],
    [' MiB', [1024 ** 2]],
    ['MB', [1e6, 1024 ** 2]],
    [' GB', [1e9, 1024 ** 3]],
    [' GiB/s', [1024 ** 3]],
    [' cores', [1]],
    [' °C', [1]],
    [' W', [1]],
    ['/s', [1]],
    [' restarts', [1]],
    ['', [1]],
  ]

  test('a number that cannot be had from it is never kept', () => {
    const number = fc.oneof(
      fc.integer({ min: 13, max: 2_000_000 }).map(String),
      fc.double({ min: 13, max: 2000, noNaN: true }).map((value) => value.toFixed(2)),
    )
    const frame = fc.constantFrom(
      (text: string) => `The host uses ${text} now.`,
      (text: string) => `About ${text} of it, which is a lot.`,
      (text: string) => `It shows (${text}).`,
      (text: string) => `api: ~${text}, and PostgreSQL main waits`,
      (text: string) => `Then \`${text}\` is needed.`,
    )
    fc.assert(
      fc.property(
        reading,
        number,
        fc.constantFrom(...WRITTEN),
        frame,
        (evidence, digits, [unit, factors], say) => {
          const report = reportWith(evidence)
          const numbers = numbersIn({ ...report, narrative: null })
          const near = factors.some((factor) => {
            const stated = Number(digits) * factor
            return numbers.some((known) => Math.abs(known - stated) <= 0.06 * Math.abs(known) + 1e-12)
          })
          fc.pre(!near)
          expect(ground(say(`${digits}${unit}`), factsOf(report)).kept).toEqual([])
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('no text makes it fail, and nothing is kept that was not written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { kept: left, removed } = ground(text, facts)
        expect(left.length + removed.length).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 500 },
    )
  })
})
