import type { Pressure } from '../../model/host-reading.ts'
import { ratio } from '../../model/units.ts'

type Averages = { avg10: number; avg60: number; avg300: number }

/**
 * A file of /proc/pressure (kernel, Documentation/accounting/psi.rst); its averages are percentages:
 * `some avg10=0.29 avg60=0.42 avg300=0.62 total=32507262`. `full` of cpu exists since Linux 5.13.
 */
export function parsePressure(text: string): Pressure {
  const some = averagesOf('some', text)
  if (!some) throw new Error(`this is not pressure stall information: ${text.slice(0, 80)}`)
  const full = averagesOf('full', text)
  return {
    someAvg10: ratio(some.avg10 / 100),
    someAvg60: ratio(some.avg60 / 100),
    someAvg300: ratio(some.avg300 / 100),
    fullAvg10: full && ratio(full.avg10 / 100),
    fullAvg60: full && ratio(full.avg60 / 100),
    fullAvg300: full && ratio(full.avg300 / 100),
  }
}

function averagesOf(kind: 'some' | 'full', text: string): Averages | null {
  const match = new RegExp(`^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+)`, 'm').exec(text)
  return match && { avg10: Number(match[1]), avg60: Number(match[2]), avg300: Number(match[3]) }
}
