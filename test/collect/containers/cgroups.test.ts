import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { cgroupsByName, locateByProcess } from '../../../src/collect/containers/cgroup-location.ts'
import { readCgroup } from '../../../src/collect/containers/cgroup-sample.ts'
import { readNetDev } from '../../../src/collect/containers/network-counters.ts'
import { workingSetOf } from '../../../src/collect/containers/usage.ts'

const ID = 'c0ffee'.padEnd(64, '0')

/**
 * Files of a cgroup v2, written to the kernel's Documentation/admin-guide/cgroup-v2.rst and accounting/psi.rst: keys and
 * forms are theirs, the figures our own. No machine with cgroup v2 was at hand.
 */
const V2 = {
  'cpu.stat': `usage_usec 68482
user_usec 50512
system_usec 17970
nice_usec 0
core_sched.force_idle_usec 0
nr_periods 1200
nr_throttled 300
throttled_usec 4500000
nr_bursts 0
burst_usec 0
`,
  'memory.current': '220200960\n',
  'memory.swap.current': '4096\n',
  'memory.stat': `anon 115343360
file 94371840
kernel 2097152
kernel_stack 262144
sock 0
shmem 8192
file_mapped 40960
file_dirty 0
inactive_anon 115335168
active_anon 8192
inactive_file 83886080
active_file 10485760
unevictable 0
pgfault 51234
`,
  'memory.events': 'low 0\nhigh 12\nmax 40\noom 3\noom_kill 2\noom_group_kill 0\n',
  'pids.current': '14\n',
  'io.stat': `8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=50331648 dios=3021
253:0 
`,
  'cpu.pressure':
    'some avg10=1.50 avg60=0.30 avg300=0.06 total=10141\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5385\n',
  'memory.pressure':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  'io.pressure':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
}

const made: string[] = []
afterEach(async () => {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true })))
})

/** A machine's /proc and /sys under a folder, as a container sees those of its host. */
async function machine(files: Record<string, string>) {
  const top = await mkdtemp(join(tmpdir(), 'perfbot-cgroups-'))
  made.push(top)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(top, path)), { recursive: true })
    await writeFile(join(top, path), text)
  }
  return { procfs: join(top, 'proc'), sysfs: join(top, 'sys'), rootfs: top }
}

const under = (directory: string, files: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`sys/fs/cgroup/${directory}/${name}`, text]),
  )

it.each([
  ['systemd', `system.slice/docker-${ID}.scope`, ''],
  ['cgroupfs', `docker/${ID}`, ''],
  ['rootless', `user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`, ''],
  ['Podman, whose process is a level below', `machine.slice/libpod-${ID}.scope`, '/container'],
])('a cgroup v2 is found and read: %s', async (_, directory, below) => {
  const paths = await machine({
    ...under(directory, V2),
    ...under(`${directory}${below}/x`, {}),
    'proc/42/cgroup': `0::/${directory}${below}\n`,
  })
  const location = locateByProcess(paths, ID, 42)
  expect(location).toMatchObject({ version: 'v2' })
  expect((await cgroupsByName(paths)).get(ID)).toEqual(location)
  const counters = location && readCgroup(location)
  expect(counters).toMatchObject({
    source: 'cgroup-v2',
    memory: { usage: 220_200_960, inactiveFile: 83_886_080, cache: 94_371_840, swap: 4096 },
    oomKills: 2,
    pids: 14,
    pressure: { cpu: { someAvg10: 0.015, someSeconds: 0.010141, fullSeconds: 0.005385 } },
    totals: {
      cpuSeconds: 0.068482,
      cpuUserSeconds: 0.050512,
      cpuSystemSeconds: 0.01797,
      cpuPeriods: 1200,
      throttledPeriods: 300,
      throttledSeconds: 4.5,
      io: { readBytes: 91_889_664, writtenBytes: 613_781_504, reads: 9142, writes: 1605 },
    },
  })
  expect(counters && workingSetOf(counters.memory)).toBe(220_200_960 - 83_886_080)
})

it('a process of another machine, or one that is hidden, leads nowhere', async () => {
  const paths = await machine({
    ...under(`docker/${ID}`, V2),
    'proc/42/cgroup': '0::/user.slice/user-1000.slice\n',
    'proc/43/cgroup': '0::/\n',
  })
  for (const pid of [0, 41, 42, 43]) expect(locateByProcess(paths, ID, pid)).toBeNull()
})

it('a cgroup that is gone, or may not be read, is no cgroup with nothing in it', async () => {
  const { 'memory.stat': _, ...rest } = V2
  const paths = await machine({ ...under(`docker/${ID}`, rest), 'proc/42/cgroup': `0::/docker/${ID}\n` })
  const location = locateByProcess(paths, ID, 42)
  expect(location).not.toBeNull()
  expect(location && readCgroup(location)).toBeNull()
})

it('the interfaces are those that the engine shows', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  840  10 0 0 0 0 0 0  840  10 0 0 0 0 0 0
 tunl0:    0   0 0 0 0 0 0 0    0   0 0 0 0 0 0 0
  eth0: 1006  13 1 2 0 0 0 0  500   6 3 4 0 0 0 0
`
  expect(readNetDev(text)).toEqual([
    {
      interface: 'eth0',
      receivedBytes: 1006,
      receivedPackets: 13,
      receiveErrors: 1,
      receiveDrops: 2,
      transmittedBytes: 500,
      transmittedPackets: 6,
      transmitErrors: 3,
      transmitDrops: 4,
    },
  ])
})
