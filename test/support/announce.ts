import { accessSync, constants } from 'node:fs'
import { chromiumIsMissing, whySkipped } from './chromium.ts'
import { dockerSocket } from './docker.ts'
import { nodeExporterIsMissing, whyWithoutNodeExporter } from './node-exporter.ts'
import { installations } from './postgres.ts'
import { whyNoExporter } from './postgres-exporter.ts'
import { redisIsMissing } from './redis.ts'

const isMissing = (command: string): boolean =>
  ![...(process.env.PATH ?? '').split(':'), '/usr/sbin'].some((directory) => {
    try {
      accessSync(`${directory}/${command}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Said once before the tests: which of them this machine has no engine for. */
export function setup(): void {
  const here = new Set(installations().map(({ major }) => major))
  const unreadPostgres = [13, 14, 15, 16, 17, 18].filter((major) => !here.has(major))
  const missing = [
    ...(dockerSocket() === null
      ? [
          'no Docker engine answers (PERFBOT_TEST_DOCKER_SOCKET, /var/run/docker.sock): tests that need one are skipped',
        ]
      : []),
    ...(whyNoExporter
      ? [
          `tests that compare with another tool are skipped: ${whyNoExporter.replace(/^ \(skipped: |\)$/g, '')}`,
        ]
      : []),
    ...(unreadPostgres.length > 0
      ? [
          `tests do not run on PostgreSQL ${unreadPostgres.join(', ')} (test/support/install-postgres.sh fetches what is missing)`,
        ]
      : []),
    ...(chromiumIsMissing
      ? [`tests that need a browser are skipped: ${whySkipped.replace(/^ \(skipped: |\)$/g, '')}`]
      : []),
    ...(nodeExporterIsMissing
      ? [
          `comparisons with node_exporter are skipped: ${whyWithoutNodeExporter.replace(/^ \(skipped: |\)$/g, '')}`,
        ]
      : []),
    ...(redisIsMissing
      ? ['redis-server and redis-cli are not installed: tests that need a Redis are skipped']
      : []),
  ]
  for (const command of ['podman', 'sshd', 'openssl', 'dockerd']) {
    if (isMissing(command)) missing.push(`tests that need ${command} are skipped: it is not installed`)
  }
  if (process.getuid?.() !== 0) missing.push('tests that start engines of their own are skipped: not root')
  for (const line of missing) process.stderr.write(`perfbot: ${line}\n`)
}
