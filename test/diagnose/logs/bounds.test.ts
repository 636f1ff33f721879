import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeLogs } from '../../../src/diagnose/logs/describe.ts'
import { createLogDigest } from '../../../src/diagnose/logs/digest.ts'
import { createLineSplitter } from '../../../src/diagnose/logs/line-splitter.ts'
import type { LogSink } from '../../../src/model/log-sink.ts'
import { LogSummary } from '../../../src/model/log-summary.ts'
import { type Timestamp, timestamp } from '../../../src/model/units.ts'

const REFERENCE = new Date('2026-01-20T00:00:00Z')
const START = Date.parse('2026-01-15T14:00:00Z')
const at = (second: number): string => new Date(START + second * 1000).toISOString()

function digest(lines: Iterable<string>): LogSummary {
  const made = createLogDigest({ reference: REFERENCE })
  for (const line of lines) made.line({ text: line, at: null, stream: 'stdout' })
  return made.summary()
}

describe('the bounds of a digest', () => {
  it('times count from wherever they are written', () => {
    const forms = [
      '2026-01-15T16:00:00+02:00 x',
      '[2026-01-15 14:00:00,000] x',
      '2026/01/15 14:00:00 x',
      'Jan 15 14:00:00 host app[1]: x',
      '1:M 15 Jan 2026 14:00:00.000 * x',
      '[Thu Jan 15 14:00:00.000000 2026] [core:error] x',
      'I0115 14:00:00.000000 1 a.go:1] x',
      '{"ts":1768485600.0,"msg":"x"}',
      '{"time":1768485600000,"msg":"x"}',
      'time=2026-01-15T14:00:00Z level=info msg=x',
      '260115 140000 12 INFO x',
      '26/01/15 14:00:00 INFO x',
    ]
    for (const form of forms) expect([form, digest([form]).from]).toEqual([form, at(0)])
  })

  it('the time of the engine stands above what the line says', () => {
    const made = createLogDigest()
    made.line({ text: '2020-01-01 00:00:00 x', at: timestamp(new Date(START)), stream: 'stderr' })
    expect(made.summary().from).toBe(at(0))
  })

  it('a summary in the midst of a trace, as of a log that is watched, counts it once', () => {
    const made = createLogDigest({ windowSeconds: 3600 })
    const sink: LogSink = made
    const say = (text: string): void => sink.line({ text, at: timestamp(new Date(START)), stream: 'stderr' })
    say('Traceback (most recent call last):')
    say('  File "/app/main.py", line 3, in <module>')
    made.summary()
    say('    import yaml')
    say("ModuleNotFoundError: No module named 'yaml'")
    expect(made.summary().errors).toMatchObject([{ class: 'missing-module', count: 1 }])
    say('INFO  exiting')
    expect(made.summary().errors).toMatchObject([{ class: 'missing-module', count: 1 }])
  })

  it('what is recent is told apart from what was before', () => {
    const made = createLogDigest({ windowSeconds: 3600 })
    for (let minute = 0; minute < 300; minute += 1) {
      made.line({
        text: 'ERROR connect ECONNREFUSED 10.0.0.1:5432',
        at: at(minute * 60) as Timestamp,
        stream: 'stdout',
      })
    }
    const { errors } = made.summary()
    expect(errors[0]?.count).toBe(300)
    expect(errors[0]?.recent).toBeGreaterThan(55)
    expect(errors[0]?.recent).toBeLessThan(65)
  })

  const WILD = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      'Traceback (most recent call last):',
      '\tat x',
      'Caused by: x',
      '9999-99-99 99:99:99 ERROR x',
      '0001-01-01T00:00:00Z ERROR x',
      '9999-12-31T23:59:59Z ERROR x',
      '{"time":-1e99,"level":"error"}',
      'api-1 |',
      '|',
      '99999999999999999999',
      '[31/Feb/0000:24:00:00 +9999]',
      `x${'9'.repeat(20_000)}`,
    ),
    fc
      .date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2100-01-01') })
      .map((date) => `${date.toISOString()} ERROR failed with ${date.getTime()} of 100 connections`),
  )

  it('any lines give a small, valid summary that can be described', () => {
    fc.assert(
      fc.property(fc.array(WILD, { maxLength: 60 }), (lines) => {
        const summary = digest(lines)
        LogSummary.parse(JSON.parse(JSON.stringify(summary)))
        expect(summary.lines).toBe(lines.length)
        expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(8192)
        expect(describeLogs(summary).length).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })

  it('no planted secret leaves in any field', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/).map((text) => `zQ7${text}`)
    const frames: ((value: string) => string[])[] = [
      (value) => [`${at(0)} ERROR login failed password=${value} for bob`],
      (value) => [`{"time":"${at(0)}","level":"error","msg":"x failed","api_key":"${value}"}`],
      (value) => [`{"level":"error","msg":"cannot open postgres:\\/\\/app:${value}@db\\/shop: refused"}`],
      (value) => [`{"level":"error","err":"pass\\u0077ord=${value}"}`],
      (value) => [`${at(0)} ERROR connect to postgres://app:${value}@db:5432/app refused`],
      (value) => [`level=error msg="denied" token=${value} err="Authorization: Bearer ${value}"`],
      (value) => [
        'Traceback (most recent call last):',
        '  File "a.py", line 1',
        `ValueError: secret: ${value}`,
      ],
      (value) => ['-----BEGIN PRIVATE KEY-----', `${value}${value}`, '-----END PRIVATE KEY-----'],
      (value) => [
        `Error: boom`,
        `    at x (https://u:${value}@host/)`,
        `Caused by: java.net.ConnectException: redis://:${value}@redis:6379 Connection refused`,
      ],
      (value) => [
        `${at(0).replace('T', ' ').slice(0, 23)} UTC [7] ERROR:  role "app" does not exist`,
        `${at(0).replace('T', ' ').slice(0, 23)} UTC [7] STATEMENT:  ALTER ROLE app PASSWORD '${value}'`,
      ],
      (value) => [`10.0.0.1 - - [15/Jan/2026:14:00:00 +0000] "GET /a?token=${value} HTTP/1.1" 502 1 "-" "-"`],
      (value) => [`db-1 | ${at(0)} INFO pool of redis://:${value}@cache:6379 active=9/10`],
    ]
    fc.assert(
      fc.property(
        fc.array(fc.tuple(secret, fc.constantFrom(...frames)), { minLength: 1, maxLength: 12 }),
        (planted) => {
          const summary = digest(planted.flatMap(([value, frame]) => frame(value)))
          const said = JSON.stringify(summary) + describeLogs(summary).join('\n')
          for (const [value] of planted) expect(said).not.toContain(value)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('the same whatever the pieces in which the bytes come', () => {
    const bytes = Buffer.from(
      [
        '\ufeff2026-01-15 14:00:00 INFO größer als 3\r',
        '2026-01-15 14:00:01 ERROR connect ECONNREFUSED 10.0.0.1:5432 — übel',
        '2026-01-15 14:00:01 INFO reading',
        'Traceback (most recent call last):',
        '  File "ä.py", line 1',
        "ModuleNotFoundError: No module named 'yaml'",
        `x${'y'.repeat(40_000)}`,
        '2026-01-15 14:00:02 INFO end',
      ].join('\n'),
    )
    const summarise = (cuts: readonly number[]): LogSummary => {
      const made = createLogDigest({ reference: REFERENCE })
      const splitter = createLineSplitter((text) => made.line({ text, at: null, stream: 'stdout' }))
      let from = 0
      for (const cut of [...cuts.toSorted((left, right) => left - right), bytes.length]) {
        splitter.write(bytes.subarray(from, cut))
        from = cut
      }
      splitter.end()
      return made.summary()
    }
    const whole = summarise([])
    expect(whole.errors.map(({ class: kind }) => kind)).toEqual(['missing-module', 'connection-refused'])
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        expect(summarise(cuts)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  it('text that would act on a terminal, or on a prototype, does neither', () => {
    const summary = digest([
      `${at(0)} ERROR \u001b]0;owned\u0007\u001b[2Jcould not open \u202e/etc/x: no such file or directory\u0000`,
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"level":"error","msg":"boom","service":"__proto__"}',
      'time=2026-01-15T14:00:00Z level=error msg=boom __proto__=1 constructor=2',
      '__proto__  | 2026-01-15T14:00:00Z ERROR boom __proto__=7',
    ])
    const said = JSON.stringify(summary) + describeLogs(summary).join('\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is the claim
    expect(said).not.toMatch(/[\u0000-\u0009\u001b\u202e]|\\u001b|\\u0000/)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(summary.errors.length).toBeGreaterThan(1)
  })

  it('stays bounded whatever varies', () => {
    const made = createLogDigest({ windowSeconds: 3600 })
    const letters = (value: number): string =>
      value.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? 'q')
    for (let index = 0; index < 10_000; index += 1)
      made.line({
        text: `ERROR ${letters(index * 7919)} ${letters(index)} failed with ${letters(index * 31)}`,
        at: null,
        stream: 'stdout',
      })
    const summary = made.summary()
    expect(summary.patternCount).toBeLessThanOrEqual(300)
    expect(summary.lines).toBe(10_000)
  })
})
