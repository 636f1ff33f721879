import type Docker from 'dockerode'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../src/demo/postgres.ts'
import type { Message } from '../../src/playground/workspace.ts'
import { describeWithDocker, dockerSocket, waitForContainer } from '../support/docker.ts'
import { type DockerArea, importBusybox } from '../support/docker-area.ts'
import { FOUNDER, type System, startSystem, VISITOR } from './system.ts'

const MEBIBYTE = 1024 ** 2

/** What the image's Python would print; a fake of the program, while the engine, its restarts and its log are real. */
const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/app/main.py", line 3, in <module>',
  "ModuleNotFoundError: No module named 'cryptography'",
].join('\\n')

const textOf = (message: Message): string => JSON.stringify([message.text, message.blocks])

/** The id of the button of a message that says this; undefined when it has none. */
const buttonIn = (message: Message, text: string): string | undefined =>
  (message.blocks ?? [])
    .flatMap((block) =>
      block.type === 'actions' ? (block.elements as { action_id: string; text: { text: string } }[]) : [],
    )
    .find((button) => button.text.text.includes(text))?.action_id

describeWithDocker('/perf report on real engines', (client: Docker) => {
  let area: DockerArea
  let postgres: ThrowawayPostgres
  let system: System
  let nearLimit: Docker.Container
  let report: Message

  const parents = () =>
    system.playground
      .messages(system.channel)
      .filter((message) => message.thread_ts === undefined || message.thread_ts === message.ts)
  const thread = (ts: string) =>
    system.playground
      .messages(system.channel)
      .filter((message) => message.thread_ts === ts && message.ts !== ts)

  beforeAll(async () => {
    ;[area, postgres] = await Promise.all([importBusybox(client), startThrowawayPostgres()])
    const limits = { Memory: 64 * MEBIBYTE, MemorySwap: 64 * MEBIBYTE }
    const crashing = await area.run('api', `printf "${TRACEBACK}\\n" >&2; exit 1`, {
      HostConfig: { RestartPolicy: { Name: 'always' } },
    })
    // A file in shared memory counts as the container's own and cannot be reclaimed like a cache.
    nearLimit = await area.run('cache', 'dd if=/dev/zero of=/dev/shm/kept bs=1M count=58; sleep 1000', {
      HostConfig: limits,
    })
    await area.run('web', 'echo ready; sleep 1000', { HostConfig: { Memory: 256 * MEBIBYTE } })
    await waitForContainer(crashing, ({ RestartCount }) => RestartCount >= 3, 60)

    const socket = dockerSocket()
    if (!socket) throw new Error('the engine is gone')
    system = await startSystem({
      docker: [{ name: 'local', socket, configured: true }],
      postgres: [{ name: 'main', url: postgres.superuserUrl, configured: true }],
    })
  })

  afterAll(async () => {
    await system?.stop()
    await Promise.all([area?.removeAll(), postgres?.stop()])
  })

  it('tells the failing, the endangered and the healthy container apart', async () => {
    const { playground, channel } = system
    await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf report' })
    report = await playground.until(
      () => parents().find((message) => textOf(message).includes('measure_again')),
      30_000,
    )
    const { findings } = (await system.perfbot.latestReport()) ?? { findings: [] }
    const about = (part: string) =>
      findings
        // Habits that are no fault yet, such as having no healthcheck, are told of these containers too.
        .filter(({ target, severity }) => target.name === area.name(part) && severity !== 'low')
        .map(({ rule }) => rule)
    expect(about('api')).toEqual(['crash-loop'])
    expect(about('cache')).toEqual(['memory-near-limit'])
    expect(about('web')).toEqual([])
    expect(findings.find(({ target }) => target.name === area.name('api'))?.rootCause).toContain(
      'The Python module cryptography is not in the image.',
    )
    expect(findings.find(({ rule }) => rule === 'pg-shared-buffers')?.title).toContain('128 MiB')
  })

  it('puts the tables into the thread of the report', async () => {
    await system.playground.until(
      () => thread(report.ts).some((message) => textOf(message).includes('"PostgreSQL"')),
      15_000,
    )
    const tables = thread(report.ts).flatMap((message) =>
      (message.blocks ?? []).filter((block) => block.type === 'table'),
    )
    expect(JSON.stringify(tables)).toContain(area.name('web'))
  })

  /** Other tests have their containers on the same engine: where theirs are worse, this button is in the thread. */
  async function reviewMemoryFix(user: string) {
    const { playground, channel } = system
    const text = `Set the memory limit of ${area.name('cache')}`
    const message = await playground.until(() =>
      [report, ...thread(report.ts)].find((candidate) => buttonIn(candidate, text)),
    )
    const action_id = buttonIn(message, text) ?? ''
    await playground.clickButton({ user, channel, message_ts: message.ts, action_id })
    return playground.until(() => playground.views(user).at(-1))
  }

  it('refuses somebody who may not approve, and says whom to ask', async () => {
    const view = await reviewMemoryFix(VISITOR)
    expect(JSON.stringify(view)).toContain(`<@${FOUNDER}>`)
    expect(view.submit).toBeFalsy()
    expect((await nearLimit.inspect()).HostConfig.Memory).toBe(64 * MEBIBYTE)
  })

  it('applies the memory fix at the approval of one who may, verifies it, and says what was measured', async () => {
    const { playground } = system
    const view = await reviewMemoryFix(FOUNDER)
    expect(JSON.stringify(view)).toContain('docker update')
    await playground.submitView({ user: FOUNDER, view_id: view.id, values: {} })
    const said = await playground.until(
      () => thread(report.ts).find((message) => textOf(message).includes('Applied and verified')),
      30_000,
    )
    expect((await nearLimit.inspect()).HostConfig.Memory).toBe(80 * MEBIBYTE)
    expect(textOf(said)).toContain('64 MiB → 80 MiB')
  })

  it('writes approvals and refusals into an audit log that is whole', async () => {
    const entries = await system.perfbot.audit(10)
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual(
      expect.arrayContaining([
        ['approved', FOUNDER],
        ['finished', FOUNDER],
      ]),
    )
    expect(await system.perfbot.verifyAudit()).toBeNull()
  })

  it('does nothing at a second approval of the same fix', async () => {
    const [offered] = (await system.perfbot.fixesOf((await system.perfbot.latestReport())?.id ?? '')).filter(
      ({ execution }) => execution,
    )
    if (!offered) throw new Error('the fix that was applied is not among those offered')
    await nearLimit.update({ Memory: 96 * MEBIBYTE, MemorySwap: 96 * MEBIBYTE })
    const again = await system.perfbot.approve({
      planId: offered.plan.id,
      digest: offered.plan.digest,
      person: { id: FOUNDER, userGroups: [] },
    })
    expect(again).toMatchObject({ kind: 'refused', reason: expect.stringContaining('at most once') })
    expect((await nearLimit.inspect()).HostConfig.Memory).toBe(96 * MEBIBYTE)
  })

  it('sets a PostgreSQL parameter by button, live', async () => {
    const { playground, channel } = system
    const report = await system.perfbot.latestReport()
    const offered = await system.perfbot.fixesOf(report?.id ?? '')
    const timeout = offered.find(({ plan }) => plan.parameters.name === 'idle_in_transaction_session_timeout')
    if (!timeout) throw new Error('no fix for the timeout')
    await playground.sendSlashCommand({ user: FOUNDER, channel, text: '/perf fixes' })
    const list = await playground.until(() =>
      playground
        .ephemeral(channel, FOUNDER)
        .find((message) => textOf(message).includes('idle_in_transaction_session_timeout')),
    )
    await playground.clickButton({
      user: FOUNDER,
      channel,
      message_ts: list.ts,
      action_id: `review_fix:${timeout.plan.id}`,
    })
    const view = await playground.until(() =>
      playground.views(FOUNDER).find((open) => JSON.stringify(open).includes('ALTER SYSTEM')),
    )
    await playground.submitView({ user: FOUNDER, view_id: view.id, values: {} })
    await playground.until(
      () =>
        playground
          .messages(channel)
          .find((message) => textOf(message).includes('Applied and verified: Set idle_in')),
      30_000,
    )
    const again = await system.perfbot.takeReport({ inPassing: true })
    expect(again.findings.map(({ rule }) => rule)).not.toContain('pg-idle-timeout-off')
  })

  /** What only the person who typed it sees, once it holds the text. */
  async function answerTo(text: string, holds: string, user = FOUNDER): Promise<string> {
    const { playground, channel } = system
    await playground.sendSlashCommand({ user, channel, text })
    const found = await playground.until(
      () => playground.ephemeral(channel, user).find((message) => textOf(message).includes(holds)),
      30_000,
    )
    return textOf(found)
  }
  const latestPlan = async (text: string) => {
    const plan = (await system.perfbot.openFixes()).find(({ title }) => title.includes(text))
    if (!plan) throw new Error(`no plan ${text}`)
    return plan
  }

  it('plans a fix by hand, applies it at a typed approval, takes it back, and says so in the audit', async () => {
    const { playground, channel } = system
    const value = async () =>
      (await system.perfbot.executions(1)).map(({ outcome, message }) => `${outcome} ${message}`)[0]
    const shown = await answerTo(
      '/perf fix postgres.set-role-timeout main role=perfbot setting=lock_timeout value=30s',
      'Set lock_timeout of the role perfbot',
    )
    expect(shown).toContain(`ALTER ROLE \\"perfbot\\" SET`)
    expect(shown).toContain('One person has to approve it')
    const plan = await latestPlan('lock_timeout')

    expect(await answerTo(`/perf approve ${plan.id}`, 'You are not among those', VISITOR)).toContain(
      `<@${FOUNDER}>`,
    )
    await playground.sendSlashCommand({
      user: FOUNDER,
      channel,
      text: `/perf approve ${plan.id} migrations hang`,
    })
    await playground.until(
      () =>
        playground
          .messages(channel)
          .find((message) => textOf(message).includes('the lock_timeout of role perfbot of main is 30s')),
      30_000,
    )
    const [execution] = await system.perfbot.executions(1)
    expect(await answerTo('/perf fixes', `/perf undo ${execution?.id}`)).toContain('verified')
    await playground.sendSlashCommand({
      user: FOUNDER,
      channel,
      text: `/perf undo ${execution?.id} too short`,
    })
    await playground.until(
      () =>
        playground
          .messages(channel)
          .find((message) => textOf(message).includes('Undone: it was asked for: too short')),
      30_000,
    )
    expect(await value()).toContain('undone')
    const audit = await answerTo('/perf audit main 1h', 'migrations hang')
    for (const word of ['proposed', 'approved', 'finished', 'undo']) expect(audit).toContain(`*${word}*`)
  })

  it('closes a fix that somebody rejects, for everybody', async () => {
    const { playground, channel } = system
    await answerTo(
      '/perf fix postgres.analyze main schema=pg_catalog table=pg_class',
      'Analyse pg_catalog.pg_class',
    )
    const plan = await latestPlan('pg_class')
    await playground.sendSlashCommand({ user: FOUNDER, channel, text: `/perf reject ${plan.id} not now` })
    await playground.until(() =>
      playground.messages(channel).find((message) => textOf(message).includes('Rejected: Analyse')),
    )
    expect(await answerTo(`/perf approve ${plan.id}`, 'It was rejected: not now')).toContain('not now')
  })
})
