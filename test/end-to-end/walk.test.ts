import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumIsMissing, launchChromium, whySkipped } from '../support/chromium.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** Where the screenshots go, for whoever wants to look at them. */
const PICTURES = process.env.PERFBOT_TEST_PICTURES

const PATIENCE = { timeout: 30_000 }

/** One walk through the recorded system: each step finds the page as the one before has left it. */
describe.skipIf(chromiumIsMissing)(
  `the recorded system in a browser${whySkipped}`,
  { timeout: 60_000 },
  () => {
    let temporary: string
    let demo: ChildProcess
    let browser: Browser
    let page: Page

    beforeAll(async () => {
      temporary = await mkdtemp(join(tmpdir(), 'perfbot-walk-'))
      // PostgreSQL does not run as root, and its own user has to get in.
      await chmod(temporary, 0o755)
      demo = spawn(process.execPath, [MAIN, 'demo', '--port', '0', '--scenario', 'example-system'], {
        cwd: temporary,
        env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const address = new Promise<string>((resolve, reject) => {
        let printed = ''
        demo.stdout?.on('data', (chunk: Buffer) => {
          printed += chunk.toString()
          const [found] = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(printed) ?? []
          if (found) resolve(found)
        })
        demo.once('exit', () => reject(new Error(`the demo ended without an address: ${printed}`)))
      })
      browser = await launchChromium()
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
      page.setDefaultTimeout(PATIENCE.timeout)
      await page.goto(await address)
    }, 60_000)

    afterAll(async () => {
      await browser?.close()
      demo?.kill('SIGINT')
      await new Promise((resolve) => (demo ? demo.once('exit', resolve) : resolve(null)))
      await rm(temporary, { recursive: true, force: true })
    })

    const picture = async (name: string) => {
      if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
    }
    const say = async (text: string) => {
      const composer = page.getByRole('textbox', { name: 'Message #ops' })
      await composer.fill(text)
      await composer.press('Enter')
    }
    const channel = () => page.getByRole('main')
    const shown = (text: string | RegExp) => channel().getByText(text).last().waitFor()
    it('shows the report, marked as recorded, and its details in the thread', async () => {
      await page.getByRole('button', { name: 'Measure again' }).first().waitFor()
      expect(await page.getByRole('note').innerText()).toContain('Recorded.')
      await shown(/api-1 restarts again and again: The Python module cryptography is not in the image/)
      await picture('report')
      await page
        .getByText(/replies/)
        .first()
        .click()
      const thread = page.getByRole('complementary', { name: 'Thread' })
      await thread.getByText('2 NVIDIA GeForce RTX 3060').first().waitFor()
      await picture('thread')
      await page.getByRole('button', { name: 'Close thread' }).click()
    })

    it('has a Home tab with what waits, and a window of settings', async () => {
      await page.locator('.channel-link', { hasText: 'perfbot' }).click()
      await page.getByRole('tab', { name: 'Home' }).click()
      await shown('Waiting for your approval')
      await picture('home')
      const dialog = page.getByRole('dialog')
      // Slack lets a click open a window for three seconds only: where the machine was too slow, people click again.
      for (let click = 0; click < 4 && !(await dialog.isVisible()); click += 1) {
        await page.getByRole('button', { name: 'Settings' }).click()
        await dialog.waitFor({ timeout: 5000 }).catch(() => {})
      }
      await dialog.waitFor()
      await picture('settings')
      await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).first().click()
      await page.locator('.channel-link', { hasText: 'ops' }).click()
    })

    it('comes through what the panel of faults does to it', async () => {
      await page.getByRole('button', { name: 'Faults' }).click()
      const panel = page.getByRole('complementary', { name: 'Faults' })
      await panel.getByRole('button', { name: '500 for the next call' }).click()
      await panel.getByText(/^Waiting: 1 × 500/).waitFor()
      await picture('faults')
      await panel.getByRole('button', { name: 'Drop the socket' }).click()
      await page.getByText('perfbot is not connected.').waitFor()
      await page.getByText('perfbot is not connected.').waitFor({ state: 'detached' })
      await panel.getByText('Nothing is waiting.').waitFor()
      await page.getByRole('button', { name: 'Close faults' }).click()
      await say('/perf whoami')
      await shown(/You may approve fixes of/)
    })
  },
)
