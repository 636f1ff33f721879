import type { HostReading, Pressure } from '../../model/host-reading.ts'
import { ratio, seconds } from '../../model/units.ts'
import { kernelFile } from './kernel-file.ts'

/** Null for a kernel without PSI, which has no files, and one booted with psi=0, whose files cannot be read. */
export function readPressure(procfs: string): HostReading['pressure'] {
  const [cpu, memory, io] = ['cpu', 'memory', 'io'].map((resource) => {
    const text = kernelFile(`${procfs}/pressure/${resource}`)
    return text === null ? null : parsePressure(text)
  })
  return cpu && memory && io ? { cpu, memory, io } : null
}

/**
 * A file of /proc/pressure (kernel, Documentation/accounting/psi.rst); averages are percentages, the total
 * microseconds: `some avg10=0.29 avg60=0.42 avg300=0.62 total=32507262`. `full` of cpu exists since Linux 5.13.
 */
export function parsePressure(text: string): Pressure {
  const some = lineOf('some', text)
  if (!some) throw new Error(`this is not pressure stall information: ${text.slice(0, 80)}`)
  const full = lineOf('full', text)
  return {
    someAvg10: some.avg10,
    someAvg60: some.avg60,
    someAvg300: some.avg300,
    someSeconds: some.total,
    fullAvg10: full?.avg10 ?? null,
    fullAvg60: full?.avg60 ?? null,
    fullAvg300: full?.avg300 ?? null,
    fullSeconds: full?.total ?? null,
  }
}

function lineOf(kind: 'some' | 'full', text: string) {
  const match = new RegExp(
    `^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)`,
    'm',
  ).exec(text)
  if (!match) return null
  const [avg10, avg60, avg300, total] = match.slice(1).map(Number) as [number, number, number, number]
  return {
    avg10: ratio(avg10 / 100),
    avg60: ratio(avg60 / 100),
    avg300: ratio(avg300 / 100),
    total: seconds(total / 1e6),
  }
}
