import { pino } from 'pino'
import type { Readings } from '../../src/exporter/scrape.ts'
import { type Exporter, type ExporterOptions, startExporter } from '../../src/exporter/server.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { seconds } from '../../src/model/units.ts'
import { NOW } from '../support/snapshot.ts'

/** An exporter of one snapshot that is current at NOW, on any free port. */
export const exporterOf = (
  newest: Snapshot | null,
  readings: Partial<Readings> = {},
  options: Partial<ExporterOptions> = {},
): Promise<Exporter> =>
  startExporter({
    port: 0,
    address: '127.0.0.1',
    readings: {
      newest: () => newest,
      collect: () => Promise.reject(new Error('nobody asked for a collection')),
      interval: () => seconds(60),
      clock: () => new Date(NOW),
      ...readings,
    },
    checks: [],
    logger: pino({ level: 'silent' }),
    ...options,
  })
