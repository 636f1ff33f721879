import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPlayground } from '../../src/playground/server.ts'
import { founder } from '../../src/playground/workspace.ts'
import { startBot } from '../support/bot.ts'
import { quantile } from './quantile.ts'

/**
 * How soon perfbot acknowledges `/perf` while a report runs: a whole bot in a process of its own, over the playground's
 * socket. A person gives up on a command after three seconds, and so does Slack.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, rate: { type: 'string', default: '200' } },
})
const SECONDS = Number(values.seconds)
const RATE = Number(values.rate)
const TARGET_MS = 100
/** What people type between reports; none of it is free. */
const COMMANDS = ['whoami', 'help', 'fixes', 'help report', 'digest', 'nonsense']

const directory = await mkdtemp(join(tmpdir(), 'perfbot-bench-slack-'))
const playground = await startPlayground({})
const { id: channel } = playground.channelNamed('ops')
const config = join(directory, 'perfbot.yaml')
await writeFile(
  config,
  `host: bench\ndocker: []\nlogLevel: error\ndataDirectory: ${directory}\nslack: { apiUrl: "${playground.slackApiUrl}", channels: [ops] }\n`,
)
const bot = await startBot(config, playground)

const isReport = (blocks: unknown): boolean => JSON.stringify(blocks).includes('measure_again')
const reports = () => playground.messages(channel).filter(({ blocks }) => isReport(blocks)).length
/** Seldom: a look at all messages at every change would be what is measured. */
const LOOK_MS = 500
let isOver = false

/** One report after the other, so that there is always one under way. */
async function keepReporting(): Promise<void> {
  while (!isOver) {
    const before = reports()
    await playground.sendSlashCommand({ user: founder, channel, text: '/perf report' })
    while (!isOver && reports() <= before) await delay(LOOK_MS)
  }
}

const waits: number[] = []
let failures = 0
async function send(index: number): Promise<void> {
  const text = `/perf ${COMMANDS[index % COMMANDS.length]}`
  const begun = performance.now()
  const outcome = await playground.sendSlashCommand({ user: founder, channel, text })
  if (outcome.ok) waits.push(performance.now() - begun)
  else failures += 1
}

const reporting = keepReporting()
const sent: Promise<void>[] = []
const begun = performance.now()
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const elapsed = (performance.now() - begun) / 1000
    // As many as are due by now, so that a late tick makes up for what it missed.
    while (sent.length < Math.min(elapsed, SECONDS) * RATE) sent.push(send(sent.length))
    if (elapsed >= SECONDS) {
      clearInterval(timer)
      resolve()
    }
  }, 5)
})
await Promise.all(sent)
const lasted = (performance.now() - begun) / 1000
isOver = true
await reporting
const reported = reports()
await bot.stop()
await playground.close()
await rm(directory, { recursive: true, force: true })

const figures = {
  commands: sent.length,
  failures,
  perSecond: sent.length / lasted,
  reports: reported,
  acknowledgedP50Ms: quantile(waits, 0.5),
  acknowledgedP90Ms: quantile(waits, 0.9),
  acknowledgedP99Ms: quantile(waits, 0.99),
  acknowledgedMaxMs: quantile(waits, 1),
  targetP99Ms: TARGET_MS,
}
const rows: [string, string][] = [
  ['commands', `${figures.commands}, ${failures} not acknowledged`],
  ['rate', `${figures.perSecond.toFixed(1)}/s`],
  ['reports made meanwhile', String(figures.reports)],
  ['acknowledged, P50', `${figures.acknowledgedP50Ms.toFixed(1)} ms`],
  ['acknowledged, P90', `${figures.acknowledgedP90Ms.toFixed(1)} ms`],
  ['acknowledged, P99', `${figures.acknowledgedP99Ms.toFixed(1)} ms (target ${TARGET_MS} ms)`],
  ['acknowledged, slowest', `${figures.acknowledgedMaxMs.toFixed(1)} ms`],
]
console.log(`/perf, ${SECONDS} s at ${RATE} commands a second while reports run`)
for (const [name, value] of rows) console.log(`  ${name.padEnd(28)}${value}`)
console.log(JSON.stringify(figures))
