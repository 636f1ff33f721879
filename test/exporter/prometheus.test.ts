import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Exporter } from '../../src/exporter/server.ts'
import { METRICS, samplesOf } from '../../src/model/samples/samples.ts'
import { freePort } from '../support/free-port.ts'
import { prometheusIsMissing, whyNoPrometheus } from '../support/prometheus.ts'
import { fullSnapshot } from '../support/samples.ts'
import { exporterOf } from './exporter.ts'

const snapshot = fullSnapshot()

describe.skipIf(prometheusIsMissing)(`what Prometheus makes of /metrics${whyNoPrometheus}`, () => {
  let exporter: Exporter
  beforeAll(async () => {
    exporter = await exporterOf(snapshot)
  })
  afterAll(() => exporter?.close())

  it('promtool finds nothing wrong but with names that other exporters chose', async () => {
    const text = await (await fetch(`${exporter.url}/metrics`)).text()
    const { stdout, stderr, status } = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: text })
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
    expect(complaints.filter((line) => /^(perfbot|process)_/.test(line))).toEqual([])
    // 3 is lint; 1 would be that it cannot be read at all.
    expect([0, 3]).toContain(status)
    const declared = new Set(METRICS.map(({ name }) => name))
    expect(complaints.filter((line) => !declared.has(line.split(' ')[0] as string))).toEqual([])
  })

  it('a scrape by Prometheus holds every sample of the snapshot, with its labels and its value', async () => {
    await withPrometheus(exporter.url, async (prometheus) => {
      const found = new Map(
        (await query(prometheus, '{job="perfbot"}')).map(({ metric, value }) => [
          keyOf(metric),
          Number(value[1]),
        ]),
      )
      const expected = samplesOf(snapshot).map(({ metric, labels, value }) => [
        keyOf({ ...labels, __name__: metric }),
        value,
      ])
      expect(expected.filter(([key, value]) => found.get(key as string) !== value)).toEqual([])
    })
  })
})

type Found = { metric: Record<string, string>; value: [number, string] }

/** An empty label is the same as none. */
function keyOf({ instance: _instance, job: _job, ...labels }: Record<string, string>): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .sort(),
  )
}

async function query(url: string, expression: string): Promise<Found[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)
  const { data } = (await response.json()) as { data: { result: Found[] } }
  return data.result
}

/** A Prometheus of its own that scrapes the exporter, once it has done so. */
async function withPrometheus(exporter: string, work: (url: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'perfbot-prometheus-'))
  const url = `http://127.0.0.1:${await freePort()}`
  await writeFile(
    join(directory, 'prometheus.yml'),
    `scrape_configs:
  - job_name: perfbot
    scrape_interval: 1s
    scrape_timeout: 1s
    static_configs: [{ targets: ['${new URL(exporter).host}'] }]
`,
  )
  const prometheus: ChildProcess = spawn(
    '/usr/bin/prometheus',
    [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    { stdio: 'ignore' },
  )
  const ended = once(prometheus, 'exit')
  try {
    await untilScraped(url)
    await work(url)
  } finally {
    prometheus.kill('SIGKILL')
    await ended
    await rm(directory, { recursive: true, force: true })
  }
}

async function untilScraped(url: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const up = await query(url, 'up{job="perfbot"} == 1').catch(() => [])
    if (up.length > 0) return
    await sleep(100)
  }
  throw new Error('Prometheus did not scrape within 20 s')
}
