import type { Logger } from 'pino'
import type { Exporter } from '../exporter/server.ts'
import type { Perfbot } from '../perfbot.ts'
import { intervalOf } from '../schedule/jobs.ts'
import type { Face } from '../slack/face.ts'

/**
 * Serves /metrics, /healthz and /readyz where the configuration asks for them. Where that cannot be, it is logged and
 * perfbot goes on without.
 */
export async function serveMetrics(
  perfbot: Perfbot,
  face: Pick<Face, 'isConnected'> | null,
  logger: Logger,
): Promise<Exporter | null> {
  const { metrics, collect } = perfbot.config
  if (!metrics) return null
  // Loaded where it is asked for only.
  const { ExporterFailure, startExporter } = await import('../exporter/server.ts')
  try {
    const exporter = await startExporter({
      ...metrics,
      readings: {
        newest: () => perfbot.newestSnapshot(),
        collect: () => perfbot.collect(),
        interval: () => intervalOf(collect.schedule),
        clock: () => new Date(),
      },
      checks: [
        { part: 'store', reason: () => perfbot.storeProblem() },
        ...(face
          ? [{ part: 'slack', reason: async () => (face.isConnected() ? null : 'not connected to Slack') }]
          : []),
      ],
      logger,
    })
    logger.info({ url: `${exporter.url}/metrics` }, 'metrics are served')
    return exporter
  } catch (error) {
    if (!(error instanceof ExporterFailure)) throw error
    logger.error({ err: error }, error.message)
    return null
  }
}
