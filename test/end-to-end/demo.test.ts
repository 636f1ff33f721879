import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumIsMissing, launchChromium, whySkipped } from '../support/chromium.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** Where the screenshots go, for whoever wants to look at them. */
const PICTURES = process.env.PERFBOT_TEST_PICTURES

/** `npm run demo` as a person runs it, on a machine without Docker, a database or Ollama. */
async function startDemo(temporary: string): Promise<{ demo: ChildProcess; address: string }> {
  const demo = spawn(process.execPath, [MAIN, 'demo', '--port', '0'], {
    cwd: temporary,
    env: {
      PATH: process.env.PATH,
      HOME: temporary,
      TMPDIR: temporary,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    let printed = ''
    demo.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const [found] = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(printed) ?? []
      if (found) resolve(found)
    })
    demo.once('exit', () => reject(new Error(`the demo ended without an address: ${printed}`)))
  })
  return { demo, address }
}

describe.skipIf(chromiumIsMissing)(`the demo in a browser${whySkipped}`, () => {
  let temporary: string
  let demo: ChildProcess
  let browser: Browser
  let page: Page

  const picture = async (name: string) => {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
  }

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'perfbot-demo-test-'))
    // PostgreSQL does not run as root, and its own user has to get in.
    await chmod(temporary, 0o755)
    const [started, launched] = await Promise.all([startDemo(temporary), launchChromium()])
    demo = started.demo
    browser = launched
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.goto(started.address)
  })

  afterAll(async () => {
    await browser?.close()
    demo?.kill('SIGKILL')
    await rm(temporary, { recursive: true, force: true })
  })

  it('shows a report about this machine, and what is missing as a gap, not as an error', async () => {
    await page.getByRole('button', { name: 'Measure again' }).first().waitFor({ timeout: 30_000 })
    await picture('report')
    const text = await page.locator('body').innerText()
    expect(text).toContain('CPU busy')
    expect(text).toContain('checks passed')
    expect(text).toMatch(/Not here: .*Ollama/)
    expect(text).not.toContain('did not work')
  })

  it('answers commands that are typed', async () => {
    const composer = page.getByRole('textbox', { name: /Message/ })
    await composer.fill('/perf help')
    await composer.press('Enter')
    await page.getByText('/perf whoami').first().waitFor()
    await composer.fill('/perf status')
    await composer.press('Enter')
    await page.getByText('has the details and the fixes').first().waitFor({ timeout: 20_000 })
    await picture('commands')
  })

  it('applies a fix that a person approves, and shows what was measured before and after', async () => {
    // On a machine with worse troubles this fix has its button in the thread.
    await page
      .getByText(/replies/)
      .first()
      .click()
    await page
      .getByRole('button', { name: /Review: Set idle_in_transaction/ })
      .first()
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('ALTER SYSTEM SET').first().waitFor()
    await picture('approval')
    await dialog.getByRole('button', { name: 'Approve and apply' }).click()
    await page.getByText('0 s → 5 min').first().waitFor({ timeout: 30_000 })
    await picture('applied')
  })

  it('ends at Ctrl-C and leaves nothing behind', async () => {
    const ended = once(demo, 'exit')
    demo.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect((await readdir(temporary)).filter((name) => name.startsWith('perfbot-'))).toEqual([])
  })
})
