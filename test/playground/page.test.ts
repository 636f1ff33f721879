import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumIsMissing, launchChromium, whySkipped } from '../support/chromium.ts'
import { connect, plain } from './bolt.ts'

let browser: Browser | undefined
beforeAll(async () => {
  if (!chromiumIsMissing) browser = await launchChromium()
})
afterAll(() => browser?.close())

const feedback = {
  type: 'feedback_buttons' as const,
  action_id: 'feedback',
  positive_button: { text: plain('Helpful'), value: 'yes' },
  negative_button: { text: plain('Not helpful'), value: 'no' },
}

test.skipIf(chromiumIsMissing)(`a person uses the page as they would use Slack${whySkipped}`, async () => {
  await using connected = await connect({ page: true }, (app) => {
    app.command('/perf', async ({ ack, command, say }) => {
      await ack(`Only for <@${command.user_id}>`)
      await say({
        text: 'Report',
        blocks: [
          { type: 'header', text: plain('Report on web-1') },
          { type: 'section', text: { type: 'mrkdwn', text: 'It is *slow* <script>alert(1)</script>' } },
          // A cell that the drawing library does not know, and a block that it does not know either.
          { type: 'table', rows: [[{ type: 'raw_number', value: 276.7, text: '276.7 ms' }]] },
          { type: 'context_actions', elements: [feedback] },
          {
            type: 'actions',
            elements: [
              {
                type: 'button',
                action_id: 'restart',
                style: 'danger',
                text: plain('Restart'),
                confirm: {
                  title: plain('Really?'),
                  text: plain('It will be away.'),
                  confirm: plain('Do it'),
                },
              },
            ],
          },
        ],
      })
    })
    app.action('restart', async ({ ack, body, client }) => {
      await ack()
      if (body.type !== 'block_actions') return
      const input = { type: 'plain_text_input' as const, action_id: 'text' }
      await client.views.open({
        trigger_id: body.trigger_id,
        view: {
          type: 'modal',
          callback_id: 'reason',
          private_metadata: `${body.channel?.id} ${body.message?.ts}`,
          title: plain('Restart web-1'),
          submit: plain('Restart'),
          blocks: [{ type: 'input', block_id: 'why', label: plain('Reason'), element: input }],
        },
      })
    })
    app.view('reason', async ({ ack, view, client }) => {
      await ack()
      const [channel = '', thread_ts = ''] = view.private_metadata.split(' ')
      const reason = view.state.values.why?.text?.value
      await client.chat.postMessage({ channel, thread_ts, text: `Restarted: ${reason}` })
    })
  })
  const { playground } = connected
  const page = await (browser as Browser).newPage({ viewport: { width: 1280, height: 800 } })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(playground.url).origin) && !request.url().startsWith('data:'))
      problems.push(`the page asked for ${request.url()}`)
  })
  await page.goto(playground.url)
  expect(await page.title()).toBe('perfbot playground')

  const composer = page.getByRole('textbox', { name: 'Message #ops' })
  await composer.fill('/pe')
  await page.getByRole('button', { name: '/perf' }).click()
  await composer.pressSequentially('hello')
  await composer.press('Enter')
  await page.getByText('Only visible to you').waitFor()
  await page.getByText('Report on web-1').waitFor()
  await page.getByText('276.7 ms').waitFor()
  await page.getByRole('button', { name: 'Not helpful' }).waitFor()
  // What an app says is shown, never run.
  await page.getByText('<script>alert(1)</script>').waitFor()

  await page.getByRole('button', { name: 'Restart' }).click()
  await page.getByRole('dialog', { name: 'Really?' }).getByRole('button', { name: 'Do it' }).click()
  const modal = page.getByRole('dialog', { name: 'Restart web-1' })
  await modal.getByRole('button', { name: 'Restart' }).click()
  await modal.getByText('Please complete this required field.').waitFor()
  await modal.getByLabel('Reason').fill('it is stuck')
  await modal.getByRole('button', { name: 'Restart' }).click()
  await page.getByRole('button', { name: '1 reply' }).click()
  await page.getByRole('complementary', { name: 'Thread' }).getByText('Restarted: it is stuck').waitFor()

  await page.getByLabel('visitor').check()
  await page.getByText('Report on web-1').first().waitFor()
  await expect.poll(() => page.getByText('Only visible to you').count()).toBe(0)
  expect(problems).toEqual([])
})
