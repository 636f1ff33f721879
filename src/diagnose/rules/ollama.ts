import type { ContainerReading } from '../../model/container-reading.ts'
import { counted, formatBytes, formatSeconds } from '../../model/format.ts'
import type { OllamaReading } from '../../model/ollama-reading.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { seconds } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { minutes, within } from '../history.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { ollamas } from '../subjects.ts'
import { homeOf } from '../whereabouts.ts'

/** Memory of all GPUs together; null where one does not state it. */
export function videoMemory({ gpus }: Snapshot): { readonly total: number; readonly free: number } | null {
  let [total, free] = [0, 0]
  for (const { memoryTotalBytes, memoryUsedBytes } of gpus) {
    if (memoryTotalBytes === null || memoryUsedBytes === null) return null
    total += memoryTotalBytes
    free += memoryTotalBytes - memoryUsedBytes
  }
  return gpus.length === 0 ? null : { total, free }
}

const NO_GPU = { couldNotLook: 'the memory of the GPUs is not known' } as const

/** As its container sets it; null where it is not set, or Ollama runs elsewhere. */
export function settingOf(
  { url }: Pick<OllamaReading, 'url'>,
  name: string,
  snapshot: Snapshot,
): string | null {
  const home = homeOf(`ollama ${url}`, snapshot)
  return home?.environment.find((variable) => variable.name === name)?.value ?? null
}

/** Requests that each model answers at once: Ollama's own default is 1 (since 0.12). */
const parallelOf = (ollama: OllamaReading, snapshot: Snapshot): number =>
  Number(settingOf(ollama, 'OLLAMA_NUM_PARALLEL', snapshot) ?? 1) || 1

/** What each request that runs at once costs: the model as it lies in memory is its weights and this for each. */
function costOfOne(ollama: OllamaReading, name: string, snapshot: Snapshot): number | null {
  const resident = ollama.resident.find((model) => model.name === name)
  const installed = ollama.installed.find((model) => model.name === name)
  if (!resident || !installed || resident.sizeBytes <= installed.sizeBytes) return null
  return (resident.sizeBytes - installed.sizeBytes) / parallelOf(ollama, snapshot)
}

/** So much of what is free is left alone. */
export const USABLE = 0.9

export const ollamaQueue = rule({
  id: 'ollama-queue',
  about: 'ollama',
  looksAt: 'how long a request waits for its turn',
  subjects: ollamas,
  check(ollama, context): Verdict {
    const { probe } = ollama
    if (!probe || probe.outcome === 'skipped' || probe.outcome === 'failed')
      return { couldNotLook: 'no model was asked' }
    const isRefused = probe.outcome === 'busy'
    const waited = probe.outcome === 'answered' ? probe.queued : seconds(0)
    if (!isRefused && waited < context.thresholds.ollamaQueuedSeconds) return 'passed'
    const parallel = parallelOf(ollama, context.snapshot)
    const one = costOfOne(ollama, probe.model, context.snapshot)
    const memory = videoMemory(context.snapshot)
    const more = one && memory ? Math.floor((memory.free * USABLE) / one) : 0
    const figure = measured(context)
    return {
      severity: isRefused ? 'high' : 'medium',
      title: isRefused
        ? `Ollama refuses requests: its queue is full`
        : `A request to Ollama waits ${formatSeconds(waited)} for its turn`,
      impact: 'People wait before the first word, or get an error (503).',
      rootCause: `It answers ${counted(parallel, 'request')} of a model at once${more > 0 ? `, and the GPUs have room for ${more} more` : ''}.`,
      evidence: [
        figure('answered at once', parallel, 'count', 'OLLAMA_NUM_PARALLEL'),
        ...(isRefused ? [observed(context)('answer', probe.reason, 'perfbot’s probe')] : []),
        ...(isRefused ? [] : [figure('waited', waited, 'seconds', 'perfbot’s probe')]),
        ...(one === null ? [] : [figure('each costs', one, 'bytes', '/api/ps size − /api/tags size')]),
        ...(memory ? [figure('free GPU memory', memory.free, 'bytes', 'the GPUs’ drivers')] : []),
      ],
      fixes: [
        more > 0
          ? manual(
              'Let it answer more at once: the memory for it is there',
              `environment: OLLAMA_NUM_PARALLEL: ${parallel + more}`,
            )
          : manual(
              'Make room for more at once: a smaller context, or a smaller cache for it',
              'environment: OLLAMA_KV_CACHE_TYPE: q8_0, OLLAMA_FLASH_ATTENTION: 1',
            ),
      ],
    }
  },
})

export const ollamaCrowded = rule({
  id: 'ollama-crowded',
  about: 'ollama',
  looksAt: 'models that are resident against the memory of the GPUs',
  subjects: ollamas,
  check({ resident }, context): Verdict {
    if (resident.length < 2) return 'passed'
    const memory = videoMemory(context.snapshot)
    if (!memory) return NO_GPU
    const wanted = resident.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    if (wanted <= memory.total) return 'passed'
    const bySize = resident.toSorted((left, right) => left.sizeBytes - right.sizeBytes)
    let [fits, sum] = [0, 0]
    for (const { sizeBytes } of bySize) {
      sum += sizeBytes
      if (sum <= memory.total * USABLE) fits += 1
    }
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${resident.length} models are loaded that need ${formatBytes(wanted)}, and the GPUs have ${formatBytes(memory.total)}`,
      impact: 'Part of them runs on the CPU, which sets the pace of their answers.',
      rootCause:
        'More models are kept than fit: OLLAMA_MAX_LOADED_MODELS is too high, or they are kept for too long.',
      evidence: [
        figure('models', resident.length, 'count', 'Ollama /api/ps'),
        figure('their size', wanted, 'bytes', 'Ollama /api/ps size'),
        figure('GPU memory', memory.total, 'bytes', 'the GPUs’ drivers'),
      ],
      fixes: [
        manual('Keep as many as fit', `environment: OLLAMA_MAX_LOADED_MODELS: ${Math.max(1, fits)}`),
        manual('Unload what is not needed', `ollama stop ${bySize.at(-1)?.name ?? '<model>'}`),
      ],
    }
  },
})

const asksForGpu = ({ deviceRequests, runtime, mounts }: ContainerReading): boolean =>
  runtime === 'nvidia' ||
  deviceRequests.length > 0 ||
  // AMD's are handed on as devices of the kernel, which show as nothing here but in the image or a mount.
  mounts.some(({ destination }) => destination.startsWith('/dev/'))

export const ollamaWithoutGpu = rule({
  id: 'ollama-without-gpu',
  about: 'ollama',
  looksAt: 'whether its container was given the GPUs of the machine',
  subjects: ollamas,
  check(ollama, context): Verdict {
    const { gpus } = context.snapshot
    const home = homeOf(`ollama ${ollama.url}`, context.snapshot)
    if (!home || gpus.length === 0 || gpus.some(({ vendor }) => vendor !== 'nvidia') || asksForGpu(home))
      return 'passed'
    const onCpu = ollama.resident.filter(({ vramBytes }) => vramBytes === 0)
    return {
      severity: onCpu.length > 0 ? 'high' : 'medium',
      title: `${home.name} runs Ollama and was not given a GPU`,
      impact: 'Every model in it runs on the CPU, ten times slower and more.',
      rootCause: `The machine has ${counted(gpus.length, 'GPU')}, and the container asks for none.`,
      evidence: [
        observed(context)('asks for', 'nothing', 'docker inspect HostConfig.DeviceRequests'),
        observed(context)('GPUs', gpus.map(({ name }) => name).join(', '), 'nvidia-smi'),
        measured(context)('models on the CPU', onCpu.length, 'count', 'Ollama /api/ps size_vram'),
      ],
      fixes: [
        manual(
          'Give it the GPUs, and make it anew',
          `compose file, service ${home.compose?.service ?? home.name}: deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, capabilities: [gpu]}]}}}`,
        ),
      ],
    }
  },
})

/** In half an hour. */
const COMINGS_AND_GOINGS = 3

/** How often each model came back after it had been unloaded. */
function reloads({ url }: OllamaReading, context: Context): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  let before: ReadonlySet<string> | null = null
  const seen = new Set<string>()
  for (const past of within(context, minutes(30))) {
    const now = new Set(past.models.find((each) => each.url === url)?.resident.map(({ name }) => name))
    for (const name of now) {
      if (before && !before.has(name) && seen.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
      seen.add(name)
    }
    before = now
  }
  return counts
}

export const ollamaReloads = rule({
  id: 'ollama-reloads',
  about: 'ollama',
  looksAt: 'models that are loaded again and again',
  subjects: ollamas,
  check(ollama, context): Verdict {
    const [worst] = [...reloads(ollama, context)].toSorted(([, left], [, right]) => right - left)
    if (!worst || worst[1] < COMINGS_AND_GOINGS) return 'passed'
    const [name, times] = worst
    const set = settingOf(ollama, 'OLLAMA_KEEP_ALIVE', context.snapshot)
    const memory = videoMemory(context.snapshot)
    const size = ollama.installed.find((model) => model.name === name)?.sizeBytes ?? null
    const figure = measured(context)
    return {
      severity: 'medium',
      title: `${name} was unloaded and loaded again ${times} times in half an hour`,
      impact: 'Each first answer after it waits until the whole model is read.',
      rootCause:
        set === null
          ? 'It is unloaded five minutes after each answer, which is Ollama’s default, or pushed out by another.'
          : `OLLAMA_KEEP_ALIVE is ${set}, or another model pushes it out.`,
      evidence: [
        figure('loaded again', times, 'count', 'Ollama /api/ps'),
        ...(size === null ? [] : [figure('its file', size, 'bytes', 'Ollama /api/tags')]),
        ...(memory ? [figure('GPU memory', memory.total, 'bytes', 'the GPUs’ drivers')] : []),
      ],
      fixes: [
        {
          kind: 'manual',
          title: 'Keep it for longer than the pauses between requests',
          change: 'environment: OLLAMA_KEEP_ALIVE: 30m',
        },
      ],
    }
  },
})
