import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { connect, plain, you } from './bolt.ts'

/** Fields that Slack sends and the samples, which are some years old, do not have. */
const newer = new Set(['context_team_id', 'context_enterprise_id', 'response_urls'])

/** Paths of `ours` that the sample does not have; below these, every payload has names of its own. */
function unknownPaths(ours: unknown, sample: unknown, path = ''): string[] {
  if (typeof ours !== 'object' || ours === null || /\.(blocks|state|actions)$/.test(path)) return []
  if (Array.isArray(ours))
    return ours.flatMap((it) => unknownPaths(it, Array.isArray(sample) ? sample[0] : undefined, path))
  const known = (typeof sample === 'object' && sample !== null ? sample : {}) as Record<string, unknown>
  return Object.entries(ours).flatMap(([field, value]) => {
    const isKnown = field in known || ['blocks', 'state', 'actions'].includes(field) || newer.has(field)
    return isKnown ? unknownPaths(value, known[field], `${path}.${field}`) : [`${path}.${field}`]
  })
}

async function sampleOf(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'))
}

test('payloads have the fields that Slack has been seen to send, and no others', async () => {
  const seen: Record<string, Record<string, unknown>> = {}
  const view = {
    type: 'modal' as const,
    callback_id: 'view',
    title: plain('View'),
    submit: plain('Go'),
    blocks: [{ type: 'divider' as const }],
  }
  await using connected = await connect({}, (app) => {
    app.use(async ({ body, next }) => {
      seen[String(Reflect.get(body, 'command') ?? Reflect.get(body, 'type'))] = { ...body }
      await next()
    })
    app.command('/perf', async ({ ack, say, command, client }) => {
      await ack()
      const elements = [{ type: 'button' as const, action_id: 'press', text: plain('Press') }]
      await say({ text: 'press', blocks: [{ type: 'actions', elements }] })
      await client.views.open({ trigger_id: command.trigger_id, view })
    })
    app.action('press', async ({ ack }) => ack())
    app.view('view', async ({ ack }) => ack())
  })
  const { playground } = connected
  await playground.sendSlashCommand({ user: you, channel: 'ops', text: '/perf report' })
  const modal = await playground.until(() => playground.views(you)[0])
  await playground.submitView({ user: you, view_id: modal.id, values: {} })
  const message_ts = playground.messages('ops')[0]?.ts ?? ''
  await playground.clickButton({ user: you, channel: 'ops', message_ts, action_id: 'press' })
  playground.sendMessage({ user: you, channel: 'ops', text: `<@${playground.botUserId}> hello` })
  await expect.poll(() => Object.keys(seen)).toHaveLength(4)

  const command = await sampleOf('SlashCommandPayload')
  expect(unknownPaths(seen['/perf'], command)).toEqual([])
  const ofOrganisation = ['enterprise_id', 'enterprise_name']
  const wanted = Object.keys(command).filter((field) => !ofOrganisation.includes(field))
  expect(Object.keys(seen['/perf'] ?? {}).sort()).toEqual(wanted.sort())

  expect(unknownPaths(seen.block_actions, await sampleOf('BlockActionPayload'))).toEqual([])
  expect(unknownPaths(seen.event_callback, await sampleOf('AppMentionPayload'))).toEqual([])
  expect(unknownPaths(seen.view_submission, await sampleOf('ViewSubmissionPayload'))).toEqual([])
  expect(seen.block_actions).toMatchObject({
    type: 'block_actions',
    container: { type: 'message', message_ts, is_ephemeral: false },
    actions: [{ type: 'button', action_id: 'press', text: { text: 'Press' } }],
    state: { values: {} },
  })
})
