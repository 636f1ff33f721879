import { counted, formatBytes, formatRatio, formatSeconds } from '../../model/format.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { secondsBetween } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { gpus, ollamas, partsOf } from '../subjects.ts'
import { USABLE, videoMemory } from './ollama.ts'

const residentModels = (snapshot: Snapshot) => snapshot.models.flatMap((ollama) => ollama.resident)
const installedModels = (snapshot: Snapshot) => snapshot.models.flatMap((ollama) => ollama.installed)

const utilisationOf = (snapshot: Snapshot, uuid: string): number | null =>
  snapshot.gpus.find((gpu) => gpu.uuid === uuid)?.utilisation ?? null

/** Where a figure comes from, in the words of the vendor. */
const SOURCES = {
  nvidia: {
    utilisation: 'nvidia-smi utilization.gpu',
    used: 'nvidia-smi memory.used',
    total: 'nvidia-smi memory.total',
  },
  amd: {
    utilisation: 'sysfs gpu_busy_percent',
    used: 'sysfs mem_info_vram_used',
    total: 'sysfs mem_info_vram_total',
  },
} as const

function whyNoneIsLoaded(resident: number, installed: number): string {
  if (resident > 0)
    return `${counted(resident, 'model')} ${resident === 1 ? 'runs' : 'run'} on the CPU instead.`
  return installed === 1
    ? '1 model is installed and is not loaded: nobody asks for it.'
    : `${installed} models are installed and none is loaded: nobody asks for them.`
}

export const gpuIdle = rule({
  id: 'gpu-idle',
  about: 'gpu',
  looksAt: 'GPU utilisation while models are loaded or installed',
  subjects: gpus,
  check(gpu, context) {
    if (gpu.utilisation === null) return { couldNotLook: 'the driver does not state its utilisation' }
    const { snapshot, history, thresholds } = context
    const resident = residentModels(snapshot)
    const installed = installedModels(snapshot)
    // A GPU without work to do is not at fault, and neither is one that was busy a moment ago.
    if (resident.length === 0 && installed.length === 0) return 'passed'
    const readings = [...history.recent, snapshot]
    const known = readings.filter((past) => utilisationOf(past, gpu.uuid) !== null)
    if (known.some((past) => (utilisationOf(past, gpu.uuid) as number) >= thresholds.gpuIdle)) return 'passed'
    const span = secondsBetween((known[0] ?? snapshot).takenAt, snapshot.takenAt)
    const inVram = resident.filter((model) => model.vramBytes > 0)
    const isLoaded = inVram.length > 0
    const figure = measured(context)
    return {
      severity: known.length > 10 && isLoaded ? 'medium' : 'low',
      title: `GPU ${gpu.index} (${gpu.name}) is idle with ${isLoaded ? counted(inVram.length, 'model') : 'no model'} loaded`,
      impact: isLoaded
        ? 'It draws power and holds memory without doing work.'
        : 'It draws power without doing work.',
      rootCause: isLoaded
        ? `Models are resident, but no request used the GPU in ${known.length === 1 ? 'the one reading so far, which proves little' : `${known.length} readings over ${formatSeconds(span)}`}.`
        : whyNoneIsLoaded(resident.length, installed.length),
      evidence: [
        figure('GPU utilisation', gpu.utilisation, 'ratio', SOURCES[gpu.vendor].utilisation),
        ...(gpu.memoryUsedBytes === null
          ? []
          : [figure('GPU memory used', gpu.memoryUsedBytes, 'bytes', SOURCES[gpu.vendor].used)]),
        figure('models resident', resident.length, 'count', 'Ollama /api/ps'),
        figure('models installed', installed.length, 'count', 'Ollama /api/tags'),
        figure('readings', known.length, 'count', 'history'),
      ],
      fixes: [
        manual(
          'See whether requests reach Ollama at all',
          'docker logs --since 1h <ollama container> | grep -c /api/',
        ),
      ],
    }
  },
})

export const gpuMemory = rule({
  id: 'vram-near-full',
  about: 'gpu',
  looksAt: 'GPU memory in use',
  subjects: gpus,
  check(gpu, context) {
    const { memoryUsedBytes: used, memoryTotalBytes: total } = gpu
    if (used === null || !total) return { couldNotLook: 'the driver does not state its memory' }
    const share = used / total
    if (share <= context.thresholds.gpuMemory) return 'passed'
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `GPU ${gpu.index} has ${formatRatio(share)} of its memory in use`,
      impact: 'The next model is loaded onto the CPU, or pushes another out.',
      rootCause: `${formatBytes(used)} of ${formatBytes(total)} are taken.`,
      evidence: [
        figure('GPU memory used', used, 'bytes', SOURCES[gpu.vendor].used),
        figure('GPU memory', total, 'bytes', SOURCES[gpu.vendor].total),
      ],
      fixes: [manual('Unload what is not needed', 'ollama ps; then: ollama stop <model>')],
    }
  },
})

const residents = (context: Context) =>
  partsOf(
    // One on another machine has the GPUs of that one.
    ollamas(context).filter(({ value }) => value.onThisHost),
    (ollama) => ollama.resident,
    (model) => model.name,
  )

/** Also one that was lost a moment ago: that is why the model is where it is now. */
const hasOrHadGpus = ({ snapshot, history }: Context): boolean =>
  [snapshot, ...history.recent].some(({ gpus: seen }) => seen.length > 0)

type Resident = ReturnType<typeof residents>[number]['value']

/** A model in memory is its weights and what its context takes, which shrinks as the context does. */
function howToFit({ name, sizeBytes, vramBytes, contextLength }: Resident, { snapshot }: Context): string {
  const others = 'OLLAMA_KV_CACHE_TYPE=q8_0 with OLLAMA_FLASH_ATTENTION=1, or a smaller quantisation'
  const weights = installedModels(snapshot).find((model) => model.name === name)?.sizeBytes ?? null
  const forContext = weights === null ? 0 : sizeBytes - weights
  const room = weights === null ? 0 : vramBytes + (videoMemory(snapshot)?.free ?? 0) * USABLE - weights
  if (contextLength === null || forContext <= 0 || room <= 0) return `A smaller context (num_ctx), ${others}`
  const fitting = Math.floor((contextLength * room) / forContext / 1024) * 1024
  return fitting >= 1024 && fitting < contextLength
    ? `environment: OLLAMA_CONTEXT_LENGTH: ${fitting} (it has ${contextLength}); or ${others}`
    : `A smaller context (num_ctx), ${others}`
}

export const modelOffGpu = rule({
  id: 'model-off-gpu',
  about: 'ollama',
  looksAt: 'share of a loaded model that lies in GPU memory',
  subjects: residents,
  check(model, context): Verdict {
    if (!hasOrHadGpus(context) || model.vramBytes >= model.sizeBytes) return 'passed'
    const wholly = model.vramBytes === 0
    const figure = measured(context)
    return {
      severity: wholly ? 'high' : 'medium',
      title: wholly
        ? `${model.name} runs on the CPU although ${context.snapshot.gpus.length > 0 ? 'a GPU is here' : 'a GPU was here'}`
        : `${model.name} lies in GPU memory only to ${formatRatio(model.vramBytes / model.sizeBytes)}`,
      impact: 'Answers come slowly: the part on the CPU sets the pace.',
      rootCause: wholly
        ? 'Ollama does not see the GPU (no device request, driver or runtime missing), or its memory was taken.'
        : `The model with its context needs ${formatBytes(model.sizeBytes)}, and so much was not free.`,
      evidence: [
        figure('model size', model.sizeBytes, 'bytes', 'Ollama /api/ps size'),
        figure('in GPU memory', model.vramBytes, 'bytes', 'Ollama /api/ps size_vram'),
        ...(model.contextLength === null
          ? []
          : [figure('context length', model.contextLength, 'count', 'Ollama /api/ps context_length')]),
        observed(context)(
          'GPUs',
          context.snapshot.gpus.map((gpu) => gpu.name).join(', ') || 'none any more',
          'the GPUs’ drivers',
        ),
      ],
      fixes: [
        wholly
          ? manual(
              'Give the container the GPUs',
              'compose file: deploy.resources.reservations.devices: [{driver: nvidia, count: all, capabilities: [gpu]}]',
            )
          : manual('Make it fit', howToFit(model, context)),
      ],
    }
  },
})
