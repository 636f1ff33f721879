import { formatRatio, formatSeconds } from '../../model/format.ts'
import type { GpuReading } from '../../model/gpu-reading.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING, unlessHeld } from '../history.ts'
import { measured, observed, rule, type Verdict } from '../rule.ts'
import { gpuIn, gpus } from '../subjects.ts'

/** Null while it idles: to save power it lowers its link then. */
const linkShare = (gpu: GpuReading | undefined, busy: number): number | null => {
  if (!gpu || gpu.utilisation === null || gpu.utilisation < busy) return null
  const { generation, generationMaximum, width, widthMaximum } = gpu.pcie
  if (!generation || !generationMaximum || !width || !widthMaximum) return null
  return (width / widthMaximum) * 2 ** (generation - generationMaximum)
}

export const pcieSlow = rule({
  id: 'gpu-pcie',
  about: 'gpu',
  looksAt: 'its PCIe link while it is busy, for five minutes',
  subjects: gpus,
  check(gpu, context): Verdict {
    const { gpuBusy } = context.thresholds
    const share = linkShare(gpu, gpuBusy)
    if (share === null) return { couldNotLook: 'it is idle, or does not state its link' }
    if (share >= 1) return 'passed'
    const verdict = unlessHeld(context, minutes(5), (past) => {
      const then = linkShare(gpuIn(past, gpu.uuid), gpuBusy)
      return then === null ? null : then < 1
    })
    if (verdict) return verdict
    const { generation, generationMaximum, width, widthMaximum } = gpu.pcie
    return {
      severity: share < 0.5 ? 'medium' : 'low',
      title: `GPU ${gpu.index} has a link at ${formatRatio(share)} of what card and slot can do`,
      impact: 'Loading models, and what goes between GPUs, takes longer.',
      rootCause: 'It is not seated well, a riser is poor, or the slot shares its lanes with another.',
      evidence: [
        observed(context)(
          'link',
          `generation ${generation} × ${width}`,
          'nvidia-smi pcie.link.gen.current, width.current',
        ),
        observed(context)(
          'possible',
          `generation ${generationMaximum} × ${widthMaximum}`,
          'nvidia-smi pcie.link.gen.max, width.max',
        ),
      ],
      fixes: [
        manual(
          'Seat it anew, try another slot',
          `lspci -vv -s ${gpu.pciAddress ?? '<address>'} | grep -i lnksta`,
        ),
      ],
    }
  },
})

export const pcieReplays = rule({
  id: 'gpu-pcie-replays',
  about: 'gpu',
  looksAt: 'packets that were sent again over PCIe in the last 30 minutes',
  subjects: gpus,
  check({ index, uuid, pcie }, context): Verdict {
    if (pcie.replays === null) return { couldNotLook: 'the driver does not count them' }
    const grown = growth(context, minutes(30), (past) => gpuIn(past, uuid)?.pcie.replays)
    if (!grown) return NO_EARLIER_READING
    if (grown.by < context.thresholds.pcieReplays) return 'passed'
    return {
      severity: 'medium',
      title: `The link of GPU ${index} repeated ${grown.by} packets in ${formatSeconds(grown.over)}`,
      impact: 'A link that is this poor is the way to a GPU that falls off the bus.',
      rootCause: 'Seat, riser or slot.',
      evidence: [measured(context)('replays', grown.by, 'count', 'nvidia-smi pcie.replay_counter')],
      fixes: [manual('Seat it anew, without a riser', "journalctl -k --grep 'AER|PCIe' | tail")],
    }
  },
})
