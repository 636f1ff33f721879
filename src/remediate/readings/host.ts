import { databaseOf } from './postgres.ts'
import { number, type Place, type Reading } from './reading.ts'

/** A database elsewhere has another machine's memory, which is unknown here. */
const runsOnThisHost = ({ target, snapshot }: Place): boolean =>
  target.host === snapshot.host &&
  (target.kind !== 'postgres' || databaseOf(target, snapshot)?.onThisHost === true)

export const HOST_READINGS: readonly Reading[] = [
  {
    name: 'host.memory-total',
    targets: ['host', 'container', 'postgres'],
    needs: [],
    unit: 'bytes',
    label: () => 'memory of the machine',
    source: () => '/proc/meminfo MemTotal',
    read: (place) => {
      const total = place.snapshot.machine?.memory.totalBytes
      return total === undefined || !runsOnThisHost(place) ? null : number(total, 'bytes')
    },
  },
]
