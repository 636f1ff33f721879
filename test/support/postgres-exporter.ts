import { existsSync } from 'node:fs'

const DEBIAN = '/usr/bin/prometheus-postgres-exporter'

/** The independent tool that readings are compared with. Debian: apt install prometheus-postgres-exporter. */
export const postgresExporter = existsSync(DEBIAN) ? DEBIAN : null
export const whyNoExporter = postgresExporter ? '' : ` (skipped: there is no ${DEBIAN})`
