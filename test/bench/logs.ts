import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { runLogs } from '../../src/cli/logs.ts'
import { LogSummary } from '../../src/model/log-summary.ts'

/**
 * Writes `--megabytes` of log in ten formats, as many programs at once would write it, and reads it as `npm run logs`
 * does, in a process of its own: how fast, in how much memory, and whether the one error before the flood is named.
 */
const { values: options } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    measure: { type: 'string' },
  },
})
const BEGINNING = Date.parse('2026-03-01T00:00:00Z')

/** The same file every time: Park and Miller's generator. */
let state = 20_260_301
const random = (): number => {
  state = (state * 48_271) % 2_147_483_647
  return state / 2_147_483_647
}
const below = (limit: number): number => Math.floor(random() * limit)
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T

const PATHS = ['/', '/api/items', '/api/items/77/parts', '/login', '/static/app.js', '/health'] as const
const address = (): string => `10.${below(4)}.${below(256)}.${below(256)}`

const WRITERS: readonly ((at: Date, iso: string) => string)[] = [
  (_, iso) =>
    `{"level":30,"time":${Date.parse(iso)},"pid":7,"hostname":"api","reqId":"req-${below(1e6)}","res":{"statusCode":200},"responseTime":${(random() * 80).toFixed(2)},"msg":"request completed"}`,
  (_, iso) =>
    `time=${iso} level=info msg="handled request" component=http duration=${below(90)}ms bytes=${below(90_000)}`,
  (at) =>
    `${address()} - - [${String(at.getUTCDate()).padStart(2, '0')}/Mar/2026:${at.toISOString().slice(11, 19)} +0000] "GET ${pick(PATHS)} HTTP/1.1" ${random() < 0.995 ? 200 : 404} ${below(90_000)} "-" "Mozilla/5.0 (X11; Linux x86_64)" 0.0${below(99)}`,
  (_, iso) =>
    `${iso.replace('T', ' ').replace('.', ',').slice(0, 23)} INFO  [worker-${below(8)}] com.example.jobs.Runner - job ${below(1e7)} finished in ${below(900)} ms, queue depth ${below(40)}`,
  (_, iso) =>
    `${iso.replace('T', ' ').slice(0, 23)} UTC [${below(30_000)}] LOG:  duration: ${(random() * 20).toFixed(3)} ms  statement: SELECT * FROM items WHERE id = ${below(1e6)}`,
  (at) =>
    `1:M 01 Mar 2026 ${at.toISOString().slice(11, 23)} * ${below(500)} changes in 60 seconds. Saving...`,
  (at) =>
    `I0301 ${at.toISOString().slice(11, 23)}456       1 controller.go:${below(900)}] Reconciling pod default/web-${below(9000)} took ${below(80)}ms`,
  (at) =>
    `Mar  1 ${at.toISOString().slice(11, 19)} host sshd[${below(30_000)}]: Accepted publickey for deploy from ${address()} port ${below(60_000)} ssh2`,
  (_, iso) =>
    JSON.stringify({
      log: `${iso} DEBUG cache hit key=user:${below(1e6)}\n`,
      stream: 'stdout',
      time: iso.replace('Z', '000000Z'),
    }),
  (at) =>
    `[GIN] 2026/03/01 - ${at.toISOString().slice(11, 19)} | 200 |  ${(random() * 9).toFixed(6)}s |      172.18.0.${below(9)} | POST     "/api/chat"`,
]

const TRACE = (iso: string): string =>
  [
    `${iso} ERROR [http] request failed`,
    'Traceback (most recent call last):',
    '  File "/app/api/orders.py", line 71, in create',
    '    connection = pool.checkout(timeout=30)',
    `sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00`,
  ].join('\n')

async function write(file: string, megabytes: number): Promise<void> {
  const out = createWriteStream(file, { highWaterMark: 1 << 20 })
  let written = 0
  let ms = BEGINNING
  let block = ''
  const whole = megabytes * 1e6
  let isRooted = false
  while (written + block.length < whole) {
    ms += below(60)
    const at = new Date(ms)
    const iso = at.toISOString()
    const share = (written + block.length) / whole
    if (!isRooted && share > 0.7) {
      isRooted = true
      block += `${iso} ERROR [settings] DB_POOL_SIZE is not a number, falling back to 5\n`
    }
    // One line in fifty fails for a while: the flood that follows from the one error.
    block += `${share > 0.702 && share < 0.9 && random() < 0.02 ? TRACE(iso) : pick(WRITERS)(at, iso)}\n`
    if (block.length < 1 << 20) continue
    written += block.length
    if (!out.write(block)) await once(out, 'drain')
    block = ''
  }
  out.end(block)
  await once(out, 'close')
}

async function measure(file: string): Promise<void> {
  const begun = performance.now()
  await runLogs([file], { json: true })
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const seconds = (performance.now() - begun) / 1000
  process.stderr.write(
    `${JSON.stringify({ seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRSS })}\n`,
  )
}

async function bench(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-bench-'))
  try {
    const file = join(directory, 'mixed.log')
    await write(file, Number(options.megabytes))
    const { size } = await stat(file)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      import.meta.filename,
      '--measure',
      file,
    ])
    const summary = LogSummary.parse(JSON.parse(stdout))
    const { seconds, cpuSeconds, maxRSS } = JSON.parse(stderr) as Record<
      'seconds' | 'cpuSeconds' | 'maxRSS',
      number
    >
    const figures = {
      bytes: size,
      lines: summary.lines,
      seconds,
      cpuSeconds,
      megabytesPerSecond: size / 1e6 / seconds,
      linesPerSecond: summary.lines / seconds,
      peakBytes: maxRSS * 1024,
      templates: summary.patternCount,
      summaryBytes: Buffer.byteLength(stdout),
      limits: { seconds: 5, peakBytes: 300e6 },
    }
    const rows: [string, string, string][] = [
      ['size', `${(size / 1e6).toFixed(1)} MB`, ''],
      ['lines', summary.lines.toLocaleString('en'), ''],
      ['time', `${seconds.toFixed(2)} s`, 'below 5 s'],
      ['time of processors, with the start of the program', `${cpuSeconds.toFixed(2)} s`, ''],
      ['speed', `${figures.megabytesPerSecond.toFixed(0)} MB/s`, ''],
      ['peak memory (RSS)', `${(figures.peakBytes / 1e6).toFixed(0)} MB`, 'below 300 MB'],
      ['templates', String(figures.templates), ''],
    ]
    console.log('One log of ten formats, read as npm run logs reads it')
    for (const [name, value, limit] of rows)
      console.log(`  ${name.padEnd(54)}${value.padStart(14)}  ${limit}`)
    console.log(JSON.stringify(figures))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

await (options.measure === undefined ? bench() : measure(options.measure))
