import { chromiumIsMissing, whySkipped } from './chromium.ts'
import { dockerSocket } from './docker.ts'
import { nodeExporterIsMissing, whyWithoutNodeExporter } from './node-exporter.ts'
import { installations } from './postgres.ts'
import { whyNoExporter } from './postgres-exporter.ts'
import { redisIsMissing } from './redis.ts'

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
  for (const line of missing) process.stderr.write(`perfbot: ${line}\n`)
}
