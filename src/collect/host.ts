import type { Seconds } from '../model/units.ts'
import type { Collector } from './collector.ts'
import { hostElsewhere } from './host/elsewhere.ts'
import { cachedInventory } from './host/inventory.ts'
import { linuxHost } from './host/linux.ts'
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
