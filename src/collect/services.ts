import type { ServiceReading } from '../model/service-reading.ts'
import { type Seconds, seconds } from '../model/units.ts'
import { readAuthority } from './authority.ts'
import { CollectFailure, type Collector } from './collector.ts'
import { type Probe, type ProbedService, probedService, type Seen } from './services/service.ts'
import { publicUrl, type ServiceSource } from './services/source.ts'
import { ENOUGH_SAMPLES, type ProbeSample, recentOf, stillWanted, tailOf } from './services/windows.ts'

/** Of the deadline: what waits must not cost the reading of what was answered. The rest is for looks beside. */
const SHARE_OF_THE_PROBES = 0.7
const SHARE_OF_A_LOOK = 0.15

/** At the start there are too few samples for P95: a service that answers fast is asked more often at once. */
const FILLING_SECONDS = 2

export function serviceCollector(source: ServiceSource, deadline: Seconds): Collector {
  let samples: ProbeSample[] = []
  let service: ProbedService | null = null

  /** Asks as often as is wanted, one after another. None is begun that could not have its full time. */
  async function probeAll(probed: ProbedService, signal: AbortSignal): Promise<Probe> {
    const begun = performance.now()
    const budget = deadline * SHARE_OF_THE_PROBES
    const limit = seconds(Math.min(source.timeout, budget))
    const wanted = Math.max(source.probes, ENOUGH_SAMPLES - recentOf(samples, begun).samples)
    for (let count = 1; ; count += 1) {
      const probe = await probed.probe(limit, signal)
      samples.push(probe.sample)
      const spent = (performance.now() - begun) / 1000
      const fills = count >= source.probes
      if (count >= wanted || spent + limit > budget) return probe
      if (fills && (spent > FILLING_SECONDS || probe.sample.failure !== null)) return probe
    }
  }

  return {
    name: `services:${source.name}`,
    missing: `service ${source.name}`,
    async collect(signal) {
      const url = urlOf(source)
      const begun = performance.now()
      service ??= probedService(
        source,
        url,
        readAuthority(source.ca, whereConfigured(source)),
        seconds(deadline * SHARE_OF_A_LOOK),
      )
      const latest = await probeAll(service, signal)
      const hasTime = (performance.now() - begun) / 1000 < deadline * SHARE_OF_THE_PROBES
      if (hasTime) await service.lookAtAssets(latest, signal)
      const now = performance.now()
      samples = stillWanted(samples, now)
      return { services: [readingOf(source, url, latest, service.seen(), samples, now)] }
    },
    async close() {
      service?.close()
    },
  }
}

const whereConfigured = ({ name }: ServiceSource): string => `services: ${name} in config/perfbot.yaml`

function urlOf(source: ServiceSource): URL {
  if (URL.canParse(source.url)) return new URL(source.url)
  throw new CollectFailure(
    'failed',
    'The address of the service is not a URL',
    `Write it as https://host/path under ${whereConfigured(source)}`,
  )
}

function readingOf(
  source: ServiceSource,
  url: URL,
  latest: Probe,
  seen: Seen,
  samples: readonly ProbeSample[],
  now: number,
): ServiceReading {
  const { status, failure, responseTime } = latest.sample
  return {
    name: source.name,
    url: publicUrl(url),
    method: source.method,
    latest: { at: latest.at, succeeded: failure === null, status, failure, responseTime },
    recent: recentOf(samples, now),
    tail: tailOf(samples, now),
    ...seen,
    target: source.target,
  }
}
