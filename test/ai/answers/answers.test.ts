import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../../../src/ai/answers/ask.ts'
import type { AnswerSources } from '../../../src/ai/answers/sources.ts'
import { modelServer } from '../../../src/ai/ollama/server.ts'
import { loadPrompts, type Prompts } from '../../../src/ai/prompt.ts'
import { WRITER_DEFAULTS } from '../../../src/ai/write.ts'
import { diagnose } from '../../../src/diagnose/diagnose.ts'
import { Thresholds } from '../../../src/diagnose/thresholds.ts'
import { citeEvidence } from '../../../src/model/evidence.ts'
import { AuditEntry, type Execution } from '../../../src/model/execution.ts'
import type { Statement } from '../../../src/model/postgres/statements.ts'
import type { Question } from '../../../src/model/question.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { ratio, seconds, timestamp } from '../../../src/model/units.ts'
import { compose } from '../../../src/report/compose.ts'
import { Targets } from '../../../src/report/targets.ts'
import * as ollama from '../../support/ollama.ts'
import { makePlan } from '../../support/plan.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeContainer,
  makeDatabase,
  makeGpu,
  makeLogTail,
  makeSetting,
  makeSnapshot,
  NOW,
} from '../../support/snapshot.ts'

const { usage } = makeContainer()
const using = (mebibytes: number) =>
  usage && { ...usage, memoryWorkingSetBytes: (mebibytes * MEBIBYTE) as typeof usage.memoryWorkingSetBytes }

const api = makeContainer({ name: 'api', state: 'restarting', exitCode: 1, restartCount: 14, usage: null })

const snapshot = makeSnapshot({
  containers: [
    api,
    makeContainer({ name: 'webui', usage: using(300) }),
    makeContainer({ name: 'mailer', usage: using(80) }),
  ],
  logs: [makeLogTail(api, ["ModuleNotFoundError: No module named 'cryptography'"])],
  gpus: [makeGpu(), makeGpu({ index: 1, uuid: 'GPU-2', utilisation: ratio(0) })],
  databases: [
    makeDatabase({
      settings: [
        makeSetting('shared_buffers', '16384', '8kB'),
        makeSetting('max_connections', '100'),
        makeSetting('fsync', 'on'),
      ],
    }),
  ],
  gaps: [
    {
      kind: 'absent',
      source: 'redis',
      missing: 'Redis',
      reason: 'none is configured',
      remedy: 'Name it under redis: in config/perfbot.yaml.',
    },
  ],
})

function sourcesOf(taken: Snapshot, changes: Partial<AnswerSources> = {}): AnswerSources {
  const { findings, checks } = diagnose({
    snapshot: taken,
    history: { recent: [], unusual: [], trends: [] },
    logs: new Map(),
    thresholds: Thresholds.parse({}),
  })
  return {
    snapshot: taken,
    report: compose({
      id: 'report-1',
      snapshot: taken,
      findings,
      checks,
      incidents: [],
      silenced: [],
      gaps: [],
      targets: Targets.parse({}),
      previous: null,
    }),
    history: async () => [],
    audit: async () => [],
    plan: async () => null,
    executionOf: async () => null,
    catalogue: [],
    explain: async () => ({ kind: 'not-possible' as const, reason: 'there is no database' }),
    propose: null,
    ...changes,
  }
}

const sources = sourcesOf(snapshot)
const said = async (question: string, from = sources, before: Question | null = null) => {
  const { kind, sentences } = await ask(question, from, { writer: null, before })
  return { kind, text: sentences.join(' ') }
}

const NO_COUNTERS = {
  planSeconds: 0,
  rows: 0,
  blocksHit: 0,
  blocksRead: 0,
  tempBlocks: 0,
  readSeconds: 0,
  walBytes: 0,
}
const FALLING = Array.from({ length: 56 }, (_, index) => {
  const mean = (100 - index) * GIBIBYTE
  const at = Date.parse(NOW) - (56 - index) * 3 * 3_600_000
  return { at, count: 10, minimum: mean, maximum: mean, mean, p50: null, p95: null, p99: null }
})
const UNDONE = AuditEntry.parse({
  sequence: 7,
  at: NOW,
  actor: 'U1',
  action: 'finished',
  subject: 'plan-1',
  detail: {},
  previousHash: 'a',
  hash: 'b',
})
const EXECUTION: Execution = {
  id: 'run-1',
  planId: 'plan-1',
  digest: 'd1',
  person: 'U1',
  startedAt: NOW,
  finishedAt: NOW,
  outcome: 'undone',
  verdict: 'worse',
  message: 'It made queries slower.',
  before: [],
  after: [],
}

describe('without a model, rules and names find the answer to', () => {
  test.each([
    ['Why is the API down?', 'The Python module cryptography is not in the image'],
    ['why does api keep crashing', 'Add cryptography to the image'],
    ['Which container uses most memory?', 'webui has the most: Container memory 300 MiB.'],
    ['what container is eating the most RAM', 'webui has the most: Container memory 300 MiB.'],
    ['which container uses the least memory?', 'mailer has the least: Container memory 80 MiB.'],
    ['Is the GPU used?', 'Yes: 1 of 2 work at this moment.'],
    ['how hot is GPU 1?', 'GPU temperature: GPU 1 60 °C.'],
    ['How much memory is free?', 'Memory available: 24 GiB.'],
    ['how much ram does webui take', 'Container memory: webui 300 MiB.'],
    ['What would happen if I raised shared buffers?', 'shared_buffers of PostgreSQL main is 128 MiB now'],
    ['what is max_connections?', 'max_connections of PostgreSQL main is 100'],
    ['how many containers are running?', '(2 running, 1 not)'],
    ['which containers are down?', 'api (restarting, 14 restarts)'],
    ['how full is the disk?', '/ is 40 % full'],
    ['show me the logs of api', 'log of api: "ModuleNotFoundError'],
    ['what should I fix first?', 'Add cryptography to the image'],
    ['is webui running?', 'webui is running, and no rule finds anything wrong with it.'],
    ['what could not be read?', 'Redis: none is configured.'],
    ['how is everything?', 'has a critical problem'],
    ['which process uses most cpu?', 'python3 (pid 4711)'],
    ['tell me about mailer', 'mailer is running'],
    ['who approved the last fix?', 'Nothing has been approved, refused or applied yet.'],
  ])('%s', async (question, expected) => {
    expect(await said(question)).toEqual({ kind: 'answered', text: expect.stringContaining(expected) })
  })

  test.each([
    ['is redis ok?', 'Redis is not collected (none is configured). Name it under redis:'],
    ['what changed since yesterday?', 'there is no earlier report'],
    ['will the disk last the week?', 'too little history'],
    ['who is the president of France?', 'is not collected, or I did not understand'],
  ])('%s, which it does not know, with what can be done', async (question, expected) => {
    expect(await said(question)).toEqual({ kind: 'unknown', text: expect.stringContaining(expected) })
  })

  test('whether the disk lasts, from the line through the last week', async () => {
    const past = {
      labels: { mountpoint: '/' },
      trend: { resolution: 'hour' as const, stepSeconds: 10_800, points: FALLING },
    }
    const from = sourcesOf(snapshot, { history: async () => [past] })
    expect(await said('Will the disk last the week?', from)).toEqual({
      kind: 'answered',
      text: expect.stringMatching(/^No: .*falling by 8 GiB a day.*used up in 5 d 15 h/),
    })
    expect((await said('will the disk last three days? 3 days', from)).text).toMatch(/^Yes/)
  })

  test('the eight questions that a team asks, each with what it rests on, where that was read and when', async () => {
    const statement = (queryId: string, text: string, calls: number, each: number): Statement => ({
      queryId,
      userName: 'app',
      databaseName: 'app',
      topLevel: true,
      text,
      counters: { ...NO_COUNTERS, calls, seconds: calls * each },
      meanSeconds: seconds(each),
      maximumSeconds: seconds(each),
      deviationSeconds: seconds(0),
      window: null,
    })
    const [main] = snapshot.databases
    const databases = main && [
      {
        ...main,
        statements: {
          readAt: NOW,
          extensionVersion: '1.12',
          tracked: 2,
          windowSeconds: null,
          windowCalls: null,
          windowExecutionSeconds: null,
          deallocations: 0,
          statisticsResetAt: null,
          top: [
            statement('111', 'SELECT * FROM orders WHERE id = $1', 10_000, 0.001),
            statement('222', 'SELECT count(*) FROM orders', 10, 90),
          ],
        },
      },
    ]
    const { report } = sources
    const plan = makePlan({ title: 'Set work_mem of main to 64MB', host: snapshot.host })
    const from = sourcesOf(
      { ...snapshot, ...(databases && { databases }) },
      {
        report: {
          ...report,
          changes: {
            since: timestamp(new Date(Date.parse(NOW) - 86_400_000)),
            appeared: report.findings.slice(0, 1).map(({ id }) => id),
            ongoing: [],
            worse: [],
            resolved: [{ id: 'disk-1', title: 'The disk is nearly full', severity: 'high' }],
          },
          deployments: [{ at: NOW, title: 'container api: image app:1 → app:2', changed: [], compared: 0 }],
        },
        history: async () => [
          {
            labels: { mountpoint: '/' },
            trend: { resolution: 'hour', stepSeconds: 10_800, points: FALLING },
          },
        ],
        audit: async () => [UNDONE],
        plan: async () => plan,
        executionOf: async () => EXECUTION,
      },
    )
    const expected: readonly (readonly [string, RegExp, string])[] = [
      ['Why is the API down?', /cryptography is not in the image/, 'docker inspect'],
      [
        'What changed since yesterday?',
        /New: .*Gone: The disk is nearly full\..*Put into use at .*app:1 → app:2.*1 fix ran: Set work_mem/,
        'two readings, compared',
      ],
      ['Which container uses most memory?', /^webui has the most/, 'container_memory_working_set_bytes'],
      ['Is the GPU used?', /^Yes: 1 of 2 work/, 'the driver'],
      ['Will the disk last the week?', /^No: \/ runs out/, 'node_filesystem_avail_bytes'],
      ['What would happen if I raised shared_buffers?', /128 MiB now/, 'pg_settings.shared_buffers'],
      ['Why was this fix undone?', /undone, approved by U1 .*It made queries slower\./, 'execution run-1'],
      ['Which statements cost most?', /main 222: 15 min in 10 calls.*main 111/, 'pg_stat_statements of main'],
    ]
    for (const [question, text, source] of expected) {
      const answer = await ask(question, from, { writer: null })
      expect(answer).toMatchObject({ kind: 'answered' })
      expect(answer.sentences.join(' ')).toMatch(text)
      expect(answer.evidence.map((each) => each.source).join(' ')).toContain(source)
      for (const each of answer.evidence)
        expect(citeEvidence(each)).toMatch(/ \(.+, \d{4}-\d\d-\d\d \d\d:\d\d UTC\)$/)
    }
    // Several hosts may share a store.
    const elsewhere = { ...from, plan: async () => ({ ...plan, host: 'another' }) }
    const changed = await ask('What changed since yesterday?', elsewhere, { writer: null })
    expect(changed.sentences.join(' ')).not.toContain('work_mem')
    const undone = await ask('Why was this fix undone?', elsewhere, { writer: null })
    expect(undone.sentences.join(' ')).not.toContain('work_mem')
  })

  test('a follow-up, by what was asked before', async () => {
    const { understood } = await ask('how hot is GPU 0?', sources, { writer: null })
    expect((await said('and GPU 1?', sources, understood)).text).toBe('GPU temperature: GPU 1 60 °C.')
    const api = await ask('is api running?', sources, { writer: null })
    expect((await said('why?', sources, api.understood)).text).toContain('cryptography')
  })
})

describe('a model', () => {
  let prompts: Prompts
  let server: ollama.FakeOllama | null = null
  beforeAll(async () => {
    prompts = await loadPrompts(join(import.meta.dirname, '../../../prompts'))
  })
  afterEach(() => server?.close())

  const asked = async (question: string, chat: ollama.ChatBehaviour, from = sources) => {
    server = await ollama.startFakeOllama({ chat })
    return ask(question, from, {
      writer: {
        ...WRITER_DEFAULTS,
        patienceSeconds: seconds(0),
        servers: [modelServer(server.url)],
        prompt: prompts.answer,
      },
    })
  }

  test('puts the facts into words, of which only what can be traced is kept', async () => {
    const answer = await asked(
      'which container uses most memory?',
      ollama.answers('`webui` uses the most memory, 300 MiB.', 'Container `mailer` uses 900 MiB.'),
    )
    expect(answer.sentences).toEqual(['`webui` uses the most memory, 300 MiB.'])
    expect(answer.writer).toEqual({
      kind: 'model',
      model: 'qwen3:8b',
      why: expect.stringContaining('nothing else is in memory there'),
      verified: 1,
      removed: 1,
      lookedUp: [],
    })
    expect(server?.chats[0]?.messages[1]?.content).toContain('Found: webui has the most')
  })

  test('that fails leaves the facts, with the reason', async () => {
    const answer = await asked('how much memory is free?', ollama.fails(503, 'server busy'))
    expect(answer.sentences).toEqual(['Memory available: 24 GiB.'])
    expect(answer.writer).toMatchObject({ kind: 'computed', reason: expect.stringContaining('server busy') })
  })

  test('is not asked for what is not known', async () => {
    expect((await asked('is redis ok?', ollama.answers('Redis is fine.'))).kind).toBe('unknown')
    expect(server?.chats).toEqual([])
  })
})
