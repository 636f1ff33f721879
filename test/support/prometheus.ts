import { existsSync } from 'node:fs'

/** Debian: apt install prometheus. A test that needs one is skipped without it, and says so in its name. */
const missing = ['/usr/bin/promtool', '/usr/bin/prometheus'].filter((path) => !existsSync(path))

export const prometheusIsMissing = missing.length > 0
export const whyNoPrometheus = prometheusIsMissing ? ` (skipped: there is no ${missing.join(', no ')})` : ''
