import type { GpuReading } from '../../model/gpu-reading.ts'
import type { Unit } from '../../model/units.ts'
import { type Figure, number, type Place, type Reading, text } from './reading.ts'

/** Findings name a card by its index, which can be another card after a start: hence gpu.uuid. */
const gpuOf = ({ target, observation }: Place): GpuReading | null =>
  observation.snapshot?.gpus.find(({ index }) => String(index) === target.name) ?? null

const ofGpu = (
  name: string,
  unit: Unit,
  label: string,
  source: string,
  read: (gpu: GpuReading) => Figure | null,
): Reading => ({
  name,
  targets: ['gpu'],
  needs: [],
  unit,
  label: () => label,
  source: () => source,
  read: (place) => {
    const gpu = gpuOf(place)
    return gpu && read(gpu)
  },
})

export const GPU_READINGS: readonly Reading[] = [
  ofGpu('gpu.uuid', 'text', 'UUID', 'nvidia-smi uuid', ({ uuid }) => text(uuid)),
  ofGpu('gpu.maximum-power-limit', 'watts', 'highest power limit', 'nvidia-smi power.max_limit', (gpu) =>
    gpu.maximumPowerLimit === null ? null : number(gpu.maximumPowerLimit, 'watts'),
  ),
  ofGpu('gpu.vendor', 'text', 'vendor', 'the driver', ({ vendor }) => text(vendor)),
  ofGpu('gpu.persistence-mode', 'text', 'persistence mode', 'nvidia-smi persistence_mode', (gpu) =>
    gpu.persistenceMode === null ? null : text(gpu.persistenceMode ? 'on' : 'off'),
  ),
  ofGpu('gpu.power-limit', 'watts', 'power limit', 'nvidia-smi power.limit', ({ powerLimit }) =>
    powerLimit === null ? null : number(powerLimit, 'watts'),
  ),
  ofGpu('gpu.power', 'watts', 'power', 'nvidia-smi power.draw', ({ power }) =>
    power === null ? null : number(power, 'watts'),
  ),
]
