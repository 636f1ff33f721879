import { plainText } from '../model/plain-text.ts'
import type { Report } from '../model/report.ts'
import type { Perfbot } from '../perfbot.ts'
import { renderHtml } from '../report/render/html.ts'
import { renderMarkdown } from '../report/render/markdown.ts'
import { renderTerminal } from '../report/render/terminal.ts'
import { describeChart } from '../report/trend-lines.ts'
import { showWhile } from './progress.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

export type ReportOptions = {
  readonly json?: boolean
  readonly markdown?: boolean
  readonly html?: boolean
}

async function render(report: Report, { json, markdown }: ReportOptions, perfbot: Perfbot): Promise<string> {
  if (json) return `${JSON.stringify(report, null, 2)}\n`
  if (markdown) return renderMarkdown(report)
  return renderTerminal(report, {
    width: Math.min(process.stdout.columns ?? 100, 120),
    colour: process.stdout.hasColors?.() ?? false,
    trends: await perfbot.keyTrends(),
  })
}

/** The libraries that draw are loaded for this alone. */
async function pageOf(report: Report, perfbot: Perfbot): Promise<string> {
  const { drawSvg } = await import('../report/chart/draw.ts')
  const charts = await perfbot.reportCharts()
  return renderHtml(
    report,
    charts.map((chart) => ({ svg: drawSvg(chart), alt: describeChart(chart) })),
  )
}

/** npm prints two lines of its own before a script's output: whoever pipes JSON needs to know how to be rid of them. */
function warnOfNpmBanner(): void {
  const { npm_lifecycle_event: script, npm_config_loglevel: level } = process.env
  if (script !== 'report' || level === 'silent' || process.stdout.isTTY) return
  process.stderr.write(
    'npm prints its own two lines first; `npm run --silent report -- --json` leaves them out.\n',
  )
}

/** Who waits at a terminal reads each sentence as it is verified, above the line that says what is under way. */
function sayVerified(): (draft: Report) => void {
  let shown = 0
  return ({ narrative }) => {
    const text = plainText(narrative.text)
    const more = text.slice(shown).trim()
    shown = text.length
    if (process.stderr.isTTY && more !== '') process.stderr.write(`\r\u001b[2K${more}\n`)
  }
}

export async function runReport(configFile: string | undefined, options: ReportOptions): Promise<void> {
  if (options.json) warnOfNpmBanner()
  const config = await readConfig(configFile)
  // The report itself says what is missing; the log would say it twice.
  const logger = createLogger(config.logLevel === 'info' ? 'fatal' : config.logLevel)
  await withPerfbot(config, logger, async (perfbot) => {
    const report = await showWhile('Measuring', (stage) =>
      perfbot.takeReport({
        composed: () => stage('The report is there; a model may write its summary'),
        ...(options.json ? {} : { written: sayVerified() }),
      }),
    )
    process.stdout.write(await (options.html ? pageOf(report, perfbot) : render(report, options, perfbot)))
  })
}
