import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { renderAsync } from '@resvg/resvg-js'
import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from 'echarts/components'
import { init, setPlatformAPI, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { type Chart, chartOption } from './chart.ts'

use([LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer])

/** Mean advance of DejaVu Sans, in ems: without a canvas nobody can measure, and the default is of narrower type. */
const ADVANCE = 0.62

setPlatformAPI({
  measureText: (text, font = '12px') => ({
    width: [...text].length * Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? '12') * ADVANCE,
  }),
})

/** In points; Slack shows it about 360 wide on a phone, where type of 18 is still read. */
const WIDTH = 960
const HEIGHT = 480

export function drawSvg(chart: Chart): string {
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    canvas.setOption(chartOption(chart))
    // resvg knows no `font` shorthand, which is what ECharts writes on a time axis.
    return canvas
      .renderToSVGString()
      .replace(/font: \w+ \w+ (\d+px) ([\w ]+)/g, 'font-size:$1;font-family:$2')
  } finally {
    canvas.dispose()
  }
}

/** A machine without a screen often has no fonts at all, so that perfbot brings its own. */
const FONT = join(
  createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'),
  '../ttf/DejaVuSans.ttf',
)

/** Twice as many pixels as points, for screens that have them. */
export async function drawPng(chart: Chart): Promise<Uint8Array> {
  // Read here, so that a missing font is an error and not a picture without words.
  await readFile(FONT)
  const image = await renderAsync(drawSvg(chart), {
    font: { fontFiles: [FONT], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
    fitTo: { mode: 'zoom', value: 2 },
  })
  return image.asPng()
}
