const BEGIN = '<nvidia_smi_log>'
const END = '</nvidia_smi_log>'

/** Sixteen GPUs with their tables of clocks and a hundred processes each stay below a quarter of it. */
const LONGEST_SAMPLE = 8 * 1024 * 1024
const LONGEST_REMARK = 4096

export type SampleSplitter = {
  /** Takes what was printed, in whatever pieces it came. */
  push(text: string): void
  /** What stands outside of the samples: faults, in plain words. The last of it. */
  remarks(): string
}

/** Cuts the output of `nvidia-smi -q -x -l` into its documents. Holds one at most, and of garbage the last lines. */
export function sampleSplitter(onSample: (xml: string) => void): SampleSplitter {
  let pending = ''
  let remarks = ''
  let isInside = false

  const remark = (text: string) => {
    const plain = text.replace(/<\?xml[^>]*>|<!DOCTYPE[^>]*>/g, '').replace(/\n\s*\n+/g, '\n')
    if (plain.trim() !== '') remarks = (remarks + plain).slice(-LONGEST_REMARK)
  }

  function takeOutside(): boolean {
    const begin = pending.indexOf(BEGIN)
    if (begin === -1) {
      // Up to the last line, which may be the beginning of a sample cut in two.
      const whole =
        pending.length > LONGEST_REMARK ? pending.length - BEGIN.length : pending.lastIndexOf('\n') + 1
      remark(pending.slice(0, whole))
      pending = pending.slice(whole)
      return false
    }
    remark(pending.slice(0, begin))
    pending = pending.slice(begin)
    isInside = true
    return true
  }

  function takeInside(from: number): boolean {
    const end = pending.indexOf(END, from)
    if (end === -1) {
      if (pending.length > LONGEST_SAMPLE) {
        pending = ''
        isInside = false
      }
      return false
    }
    const sample = pending.slice(0, end + END.length)
    pending = pending.slice(sample.length)
    isInside = false
    // One that broke off stands before it: a crash in mid-line, and a wrapper that starts it again.
    onSample(sample.slice(sample.lastIndexOf(BEGIN)))
    return true
  }

  return {
    push(text) {
      let from = Math.max(0, pending.length - END.length)
      pending += text
      while (isInside ? takeInside(from) : takeOutside()) from = 0
    },
    remarks: () => `${remarks}${isInside ? '' : pending}`.trim(),
  }
}
