import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBytes, formatRatio, formatSeconds, formatValue } from '../../src/model/format.ts'
import { settingInBytes, settingInSeconds } from '../../src/model/postgres-reading.ts'

describe('a value with its unit', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [134_217_728, '128 MiB'],
    [33_533_000_000, '31.2 GiB'],
    [1024 ** 4 - 1, '1 TiB'],
  ])('%d bytes are %s', (value, text) => expect(formatBytes(value)).toBe(text))

  it.each([
    [0, '0 s'],
    [0.0000004, '0.4 µs'],
    [0.0023, '2.3 ms'],
    [0.27669, '277 ms'],
    [2.38, '2.38 s'],
    [59.96, '1 min'],
    [90, '1 min 30 s'],
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [86_399, '23 h 59 min'],
    [90_000, '1 d 1 h'],
  ])('%d seconds are %s', (value, text) => expect(formatSeconds(value)).toBe(text))

  it('a ratio is a percentage', () => {
    expect(formatRatio(0.163)).toBe('16.3 %')
    expect(formatRatio(1)).toBe('100 %')
    expect(formatRatio(2.5)).toBe('250 %')
  })

  it('never shows a number that does not exist, or two units alike', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, max: 1e15, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true })),
        (value) => {
          for (const unit of ['bytes', 'seconds', 'ratio', 'cores', 'count'] as const) {
            expect(formatValue(value, unit)).not.toMatch(/NaN|undefined|Infinity|1024 [BKMG]|60 min|24 h/)
          }
        },
      ),
    )
  })
})

describe('a PostgreSQL setting', () => {
  it('is its value times its unit', () => {
    expect(settingInBytes({ setting: '16384', unit: '8kB' })).toBe(128 * 1024 ** 2)
    expect(settingInBytes({ setting: '4096', unit: 'kB' })).toBe(4 * 1024 ** 2)
    expect(settingInBytes({ setting: '-1', unit: 'kB' })).toBeNull()
    expect(settingInBytes({ setting: '100', unit: null })).toBeNull()
    expect(settingInBytes({ setting: '5', unit: 'min' })).toBeNull()
    expect(settingInSeconds({ setting: '300000', unit: 'ms' })).toBe(300)
    expect(settingInSeconds({ setting: '5', unit: 'min' })).toBe(300)
  })
})
