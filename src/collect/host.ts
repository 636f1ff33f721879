import type { Seconds } from '../model/units.ts'
import type { Collector } from './collector.ts'
import { hostElsewhere } from './host/elsewhere.ts'
import { cachedInventory } from './host/inventory.ts'
import { linuxHost } from './host/linux.ts'

export function hostCollector(
  windowSeconds: Seconds,
  platform: NodeJS.Platform = process.platform,
): Collector {
  const inventory = cachedInventory()
  const read =
    platform === 'linux' ? linuxHost(windowSeconds, inventory) : hostElsewhere(windowSeconds, inventory)
  return { name: 'host', missing: 'The host itself', collect: read }
}
