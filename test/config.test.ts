import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigFailure, parseConfig } from '../src/config.ts'

const mistakesIn = (text: string, environment: Record<string, string> = {}): string[] => {
  try {
    parseConfig(text, 'perfbot.yaml', environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigFailure)) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
}

describe('the configuration', () => {
  it('needs no file: Docker, GPUs, Ollama and DATABASE_URL are looked for where they usually are', () => {
    const config = parseConfig('', 'perfbot.yaml', { DATABASE_URL: 'postgres://app@db/app' })
    expect(config.docker).toEqual([{ name: 'local', socket: '/var/run/docker.sock', configured: false }])
    expect(config.postgres).toEqual([{ name: 'main', url: 'postgres://app@db/app', configured: true }])
    expect(config.nvidiaSmi).toEqual({ command: 'nvidia-smi', configured: false })
    expect(config.ollama).toMatchObject({ urls: ['http://127.0.0.1:11434'], configured: false })
    expect(config.approvers).toEqual({ users: [], userGroups: [], channels: [], systemUsers: [] })
  })

  it('that comes as an example has no mistake, and says what holds without it', async () => {
    const example = await readFile(join(import.meta.dirname, '../config/perfbot.example.yaml'), 'utf8')
    expect(parseConfig(example, 'perfbot.example.yaml', {})).toEqual(parseConfig('', 'perfbot.yaml', {}))
  })

  it('tells every mistake at once, each at its place and in the order of the file', () => {
    expect(
      mistakesIn(`host: 3
ollmaa: 2
slack:
  botToken: \${NOPE}
  channels: ops
collect:
  deadline: 5 s
thresholds:
  cpuBusy: 3
`),
    ).toEqual([
      'perfbot.yaml:1:1: host: Invalid input: expected string, received number',
      'perfbot.yaml:2:1: ollmaa: there is no such setting',
      expect.stringContaining('perfbot.yaml:4:13: the environment variable NOPE is not set'),
      'perfbot.yaml:5:3: slack.channels: Invalid input: expected array, received string',
      'perfbot.yaml:7:3: collect.deadline: must be a duration such as 500ms, 10s, 5min, 1h or 30d',
      'perfbot.yaml:9:3: thresholds.cpuBusy: Too big: expected number to be <=1',
    ])
  })

  it('takes limits for single targets, and tells those that are none', () => {
    const exceptions = (thresholds: string) =>
      `exceptions:\n  - kind: container\n    name: cache\n    thresholds: ${thresholds}\n`
    expect(parseConfig(exceptions('{ containerMemory: 0.97 }'), 'perfbot.yaml', {}).exceptions).toEqual([
      { kind: 'container', name: 'cache', thresholds: { containerMemory: 0.97 } },
    ])
    expect(mistakesIn(exceptions('{ containerMemory: 3, memory: 1 }'))).toEqual([
      expect.stringContaining('thresholds.containerMemory: Too big'),
      expect.stringContaining('memory: there is no such setting'),
    ])
  })

  it('tells broken syntax without guessing at the rest', () => {
    const [first] = mistakesIn('host: [web\n  - }\n')
    expect(first).toMatch(/^perfbot\.yaml:\d+:\d+: /)
  })

  it('takes values from the environment, numbers as numbers, with defaults', () => {
    const config = parseConfig(
      `host: \${NAME}\nollama:\n  contextTokens: \${TOKENS:-4096}\n`,
      'perfbot.yaml',
      {
        NAME: 'web-1',
      },
    )
    expect(config.host).toBe('web-1')
    expect(config.ollama.contextTokens).toBe(4096)
  })

  it('refuses what would fail only later: schedules, time zones, names that are the same, a digest for nobody', () => {
    const text = `collect: { schedule: every minute }
postgres:
  - { name: main, url: postgres://a/b }
  - { name: main, url: postgres://c/d }
slack:
  channels: [ops]
  digest: { timezone: Mars/Phobos }
`
    expect(mistakesIn(text)).toEqual([
      'perfbot.yaml:1:12: collect.schedule: must be a cron expression such as "0 9 * * 1-5"',
      'perfbot.yaml:2:1: postgres: must have names that differ',
      'perfbot.yaml:7:13: slack.digest.timezone: must be a time zone such as Europe/Berlin',
    ])
    expect(mistakesIn('slack: { digest: {} }')).toEqual([
      expect.stringContaining('slack.digest: needs slack.channels'),
    ])
  })

  it('reads services and Redis servers, and says what cannot be meant', () => {
    const config = parseConfig(
      `services:
  - name: api
    url: https://api.example.org/health
    target: 200ms
    headers: { Authorization: "Bearer \${TOKEN}" }
    expect: { status: 204 }
ollama: { probe: {}, urls: [http://127.0.0.1:11434, http://gpu-2:11434] }
`,
      'perfbot.yaml',
      { TOKEN: 'abc', REDIS_URL: 'redis://:pw@cache:6379' },
    )
    expect(config.services).toMatchObject([
      {
        target: 0.2,
        timeout: 5,
        method: 'GET',
        probes: 5,
        headers: { Authorization: 'Bearer abc' },
        expect: { status: [204], text: null },
      },
    ])
    expect(config.redis).toEqual([{ name: 'main', url: 'redis://:pw@cache:6379', ca: null }])
    expect(config.ollama.probe).toEqual({ every: 600, model: null })
    expect(config.ollama.urls).toEqual(['http://127.0.0.1:11434', 'http://gpu-2:11434'])
    expect(mistakesIn('ollama: { url: http://a, urls: [http://b] }').join()).toContain('goes without url')
    expect(
      mistakesIn(`redis: [{ name: cache, url: "memcached://:hunter2@cache" }]
services:
  - { name: api, url: ftp://files }
  - { name: web, url: http://web, method: HEAD, expect: { text: ok } }
`),
    ).toEqual([
      expect.stringContaining('redis.0.url: must be redis://user:password@host:6379'),
      expect.stringContaining('services.0.url: must be an address such as'),
      expect.stringContaining('services.1.expect.text: needs method GET'),
    ])
  })

  it('takes an engine by its socket or by its address, and says what else is wrong', () => {
    const tls = '{ ca: a, cert: b, key: c }'
    expect(
      parseConfig(`docker: [{ name: far, url: "tcp://far:2376", tls: ${tls} }]`, 'f', {}).docker,
    ).toEqual([
      { name: 'far', url: 'tcp://far:2376', tls: { ca: 'a', cert: 'b', key: 'c' }, configured: true },
    ])
    expect(mistakesIn('docker: [{ name: a }]').join()).toContain('needs either socket:')
    expect(mistakesIn('docker: [{ name: a, url: "http://a" }]').join()).toContain(
      'must be tcp://host:2376 or ssh://user@host',
    )
    expect(mistakesIn(`docker: [{ name: a, url: "ssh://a", tls: ${tls} }]`).join()).toContain(
      'goes with a url: tcp://',
    )
  })

  it('never repeats a secret that is wrong', () => {
    const text = mistakesIn('postgres: [{ name: main, url: "mysql://app:hunter2@db" }]').join()
    expect(text).toContain('postgres.0.url')
    expect(text).not.toContain('hunter2')
  })

  it('reads where Docker and Ollama are from their own variables', () => {
    const config = parseConfig('', 'perfbot.yaml', {
      DOCKER_HOST: 'unix:///run/podman.sock',
      OLLAMA_HOST: '0.0.0.0:9999',
    })
    expect(config.docker[0]).toMatchObject({ socket: '/run/podman.sock', configured: true })
    const dockerHost = (DOCKER_HOST: string) =>
      parseConfig('', 'perfbot.yaml', {
        DOCKER_HOST,
        DOCKER_TLS_VERIFY: '1',
        DOCKER_CERT_PATH: '/etc/docker',
      }).docker
    const tls = { ca: '/etc/docker/ca.pem', cert: '/etc/docker/cert.pem', key: '/etc/docker/key.pem' }
    expect(dockerHost('tcp://db-1:2376')).toEqual([
      { name: 'local', url: 'tcp://db-1:2376', tls, configured: true },
    ])
    expect(dockerHost('ssh://ops@gpu-1')).toMatchObject([{ url: 'ssh://ops@gpu-1', tls: null }])
    expect(() => dockerHost('npipe:////./pipe/docker_engine')).toThrow(
      'perfbot reads unix://, tcp:// and ssh://',
    )
    expect(config.ollama).toMatchObject({ urls: ['http://127.0.0.1:9999'], configured: true })
  })
})
