import { formatValue } from '../../model/format.ts'
import type { GpuReading, ThrottleReason } from '../../model/gpu-reading.ts'
import { manual } from '../fixes.ts'
import { minutes, unlessHeld } from '../history.ts'
import { type Context, measured, observed, rule, type Verdict } from '../rule.ts'
import { gpuIn, gpus, machine } from '../subjects.ts'

/** In the words of nvidia-smi, and of the gap that they become, of a GPU that is there and cannot be reached. */
const LOST = /found no GPU|device handle|Unknown Error|GPU is lost|fallen off/i

export const gpuVanished = rule({
  id: 'gpu-vanished',
  about: 'host',
  looksAt: 'GPUs that were there in the last half hour',
  subjects: machine,
  check(_, context): Verdict {
    const { gpus: now, gaps } = context.snapshot
    const failed = gaps.find(({ source, kind }) => source === 'gpus' && kind === 'failed')
    const isLost = failed !== undefined && LOST.test(failed.reason)
    if (failed && !isLost) return { couldNotLook: failed.reason }
    const before = context.history.recent.flatMap((past) => past.gpus)
    const gone = before.findLast(({ uuid }) => now.every((gpu) => gpu.uuid !== uuid))
    if (!gone && !isLost) return 'passed'
    return {
      severity: 'critical',
      title: gone ? `GPU ${gone.index} (${gone.name}) is gone` : 'A GPU of this machine does not answer',
      impact: 'What ran on it has failed, or goes on slowly on the CPU.',
      rootCause: 'It fell off the bus (power, heat, slot), its driver was unloaded, or it was given away.',
      evidence: [
        ...(gone ? [observed(context)('seen before', gone.uuid, 'nvidia-smi, sysfs')] : []),
        ...(failed ? [observed(context)('nvidia-smi', failed.reason, 'nvidia-smi -q -x')] : []),
      ],
      fixes: [
        manual(
          'See what the kernel says, then restart the machine',
          "journalctl -k --grep 'NVRM|Xid|amdgpu' | tail -20",
        ),
      ],
    }
  },
})

export const eccUncorrected = rule({
  id: 'gpu-ecc',
  about: 'gpu',
  looksAt: 'memory errors that ECC could not correct',
  subjects: (context) => gpus(context).filter(({ value }) => value.ecc !== null),
  check({ index, ecc }, context): Verdict {
    if (!ecc || ecc.volatile.uncorrected === null) return { couldNotLook: 'the driver does not say' }
    const errors = ecc.volatile.uncorrected
    if (errors === 0) return 'passed'
    return {
      severity: 'high',
      title: `Memory of GPU ${index} lost data ${errors === 1 ? 'once' : `${errors} times`}`,
      impact: 'Programs on it were ended, and results since then are in doubt.',
      rootCause: 'Cells of its memory failed.',
      evidence: [
        measured(context)(
          'uncorrected errors',
          errors,
          'count',
          'nvidia-smi ecc.errors.uncorrected.volatile',
        ),
      ],
      fixes: [
        manual(
          'Reset it when nothing runs on it; if it happens again, replace it',
          `nvidia-smi --gpu-reset -i ${index}`,
        ),
      ],
    }
  },
})

export const memoryWorn = rule({
  id: 'gpu-memory-repair',
  about: 'gpu',
  looksAt: 'memory that was, or is to be, replaced by spare rows',
  subjects: (context) =>
    gpus(context).filter(({ value }) => value.remappedRows !== null || value.retiredPages !== null),
  check({ index, remappedRows, retiredPages }, context): Verdict {
    const failure = remappedRows?.failure === true
    const pending = remappedRows?.pending === true || retiredPages?.pending === true
    if (!failure && !pending) return 'passed'
    return {
      severity: failure ? 'high' : 'medium',
      title: failure
        ? `GPU ${index} has no spare memory left`
        : `GPU ${index} waits for a reset to take bad memory out of use`,
      impact: failure ? 'The next error hits data.' : 'Until then the bad rows are in use.',
      rootCause: failure
        ? 'A row failed, and no spare one could take its place.'
        : 'Rows or pages of its memory failed.',
      evidence: [
        observed(context)(
          'repair',
          failure ? 'failed' : 'pending',
          'nvidia-smi -q -d ROW_REMAPPER,PAGE_RETIREMENT',
        ),
      ],
      fixes: [
        failure
          ? manual('Replace the card', `nvidia-smi -q -i ${index} -d ROW_REMAPPER`)
          : manual('Reset it when nothing runs on it', `nvidia-smi --gpu-reset -i ${index}`),
      ],
    }
  },
})

export const recoveryWanted = rule({
  id: 'gpu-recovery',
  about: 'gpu',
  looksAt: 'what the driver asks for to have the GPU work again',
  subjects: gpus,
  check({ index, recoveryAction }, context): Verdict {
    if (recoveryAction === null || recoveryAction === 'None') return 'passed'
    return {
      severity: 'high',
      title: `The driver asks for a recovery of GPU ${index}: ${recoveryAction}`,
      impact: 'Until then it may refuse work.',
      rootCause: 'An error that it cannot get over by itself.',
      evidence: [observed(context)('recovery action', recoveryAction, 'nvidia-smi gpu_recovery_action')],
      fixes: [
        manual(
          'Do so when nothing runs on it',
          /boot/i.test(recoveryAction) ? 'systemctl reboot' : `nvidia-smi --gpu-reset -i ${index}`,
        ),
      ],
    }
  },
})

const HEAT: readonly ThrottleReason[] = ['hardware-thermal-slowdown', 'software-thermal-slowdown']

const throttledBy = (gpu: GpuReading | undefined, reasons: readonly ThrottleReason[]): boolean | null =>
  gpu?.throttleReasons ? gpu.throttleReasons.some((reason) => reasons.includes(reason)) : null

export const gpuThermal = rule({
  id: 'gpu-thermal',
  about: 'gpu',
  looksAt: 'whether it slows down for heat, or is about to, for five minutes',
  subjects: gpus,
  check(gpu, context): Verdict {
    const { index, temperature, slowdownTemperature } = gpu
    const near = (each: GpuReading | undefined): boolean | null => {
      if (!each) return null
      const slowed = throttledBy(each, HEAT)
      if (each.temperature === null || each.slowdownTemperature === null) return slowed
      return (
        slowed === true ||
        each.temperature >= each.slowdownTemperature - context.thresholds.gpuHeadroomCelsius
      )
    }
    const now = near(gpu)
    if (now === null) return { couldNotLook: 'the driver states neither its limit nor its reasons' }
    if (!now) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => near(gpuIn(past, gpu.uuid)))
    if (verdict) return verdict
    const slowed = throttledBy(gpu, HEAT) === true
    return {
      severity: 'medium',
      title: slowed ? `GPU ${index} slows down for heat` : `GPU ${index} is about to slow down for heat`,
      impact: 'It computes less than it could.',
      rootCause: 'Its cooling does not carry off what it draws: fans, dust, air, or neighbours.',
      evidence: [
        ...(temperature === null
          ? []
          : [measured(context)('temperature', temperature, 'celsius', 'nvidia-smi temperature.gpu')]),
        ...(slowdownTemperature === null
          ? []
          : [
              measured(context)(
                'slows down at',
                slowdownTemperature,
                'celsius',
                'nvidia-smi -q -d TEMPERATURE',
              ),
            ]),
        observed(context)(
          'reasons',
          gpu.throttleReasons?.join(', ') || 'none',
          'nvidia-smi clocks_event_reasons',
        ),
      ],
      fixes: [manual('See to its air; until then let it draw less', `nvidia-smi -i ${index} -pl <watts>`)],
    }
  },
})

export const powerBrake = rule({
  id: 'gpu-power-brake',
  about: 'gpu',
  looksAt: 'whether the power supply slows it down, for five minutes',
  subjects: gpus,
  check(gpu, context): Verdict {
    const braked = throttledBy(gpu, ['hardware-power-brake'])
    if (braked === null) return { couldNotLook: 'the driver does not state its reasons' }
    if (!braked) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) =>
      throttledBy(gpuIn(past, gpu.uuid), ['hardware-power-brake']),
    )
    if (verdict) return verdict
    return {
      severity: 'high',
      title: `The power supply slows GPU ${gpu.index} down`,
      impact: 'It computes at a fraction of its speed.',
      rootCause:
        'The board signals that less power is there than it needs: supply, cable, or a limit of the chassis.',
      evidence: [observed(context)('reason', 'hardware-power-brake', 'nvidia-smi clocks_event_reasons')],
      fixes: [manual('See to its supply and cables', 'ipmitool sdr type "Power Supply"')],
    }
  },
})

const isCapped = ({ thresholds }: Context, gpu: GpuReading | undefined): boolean | null => {
  if (!gpu || gpu.powerLimit === null || !gpu.defaultPowerLimit || gpu.throttleReasons === null) return null
  // Every busy GPU runs against the limit of its board: only one that was set lower is worth a word.
  return (
    gpu.throttleReasons.includes('software-power-cap') &&
    gpu.powerLimit / gpu.defaultPowerLimit < thresholds.gpuPowerLimit
  )
}

export const powerCapped = rule({
  id: 'gpu-power-cap',
  about: 'gpu',
  looksAt: 'whether a power limit below that of the board holds it back, for five minutes',
  subjects: gpus,
  check(gpu, context): Verdict {
    const capped = isCapped(context, gpu)
    if (capped === null) return { couldNotLook: 'the driver does not state its power limits' }
    if (!capped) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => isCapped(context, gpuIn(past, gpu.uuid)))
    if (verdict) return verdict
    const { index, powerLimit, defaultPowerLimit } = gpu
    return {
      severity: 'low',
      title: `GPU ${index} is held to ${formatValue(powerLimit, 'watts')} of ${formatValue(defaultPowerLimit, 'watts')}`,
      impact: 'It computes more slowly, and draws less.',
      rootCause: 'Somebody set its power limit below that of the board.',
      evidence: [
        measured(context)('power limit', powerLimit ?? 0, 'watts', 'nvidia-smi power.limit'),
        measured(context)('of the board', defaultPowerLimit ?? 0, 'watts', 'nvidia-smi power.default_limit'),
      ],
      fixes: [manual('If it is not wanted', `nvidia-smi -i ${index} -pl ${defaultPowerLimit}`)],
    }
  },
})
