import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Whether there is no browser; a test that needs one is skipped then, and says so in its name. */
export const chromiumIsMissing = !existsSync(executablePath)
export const whySkipped = chromiumIsMissing ? ` (skipped: there is no ${executablePath}; set CHROMIUM)` : ''

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const OFFLINE = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

/** A headless Chromium that speaks to nobody but the page. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...QUIET, ...OFFLINE] })
