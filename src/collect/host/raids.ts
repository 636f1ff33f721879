import type { RaidReading } from '../../model/host-devices.ts'
import { ratio } from '../../model/units.ts'

/**
 * /proc/mdstat (md(4)), an array in two or more lines:
 *
 *     md0 : active raid1 sdb1[1] sda1[0](F)
 *           976630464 blocks super 1.2 [2/1] [_U]
 *           [=>...................]  recovery =  8.5% (83176448/976630464) finish=73.9min speed=201400K/sec
 */
export const parseRaids = (text: string): RaidReading[] =>
  text
    .split(/\n(?=\S)/)
    .filter((block) => /^md\S* : /.test(block))
    .map((block) => {
      const [heading = ''] = block.split('\n', 1)
      const [name = '', rest = ''] = heading.split(' : ', 2)
      const members = [...rest.matchAll(/(\S+)\[\d+\]((?:\([A-Z]\))*)/g)]
      // Of arrays without redundancy (raid0, linear) and stopped ones it states no share that works.
      const working = /\[(\d+)\/(\d+)\]/.exec(block)
      return {
        name,
        level: /\b(raid\d+|linear|multipath|faulty|container)\b/.exec(rest)?.[1] ?? null,
        active: rest.startsWith('active'),
        devices: working ? Number(working[1]) : members.length,
        devicesWorking: working
          ? Number(working[2])
          : members.filter(([, , flags = '']) => !/\([FS]\)/.test(flags)).length,
        failed: members.flatMap(([, device = '', flags = '']) => (flags.includes('(F)') ? [device] : [])),
        activity: activityOf(block),
      }
    })

function activityOf(block: string): RaidReading['activity'] {
  const match = /\b(recovery|resync|reshape|check|repair)\s*=\s*([\d.]+%|DELAYED|PENDING)/i.exec(block)
  if (!match) return null
  const [, kind = '', done = ''] = match
  return { kind, done: done.endsWith('%') ? ratio(Number.parseFloat(done) / 100) : null }
}
