import { chromiumIsMissing, whySkipped } from './chromium.ts'
import { dockerSocket } from './docker.ts'
import { nodeExporterIsMissing, whyWithoutNodeExporter } from './node-exporter.ts'

/** Said once before the tests: which of them this machine has no engine for. */
export function setup(): void {
  const missing = [
    ...(dockerSocket() === null
      ? [
          'no Docker engine answers (PERFBOT_TEST_DOCKER_SOCKET, /var/run/docker.sock): tests that need one are skipped',
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
  ]
  for (const line of missing) process.stderr.write(`perfbot: ${line}\n`)
}
