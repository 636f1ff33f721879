import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kernelLineReader } from '../../../src/collect/host/kernel-lines.ts'
import { kernelLogReader, parseRecord } from '../../../src/collect/host/kernel-log.ts'

const recorded = new URL('../fixtures/debian-12-linux-6.18/kmsg', import.meta.url)

/** Lines of one moment, in their order. */
const notesOf = (...lines: string[]) => {
  const readLine = kernelLineReader()
  return lines.flatMap((line) => readLine(line, 0) ?? [])
}
const noteOf = (line: string) => notesOf(line)[0]

describe('the kernel log of a Debian 12 machine', () => {
  it('tells whom it killed, whose limit was reached, and what its disk did', async () => {
    const readLine = kernelLineReader()
    const records = (await readFile(recorded, 'utf8')).split(/\n(?! )/)
    const notes = records.flatMap((record) => {
      const parsed = parseRecord(record)
      return (parsed && readLine(parsed.line, parsed.at)) ?? []
    })
    const id = '851ceced380db3288b587db4afddd386e7b3cf5d5921d10ff1da020a64950da8'
    expect(notes).toMatchObject([
      {
        ...{ kind: 'oom-kill', process: 'dd', pid: 6411, constraint: 'cgroup', cgroup: `/docker/${id}` },
        ...{ containerId: id, anonymousBytes: 1_048_576 },
      },
      { kind: 'filesystem-error', device: 'loop0', message: expect.stringContaining('trigger_test_error') },
      { kind: 'filesystem-error', device: 'loop0', message: 'Aborting journal on device loop0-8.' },
      { kind: 'filesystem-read-only', device: 'loop0' },
      { kind: 'segfault', process: 'segv', pid: 23_156 },
    ])
  })
})

/** As the kernel's sources print them, and as reports of such faults quote them. */
describe('a line of the kernel log', () => {
  it('of a disk names the device; a floppy without a disk and a refused discard are none', () => {
    const devices = [
      'I/O error, dev sdb, sector 7814037040 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2',
      'blk_update_request: I/O error, dev nvme1n1, sector 0 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 0',
      'critical medium error, dev sda, sector 1953513472 op 0x0:(READ) flags 0x0 phys_seg 8 prio class 2',
      'Buffer I/O error on dev dm-0, logical block 18874352, async page read',
      'nvme nvme0: I/O 342 QID 5 timeout, aborting',
      'ata3.00: failed command: READ FPDMA QUEUED',
    ].map((line) => noteOf(line))
    expect(devices).toMatchObject(
      ['sdb', 'nvme1n1', 'sda', 'dm-0', 'nvme0', 'ata3.00'].map((device) => ({ kind: 'io-error', device })),
    )
    expect(noteOf('I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1')).toBeUndefined()
    expect(
      noteOf('critical target error, dev sda, sector 8 op 0x3:(DISCARD) flags 0x800 phys_seg 1'),
    ).toBeUndefined()
  })

  it('of a file system names its device, in the words of each', () => {
    expect(
      notesOf(
        'EXT4-fs error (device sda1): ext4_lookup:1855: inode #131: comm ls: deleted inode referenced: 132',
        'BTRFS error (device sdb1 state EA): bdev /dev/sdb1 errs: wr 0, rd 1, flush 0, corrupt 0, gen 0',
        'XFS (dm-2): Metadata corruption detected at xfs_agf_read_verify+0x70/0x120 [xfs], xfs_agf block 0x1',
        'XFS (dm-2): log I/O error -5',
        'FAT-fs (sdc1): error, fat_get_cluster: invalid cluster chain (i_pos 0)',
      ),
    ).toMatchObject(
      ['sda1', 'sdb1', 'dm-2', 'dm-2', 'sdc1'].map((device) => ({ kind: 'filesystem-error', device })),
    )
    expect(
      notesOf(
        'EXT4-fs (sda1): Remounting filesystem read-only',
        'FAT-fs (sdc1): Filesystem has been set read-only',
        'BTRFS info (device sdb1 state EA): forced readonly',
      ),
    ).toMatchObject(['sda1', 'sdc1', 'sdb1'].map((device) => ({ kind: 'filesystem-read-only', device })))
  })

  it('of a GPU has the number of its error and the address that readings know it by', () => {
    expect(
      noteOf("NVRM: Xid (PCI:0000:0A:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."),
    ).toMatchObject({ kind: 'xid', device: '0000:0a:00.0', code: 79 })
  })

  it('of a task, a processor or the hardware is known', () => {
    expect(
      notesOf(
        'INFO: task jbd2/sda1-8:345 blocked for more than 120 seconds.',
        'watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [kworker/3:1:4711]',
        'rcu: INFO: rcu_preempt self-detected stall on CPU',
        'mce: [Hardware Error]: Machine check events logged',
        'EDAC MC0: 1 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0 (channel:1 slot:0)',
        'traps: node[77] general protection fault ip:5581 sp:7ffd error:0 in node[400000+2a000]',
      ),
    ).toMatchObject([
      { kind: 'hung-task', process: 'jbd2/sda1-8', pid: 345 },
      { kind: 'lockup' },
      { kind: 'lockup' },
      { kind: 'hardware-error' },
      { kind: 'hardware-error' },
      { kind: 'segfault', process: 'node', pid: 77 },
    ])
  })

  const announced = (pid: number) =>
    `oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/a,task=x,pid=${pid},uid=0`
  const killed = (pid: number) =>
    `Out of memory: Killed process ${pid} (x) total-vm:9kB, anon-rss:8kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0`

  it('of an OOM kill is told of only what was announced for it, for the kernel does not announce each', () => {
    expect(notesOf(announced(5), killed(5))).toMatchObject([{ constraint: 'machine', cgroup: null }])
    expect(notesOf(announced(5), killed(6))).toMatchObject([{ constraint: null }])
    const readLine = kernelLineReader()
    readLine(announced(5), 0)
    expect(readLine(killed(5), 2_000_000)).toMatchObject({ pid: 5, constraint: null })
  })

  it('of a cgroup that dies as one, and of kernels before 4.19, has the cgroup too', () => {
    const group = 'Tasks in /docker/b are going to be killed due to memory.oom.group set'
    const member = killed(9).replace('Out of memory', 'Memory cgroup out of memory')
    expect(notesOf(group, member)).toMatchObject([{ constraint: 'cgroup', cgroup: '/docker/b' }])
    const old = 'Task in /docker/c/child killed as a result of limit of /docker/c'
    const oldKill = 'Killed process 12 (java), UID 0, total-vm:9kB, anon-rss:8kB, file-rss:0kB, shmem-rss:0kB'
    expect(notesOf(old, oldKill)).toMatchObject([
      { process: 'java', constraint: 'cgroup', cgroup: '/docker/c' },
    ])
  })

  it('that a program wrote is not the kernel', () => {
    expect(parseRecord('12,5,1000,-;Out of memory: Killed process 1 (systemd) anon-rss:1kB')).toBeNull()
    expect(parseRecord('4,5,1000,-;fine\n SUBSYSTEM=block')).toEqual({ line: 'fine', at: 1000 })
  })

  it('is cut, hides secrets, and whatever it holds is read in no time', () => {
    const note = noteOf(`password=hunter2[12]: segfault at ${'a'.repeat(5000)}`)
    expect(note?.message.length).toBeLessThanOrEqual(300)
    expect(JSON.stringify(note)).not.toContain('hunter2')
    const parts = [
      'EXT4-fs (',
      'NVRM: Xid (',
      'INFO: task ',
      'oom-kill:',
      'Killed process 1 (',
      'a), ',
      ':1 ',
      '\u202e',
      ',oom_memcg=',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 400 }), (pieces) => {
        for (const { message } of notesOf(pieces.join(''))) expect(message.length).toBeLessThanOrEqual(300)
      }),
    )
  })
})

it('a kernel log that cannot be read is a gap, with what to do about it', async () => {
  const rootfs = await mkdtemp(join(tmpdir(), 'perfbot-kmsg-'))
  try {
    // A folder in its place opens, and refuses to be read.
    await mkdir(join(rootfs, 'dev/kmsg'), { recursive: true })
    const reader = kernelLogReader(rootfs)
    expect(await reader.read()).toEqual({
      events: null,
      gaps: [
        expect.objectContaining({
          kind: 'failed',
          source: 'host',
          missing: 'kernel log',
          reason: expect.stringContaining('EISDIR'),
        }),
      ],
    })
    reader.close()
  } finally {
    await rm(rootfs, { recursive: true })
  }
})
