import { release } from 'node:os'
import { cpu, osInfo } from 'systeminformation'

/** What does not change while the machine runs. */
export type Inventory = { platform: string; distribution: string; kernel: string; cpuModel: string }

/** Asked once: systeminformation starts processes for it. A failed attempt is made again. */
export function cachedInventory(): () => Promise<Inventory> {
  let known: Promise<Inventory> | null = null
  return () => {
    known ??= readInventory().catch((error: unknown) => {
      known = null
      throw error
    })
    return known
  }
}

async function readInventory(): Promise<Inventory> {
  const [system, processor] = await Promise.all([osInfo(), cpu()])
  return {
    platform: process.platform,
    distribution: `${system.distro} ${system.release}`.trim(),
    kernel: release(),
    cpuModel: `${processor.manufacturer} ${processor.brand}`.trim() || 'unknown',
  }
}
