import { describe, expect, it } from 'vitest'
import type { Trend } from '../../../src/model/series.ts'
import { bytes, timestamp } from '../../../src/model/units.ts'
import type { Chart } from '../../../src/report/chart/chart.ts'
import { drawSvg } from '../../../src/report/chart/draw.ts'
import { drawPngApart } from '../../../src/report/chart/draw-apart.ts'

const FROM = Date.parse('2026-03-14T00:00:00Z')
const HOUR = 3_600_000

/** One value an hour; where it is null nothing was read. */
const trendOf = (values: readonly (number | null)[]): Trend => ({
  resolution: 'hour',
  stepSeconds: 3600,
  points: values.flatMap((value, hour) =>
    value === null
      ? []
      : [
          {
            at: FROM + hour * HOUR,
            count: 1,
            minimum: value,
            maximum: value,
            mean: value,
            p50: value,
            p95: value,
            p99: value,
          },
        ],
  ),
})

const chartWith = (changes: Partial<Chart>): Chart => ({
  title: 'Memory used, atlas',
  unit: 'bytes',
  from: timestamp(new Date(FROM)),
  to: timestamp(new Date(FROM + 6 * HOUR)),
  series: [{ name: '', trend: trendOf([1, 2, 3, 4, 5, 6].map((gibibytes) => bytes(gibibytes * 1024 ** 3))) }],
  marks: [],
  timezone: 'UTC',
  ...changes,
})

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text = '']) => text)

describe('a chart', () => {
  it('has whole units of size on its axis, and the hours of the readers’ own zone', () => {
    const texts = textsOf(drawSvg(chartWith({ timezone: 'Asia/Kolkata' })))
    expect(texts).toEqual(expect.arrayContaining(['0 B', '2 GiB', '4 GiB', '6 GiB']))
    expect(texts).toContain('06:30')
  })

  it('breaks its line where nothing was read', () => {
    const linesOf = (values: readonly (number | null)[]) =>
      [
        ...drawSvg(chartWith({ unit: 'ratio', series: [{ name: '', trend: trendOf(values) }] })).matchAll(
          / d="([^"]+)"[^>]*stroke="#0072b2"/g,
        ),
      ].map(([, path = '']) => path.match(/M/g)?.length)
    expect(linesOf([0.1, 0.2, 0.3, 0.4, 0.5])).toEqual([1])
    expect(linesOf([0.1, 0.2, null, 0.4, 0.5])).toEqual([2])
  })

  it('names several series, and shows what happened meanwhile', () => {
    const svg = drawSvg(
      chartWith({
        series: ['api', 'web'].map((name) => ({ name, trend: trendOf([1, 2, 3]) })),
        marks: [{ at: timestamp(new Date(FROM + 2 * HOUR)), kind: 'fix', label: 'Raise the limit' }],
      }),
    )
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['api', 'web', 'Raise the limit']))
  })

  it('treats a name as text, whatever stands in it', () => {
    const svg = drawSvg(
      chartWith({
        title: '<script>alert(1)</script>',
        series: [{ name: '{a|b}<b>', trend: trendOf([1, 2]) }],
      }),
    )
    expect(svg).not.toContain('<script>')
    expect(svg).not.toContain('<b>')
  })

  it('is drawn apart as a PNG of twice the size', async () => {
    const png = Buffer.from(await drawPngApart(chartWith({})))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 960])
  })
})
