import type { Seconds } from '../model/units.ts'
import type { Collector } from './collector.ts'
import { cachedInventory, type Inventory } from './host/inventory.ts'
import { type HostSource, linuxHost } from './host/linux.ts'
import type { SystemPaths } from './system-paths.ts'

export function hostCollector(
  windowSeconds: Seconds,
  paths: SystemPaths,
  platform: NodeJS.Platform = process.platform,
): Collector {
  const inventory = cachedInventory(platform, paths)
  const { read, close } =
    platform === 'linux'
      ? linuxHost(windowSeconds, paths, inventory)
      : hostElsewhere(windowSeconds, inventory)
  return {
    name: 'host',
    missing: 'The host itself',
    collect: read,
    close: async () => close(),
  }
}

/** What reads other platforms is loaded there only: on Linux it would be a fortieth of perfbot's memory for nothing. */
function hostElsewhere(windowSeconds: Seconds, inventory: () => Promise<Inventory>): HostSource {
  let source: Promise<HostSource> | null = null
  return {
    async read(signal) {
      source ??= import('./host/elsewhere.ts').then((elsewhere) =>
        elsewhere.hostElsewhere(windowSeconds, inventory),
      )
      return (await source).read(signal)
    },
    // There is nothing that it keeps open.
    close: () => {},
  }
}
