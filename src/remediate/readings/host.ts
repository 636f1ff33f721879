import { cpus, totalmem } from 'node:os'
import { keptSysctl, sysctlValue } from '../operations/host-sysctl.ts'
import { live } from './live.ts'
import { databaseOf } from './postgres.ts'
import { number, type Place, type Reading, text } from './reading.ts'

/** A database elsewhere has another machine's memory, which is unknown here. */
const runsOnThisHost = ({ target, observation }: Place): boolean =>
  target.host === observation.host &&
  (target.kind !== 'postgres' || databaseOf(target, observation.snapshot)?.onThisHost === true)

export const HOST_READINGS: readonly Reading[] = [
  {
    name: 'host.memory-total',
    targets: ['host', 'container', 'postgres'],
    needs: [],
    unit: 'bytes',
    label: () => 'memory of the machine',
    source: () => '/proc/meminfo MemTotal',
    read: (place) => {
      const total = place.observation.snapshot?.machine?.memory.totalBytes
      return total === undefined || !runsOnThisHost(place) ? null : number(total, 'bytes')
    },
    // Where a database runs only a snapshot knows.
    looksAt: ['host', 'container'],
    look: async () => number(totalmem(), 'bytes'),
  },
]

export const SYSCTL_READINGS: readonly Reading[] = [
  {
    name: 'host.cpus',
    targets: ['host', 'container'],
    needs: [],
    unit: 'count',
    label: () => 'number of CPUs of the machine',
    source: () => '/proc/cpuinfo',
    look: async () => number(cpus().length, 'count'),
  },
  live('host.sysctl', 'host', {
    needs: ['setting'],
    unit: 'count',
    label: '{setting}',
    source: 'sysctl {setting}',
    look: async ({ engines }, { setting }) =>
      number(Number(await sysctlValue(String(setting), engines)), 'count'),
  }),
  live('host.sysctl-kept', 'host', {
    needs: ['setting'],
    unit: 'text',
    label: '{setting} in the file of perfbot',
    source: '/etc/sysctl.d',
    look: async ({ engines }, { setting }) => text((await keptSysctl(String(setting), engines)) ?? 'none'),
  }),
]
