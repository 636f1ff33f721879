import type { Snapshot } from '../../model/snapshot.ts'
import { blindSpots } from '../blind-spots.ts'
import { manual } from '../fixes.ts'
import { type Context, observed, rule, type Subject } from '../rule.ts'

type Gone = { readonly reason: string; readonly remedy: string; readonly address: string }

const KINDS = ['postgres', 'redis'] as const
type Kind = (typeof KINDS)[number]

const addressIn = (past: Snapshot, kind: Kind, name: string): string | null => {
  const readings = kind === 'postgres' ? past.databases : past.caches
  const address = readings.find((reading) => reading.name === name)?.address
  return address ? `${address.host}:${address.port}` : null
}

/** Servers that were read within the last half hour and cannot be read now. What never could be is a gap, no more. */
const gone = ({ snapshot, history }: Context): Subject<Gone>[] =>
  KINDS.flatMap((kind) =>
    blindSpots(snapshot, kind).flatMap(({ target, reason, remedy }): Subject<Gone>[] => {
      const address = history.recent
        .map((past) => addressIn(past, kind, target.name))
        .findLast((each) => each !== null)
      return address ? [{ target, value: { reason, remedy, address } }] : []
    }),
  )

export const serverGone = rule({
  id: 'server-gone',
  about: 'host',
  looksAt: 'databases and caches that answered in the last half hour',
  subjects: gone,
  check: ({ reason, remedy, address }, context) => ({
    severity: 'critical',
    title: `What answered at ${address} does not answer any more`,
    impact: 'Whatever needs it fails.',
    rootCause: `It was read within the last half hour, and now: ${reason}.`.replace(/\.\.$/, '.'),
    evidence: [
      observed(context)('address', address, 'readings before'),
      observed(context)('answer', reason, 'the connection'),
    ],
    fixes: [manual('See whether it runs, and how it ended', remedy)],
  }),
})
