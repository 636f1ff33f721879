import { expect, it } from 'vitest'
import { composeConfiguration } from '../../../src/cli/init/configuration.ts'
import { composeEnvironment, variablesOf } from '../../../src/cli/init/environment.ts'
import { parseConfig } from '../../../src/config.ts'
import type { Surroundings } from '../../../src/looking-around.ts'

/** As it stands in the file. */
const PASSWORD = '$' + '{DB_PASSWORD}'

const server = { where: 'container shop-db-1', opener: null, statements: [], obstacle: null }

const FOUND: Surroundings = {
  engines: [{ name: 'local', socket: '/var/run/docker.sock', containers: 5 }],
  postgres: [
    {
      ...server,
      name: 'db',
      url: `postgres://perfbot:${PASSWORD}@127.0.0.1:5432/shop`,
      variable: 'DB_PASSWORD',
    },
  ],
  redis: [{ ...server, name: 'cache', url: 'redis://127.0.0.1:6379', variable: null }],
  services: [
    { name: 'web', url: 'http://127.0.0.1:8080/health', status: 200 },
    { name: 'admin', url: 'http://127.0.0.1:8081/', status: 403 },
  ],
  ollama: { url: 'http://127.0.0.1:11434', models: 9 },
  gpus: ['GPU 0: NVIDIA GeForce RTX 3060'],
  obstacles: [],
}

const NOTHING: Surroundings = {
  engines: [],
  postgres: [],
  redis: [],
  services: [],
  ollama: null,
  gpus: [],
  obstacles: [],
}

const answersOf = (chosen: Surroundings, channel = '', approver = '') => ({
  chosen,
  botToken: '',
  appToken: '',
  channel,
  approver,
})

it('writes what was found as a configuration that perfbot reads, with the passwords in .env', () => {
  const answers = answersOf(FOUND, 'ops', 'U024BE7LH')
  const variables = variablesOf(answers, () => 'a-secret')
  const text = composeConfiguration(answers)
  expect(text).not.toContain('a-secret')
  const config = parseConfig(text, 'perfbot.yaml', { DB_PASSWORD: 'a-secret' })
  expect(config.docker).toEqual([{ name: 'local', socket: '/var/run/docker.sock', configured: true }])
  expect(config.postgres[0]?.url).toBe('postgres://perfbot:a-secret@127.0.0.1:5432/shop')
  expect(config.redis.map(({ url }) => url)).toEqual(['redis://127.0.0.1:6379'])
  expect(config.ollama.urls).toEqual(['http://127.0.0.1:11434'])
  expect(config.slack.channels).toEqual(['ops'])
  expect(config.approvers.users).toEqual(['U024BE7LH'])
  expect(variables.map(({ name }) => name)).toEqual(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'DB_PASSWORD'])
})

it('judges no service by an address that answers with an error, and says which it is', () => {
  const text = composeConfiguration(answersOf(FOUND))
  const { services } = parseConfig(text, 'perfbot.yaml', { DB_PASSWORD: 'x' })
  expect(services.map(({ name }) => name)).toEqual(['web'])
  expect(text).toContain('admin answered 403')
})

it('writes a configuration also where nothing was found and nothing was said', () => {
  const config = parseConfig(composeConfiguration(answersOf(NOTHING)), 'perfbot.yaml', {})
  expect(config.postgres).toEqual([])
  expect(config.approvers.users).toEqual([])
})

it('keeps every value of a .env that is there, and fills what is empty', () => {
  const existing = '# mine\nSLACK_BOT_TOKEN=xoxb-mine\nSLACK_APP_TOKEN=\nOTHER=1'
  const variables = [
    { name: 'SLACK_BOT_TOKEN', value: 'xoxb-new', comment: 'bot' },
    { name: 'SLACK_APP_TOKEN', value: 'xapp-new', comment: 'app' },
    { name: 'DB_PASSWORD', value: 'fresh', comment: 'db' },
  ]
  expect(composeEnvironment(existing, variables)).toBe(
    '# mine\nSLACK_BOT_TOKEN=xoxb-mine\nSLACK_APP_TOKEN=xapp-new\nOTHER=1\n# db\nDB_PASSWORD=fresh\n',
  )
})

it('an empty line is filled in itself, not a comment above it that reads like it', () => {
  const variables = [{ name: 'SLACK_BOT_TOKEN', value: 'xoxb-$&new', comment: 'bot' }]
  expect(composeEnvironment('# SLACK_BOT_TOKEN=\nSLACK_BOT_TOKEN=\n', variables)).toBe(
    '# SLACK_BOT_TOKEN=\nSLACK_BOT_TOKEN=xoxb-$&new\n',
  )
})
