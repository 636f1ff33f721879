import { counted, formatBytes, formatValue } from '../../model/format.ts'
import type { Topic } from './sources.ts'

/** "Is the GPU used?" */
export const gpuUse: Topic = ({ text, kinds, words, rangeSeconds }, { snapshot }) => {
  if (
    !kinds.has('gpu') ||
    rangeSeconds !== null ||
    !(words.has('used') || /\bidle\b|\bbusy\b/.test(text)) ||
    words.has('memory')
  )
    return null
  const known = snapshot.gpus.filter(({ utilisation }) => utilisation !== null)
  if (snapshot.gpus.length === 0) return null
  const inUse = known.filter(({ utilisation }) => (utilisation as number) > 0.01)
  const resident = snapshot.models.flatMap((each) => each.resident)
  const onGpu = resident.filter(({ vramBytes }) => vramBytes > 0)
  return {
    kind: 'answered',
    sentences: [
      inUse.length > 0
        ? `Yes: ${inUse.length} of ${snapshot.gpus.length} work at this moment.`
        : 'No: none works at this moment.',
      ...snapshot.gpus.map(
        ({ index, name, utilisation, memoryUsedBytes, memoryTotalBytes }) =>
          `GPU ${index} (${name}): ${utilisation === null ? 'utilisation not stated' : `${formatValue(utilisation, 'ratio')} busy`}, ${memoryUsedBytes === null ? 'memory not stated' : `${formatBytes(memoryUsedBytes)} of ${formatValue(memoryTotalBytes, 'bytes')} memory used`}.`,
      ),
      ...(resident.length > 0
        ? [
            `${onGpu.length} of ${counted(resident.length, 'loaded model')} ${onGpu.length === 1 ? 'is' : 'are'} in GPU memory: ${resident.map(({ name }) => name).join(', ')}.`,
          ]
        : []),
    ],
    evidence: known.map(({ index, utilisation }) => ({
      label: `utilisation of GPU ${index}`,
      source: 'the driver',
      at: snapshot.takenAt,
      value: utilisation as number,
      unit: 'ratio' as const,
    })),
  }
}

/** What runs here: "What CPU is it?", "Which kernel?" */
export const inventory: Topic = ({ text }, { snapshot }) => {
  const { machine } = snapshot
  if (
    !machine ||
    !/\b(?:which|what) (?:kernel|os|operating system|distribution|distro|linux|cpu|hardware|host)\b|\b(?:kernel|distribution|operating system|cpu model|how many (?:cores|cpus?))\b/.test(
      text,
    )
  )
    return null
  const { operatingSystem, cpu, memory } = machine
  return {
    kind: 'answered',
    sentences: [
      `${snapshot.host} runs ${operatingSystem.distribution} (kernel ${operatingSystem.kernel}) on ${cpu.model}, ${counted(cpu.count, 'CPU')}, with ${formatBytes(memory.totalBytes)} of memory.`,
    ],
    evidence: [
      { label: 'CPUs', source: '/proc/stat', at: snapshot.takenAt, value: cpu.count, unit: 'count' },
    ],
  }
}
