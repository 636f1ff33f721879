import { afterEach, describe, expect, it } from 'vitest'
import type { Exporter } from '../../src/exporter/server.ts'
import { timestamp } from '../../src/model/units.ts'
import { makeSnapshot, minutesBefore, NOW } from '../support/snapshot.ts'
import { exporterOf } from './exporter.ts'

let exporter: Exporter | undefined
afterEach(async () => {
  await exporter?.close()
  exporter = undefined
})

const started = async (...options: Parameters<typeof exporterOf>): Promise<string> => {
  exporter = await exporterOf(...options)
  return exporter.url
}

const numberIn = (text: string, metric: string): number | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${metric}{`))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

const never = () => new Promise<never>(() => {})
const old = makeSnapshot({ takenAt: minutesBefore(5) })
const fresh = makeSnapshot({ takenAt: NOW })

describe('a scrape', () => {
  it('is served from the newest snapshot of the schedule while that is current, and tells its age', async () => {
    const current = makeSnapshot({ takenAt: timestamp(new Date(Date.parse(NOW) - 12_000)) })
    const response = await fetch(`${await started(current)}/metrics`)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(numberIn(text, 'perfbot_snapshot_age_seconds')).toBe(12)
    expect(text).toMatch(/^# HELP perfbot_snapshot_age_seconds /m)
    expect(text).toMatch(/^# TYPE perfbot_snapshot_age_seconds gauge$/m)
  })

  it('takes a collection when the newest snapshot is older than the interval', async () => {
    const url = await started(old, { collect: () => Promise.resolve(fresh) })
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(numberIn(text, 'perfbot_snapshot_age_seconds')).toBe(0)
  })

  it('that would wait too long for a collection gets the newest snapshot there is, with its age', async () => {
    const url = await started(old, { collect: never })
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.1' }
    const text = await (await fetch(`${url}/metrics`, { headers })).text()
    expect(numberIn(text, 'perfbot_snapshot_age_seconds')).toBe(300)
  })

  it('gets the newest snapshot also when the collection fails', async () => {
    const url = await started(old, { collect: () => Promise.reject(new Error('disk full')) })
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(numberIn(text, 'perfbot_snapshot_age_seconds')).toBe(300)
  })

  it('before the first collection is told so', async () => {
    const url = await started(null, { collect: never })
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.1' }
    const response = await fetch(`${url}/metrics`, { headers })
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('No collection has ended yet')
  })

  it('is in OpenMetrics for whoever accepts it', async () => {
    const headers = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' }
    const response = await fetch(`${await started(fresh)}/metrics`, { headers })
    const text = await response.text()
    expect(response.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    expect(text.endsWith('# EOF\n')).toBe(true)
    expect(text).toMatch(/^# TYPE process_cpu_seconds counter$/m)
    expect(numberIn(text, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  })
})

describe('its health', () => {
  it('is told as long as the process answers', async () => {
    const response = await fetch(`${await started(null)}/healthz`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'ok' })
  })

  it('is ready when collections come and every part says so', async () => {
    const checks = [{ part: 'store', reason: async () => null }]
    const response = await fetch(`${await started(fresh, {}, { checks })}/readyz`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ ready: true, notReady: [] })
  })

  it('says of every part that is not ready why', async () => {
    const checks = [
      { part: 'store', reason: () => Promise.reject(new Error('database is locked')) },
      { part: 'slack', reason: async () => 'not connected to Slack' },
    ]
    const response = await fetch(`${await started(old, {}, { checks })}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      ready: false,
      notReady: [
        { part: 'collection', reason: 'the last collection is 300 s old, of every 60 s' },
        { part: 'store', reason: 'database is locked' },
        { part: 'slack', reason: 'not connected to Slack' },
      ],
    })
  })
})

describe('the server', () => {
  it('says of a port that is taken what to do', async () => {
    const url = await started(fresh)
    await expect(exporterOf(fresh, {}, { port: Number(new URL(url).port) })).rejects.toThrow(
      /^Metrics cannot be served on 127\.0\.0\.1:\d+: the port is taken\. Choose another under metrics\.port$/,
    )
  })

  it('answers nothing else, and only reading', async () => {
    const url = await started(fresh)
    expect((await fetch(`${url}/`)).status).toBe(404)
    const posted = await fetch(`${url}/metrics`, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
