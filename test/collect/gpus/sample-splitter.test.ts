import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleSplitter } from '../../../src/collect/gpus/sample-splitter.ts'

const sample = (number: number) => `<nvidia_smi_log>\n<n>${number}</n>\n</nvidia_smi_log>`

function split(pieces: readonly string[]) {
  const samples: string[] = []
  const splitter = sampleSplitter((xml) => samples.push(xml))
  for (const piece of pieces) splitter.push(piece)
  return { samples, remarks: splitter.remarks() }
}

describe('the output of an nvidia-smi that loops', () => {
  it('is cut into its samples, wherever the pipe cut it', () => {
    const output = `<?xml version="1.0" ?>\n<!DOCTYPE x SYSTEM "y.dtd">\n${sample(1)}\n\nGPU is odd\n<?xml version="1.0" ?>\n${sample(2)}\n`
    fc.assert(
      fc.property(fc.array(fc.nat(output.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((left, right) => left - right), output.length]
        const pieces = at.slice(1).map((to, index) => output.slice(at[index], to))
        expect(split(pieces)).toEqual({ samples: [sample(1), sample(2)], remarks: 'GPU is odd' })
      }),
    )
  })

  it('that broke off and began again gives the whole sample alone', () => {
    expect(split(['<nvidia_smi_log><n>0', `\n${sample(1)}`]).samples).toEqual([sample(1)])
  })

  it('is never held without end, and garbage harms no later sample', () => {
    const megabyte = 'x'.repeat(1024 ** 2)
    const { samples, remarks } = split([
      ...Array<string>(20).fill(megabyte),
      '<nvidia_smi_log>',
      ...Array<string>(20).fill(megabyte),
      `\n${sample(1)}`,
    ])
    expect(samples).toEqual([sample(1)])
    expect(remarks.length).toBeLessThan(10_000)
  })
})
