import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GpuReading } from '../../model/gpu-reading.ts'
import { numberOf, textOf } from './sysfs-values.ts'

/** GT/s of each generation of PCI Express, as sysfs writes them: "16.0 GT/s PCIe". */
const GENERATIONS: Readonly<Record<string, number>> = {
  '2.5': 1,
  '5.0': 2,
  '8.0': 3,
  '16.0': 4,
  '32.0': 5,
  '64.0': 6,
}

const AMD_GPUS = '0x1002'

/**
 * The link between card and slot. Navi and Vega cards have a switch on the card, and the GPU states its link to that,
 * which is always fast and wide (Umio-Yasuno/amdgpu_top#33, nokyan/resources#512): the switch's own upstream port is
 * the one to ask. At most is what the port above, of the slot, can do as well.
 */
export async function linkOf(device: string): Promise<GpuReading['pcie']> {
  const card = await upstreamPort(await realpath(device))
  const slot = dirname(card)
  return {
    generation: await generationOf(join(card, 'current_link_speed')),
    generationMaximum: least(
      await generationOf(join(card, 'max_link_speed')),
      await generationOf(join(slot, 'max_link_speed')),
    ),
    width: await widthOf(join(card, 'current_link_width')),
    widthMaximum: least(
      await widthOf(join(card, 'max_link_width')),
      await widthOf(join(slot, 'max_link_width')),
    ),
    replays: await numberOf(join(device, 'pcie_replay_count')),
  }
}

/** The outermost device that is still of the card. */
async function upstreamPort(device: string): Promise<string> {
  const above = dirname(device)
  const isOfCard = (await textOf(join(above, 'vendor'))) === AMD_GPUS
  return isOfCard ? upstreamPort(above) : device
}

const generationOf = async (path: string): Promise<number | null> =>
  GENERATIONS[/^[\d.]+/.exec((await textOf(path)) ?? '')?.[0] ?? ''] ?? null

/** 255 lanes: the kernel does not know. */
const widthOf = async (path: string): Promise<number | null> => {
  const width = await numberOf(path)
  return width !== null && width > 0 && width <= 32 ? width : null
}

function least(card: number | null, slot: number | null): number | null {
  if (card === null || slot === null) return card
  return Math.min(card, slot)
}
