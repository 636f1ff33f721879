import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readClock } from '../../../src/collect/host/clock.ts'
import { diskTraits } from '../../../src/collect/host/disks.ts'
import { readKernelSettings } from '../../../src/collect/host/kernel-settings.ts'
import { readLink } from '../../../src/collect/host/network.ts'
import { readGovernor, thermalThrottles } from '../../../src/collect/host/processors.ts'
import { rebootRequired } from '../../../src/collect/host/restart-mark.ts'
import { temperatureReader } from '../../../src/collect/host/temperatures.ts'

const trees: string[] = []
afterEach(() => Promise.all(trees.splice(0).map((tree) => rm(tree, { recursive: true }))))

/**
 * A fake of /sys, /run and the like, written to the kernel's documentation (Documentation/hwmon/sysfs-interface.rst,
 * Documentation/ABI/testing): the machines of the tests have no sensors.
 */
async function treeOf(files: Record<string, string>): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'perfbot-sys-'))
  trees.push(tree)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), content)
  }
  return tree
}

describe('temperatures', () => {
  it('come from the chips, with their own limits, and one that is off has none', async () => {
    const sysfs = await treeOf({
      'class/hwmon/hwmon0/name': 'coretemp\n',
      'class/hwmon/hwmon0/temp1_label': 'Package id 0\n',
      'class/hwmon/hwmon0/temp1_input': '61000\n',
      'class/hwmon/hwmon0/temp1_max': '80000\n',
      'class/hwmon/hwmon0/temp1_crit': '100000\n',
      'class/hwmon/hwmon0/temp10_input': '52500\n',
      'class/hwmon/hwmon0/temp2_input': '',
      'class/hwmon/hwmon1/name': 'nvme\n',
      'class/hwmon/hwmon1/temp1_input': '-5000\n',
      'class/hwmon/hwmon1/temp1_max': '65261850\n',
      'class/thermal/thermal_zone0/temp': '1000\n',
    })
    expect(await temperatureReader(sysfs)()).toEqual([
      { sensor: 'coretemp Package id 0', temperature: 61, maximum: 80, critical: 100 },
      { sensor: 'coretemp temp10', temperature: 52.5, maximum: null, critical: null },
      { sensor: 'nvme temp1', temperature: -5, maximum: null, critical: null },
    ])
  })

  it('come from the thermal zones of a board without chips, and are none where there is neither', async () => {
    const sysfs = await treeOf({
      'class/thermal/thermal_zone0/type': 'cpu-thermal\n',
      'class/thermal/thermal_zone0/temp': '48312\n',
      'class/thermal/cooling_device0/type': 'fan\n',
    })
    expect(await temperatureReader(sysfs)()).toMatchObject([
      { sensor: 'cpu-thermal thermal_zone0', temperature: 48.312 },
    ])
    expect(await temperatureReader('/nonexistent')()).toEqual([])
  })
})

it('cores that slowed down for heat are counted once for both of their threads', async () => {
  const cpu = (number: number, core: number, throttles: number) => ({
    [`devices/system/cpu/cpu${number}/thermal_throttle/core_throttle_count`]: `${throttles}\n`,
    [`devices/system/cpu/cpu${number}/topology/core_id`]: `${core}\n`,
    [`devices/system/cpu/cpu${number}/topology/physical_package_id`]: '0\n',
  })
  const sysfs = await treeOf({
    ...cpu(0, 0, 12),
    ...cpu(1, 1, 3),
    ...cpu(2, 0, 12),
    'devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
  })
  expect(thermalThrottles(sysfs)(3)).toBe(15)
  expect(thermalThrottles('/nonexistent')(3)).toBeNull()
  expect([readGovernor(sysfs), readGovernor('/nonexistent')]).toEqual(['powersave', null])
})

it('a disk is known by its model, and one that was plugged in later too', async () => {
  const sysfs = await treeOf({
    'block/sda/size': '7814037168\n',
    'block/sda/queue/rotational': '1\n',
    'block/sda/device/model': 'WDC WD40EFRX-68N\n',
    'block/cciss!c0d0/size': '8\n',
  })
  const traitsOf = diskTraits(sysfs)
  expect(traitsOf('sda')).toEqual({
    model: 'WDC WD40EFRX-68N',
    rotational: true,
    sizeBytes: 7_814_037_168 * 512,
  })
  expect(traitsOf('cciss/c0d0')).toEqual({ model: null, rotational: null, sizeBytes: 4096 })
  expect(traitsOf('sdb')).toBeNull()
  await mkdir(join(sysfs, 'block/sdb'))
  await writeFile(join(sysfs, 'block/sdb/size'), '16\n')
  expect(traitsOf('sdb')?.sizeBytes).toBe(8192)
})

it('a link without a cable or a driver that knows has no speed', async () => {
  const sysfs = await treeOf({
    'class/net/eth0/speed': '10000\n',
    'class/net/eth0/operstate': 'up\n',
    'class/net/eth1/speed': '-1\n',
    'class/net/eth1/operstate': 'down\n',
  })
  expect(readLink(sysfs, 'eth0')).toEqual({ speed: 1_250_000_000, state: 'up' })
  expect(readLink(sysfs, 'eth1')).toEqual({ speed: null, state: 'down' })
  expect(readLink(sysfs, 'wg0')).toEqual({ speed: null, state: null })
})

describe('the clock', () => {
  const paths = (tree: string) => ({ procfs: '/proc', sysfs: tree, rootfs: tree })

  it('is right since timesyncd says so, and not when it has not said so in this boot', async () => {
    const mark = 'run/systemd/timesync/synchronized'
    const tree = await treeOf({
      [mark]: '',
      'devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
    })
    const at = new Date('2026-03-14T09:26:53.000Z')
    await utimes(join(tree, mark), at, at)
    const running = [{ name: 'bash' }, { name: 'systemd-timesyn' }]
    expect(readClock(paths(tree), running)).toEqual({
      ...{ source: 'tsc', keeper: 'systemd-timesyncd', synchronised: true },
      lastSynchronisedAt: at.toISOString(),
    })
    await rm(join(tree, mark))
    expect(readClock(paths(tree), running)).toMatchObject({ synchronised: false, lastSynchronisedAt: null })
  })

  it('is not known to be right of a keeper that says nothing, or of none', async () => {
    const tree = await treeOf({ 'var/lib/chrony/chrony.drift': '1 2\n' })
    const chrony = readClock(paths(tree), [{ name: 'chronyd' }])
    expect(chrony).toMatchObject({ keeper: 'chronyd', synchronised: null })
    expect(chrony.lastSynchronisedAt).not.toBeNull()
    expect(readClock(paths(tree), [])).toEqual({
      ...{ source: null, keeper: null, synchronised: null, lastSynchronisedAt: null },
    })
  })
})

it('a restart is asked for by its mark; no mark means nothing where nobody would put one', async () => {
  const hook = { 'etc/kernel/postinst.d/unattended-upgrades': '' }
  expect(rebootRequired(await treeOf({ 'run/reboot-required': '' }))).toBe(true)
  expect(rebootRequired(await treeOf(hook))).toBe(false)
  expect(rebootRequired(await treeOf({ 'etc/os-release': '' }))).toBeNull()
})

it('settings are as the kernel writes them, and those of another network are left out', async () => {
  const tree = await treeOf({
    'sys/vm/swappiness': '60\n',
    'sys/kernel/sem': '32000\t1024000000\t500\t32000\n',
    'sys/net/core/somaxconn': '4096\n',
    'kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
  })
  expect(readKernelSettings(tree, tree)).toEqual({
    'vm.swappiness': '60',
    'kernel.sem': '32000 1024000000 500 32000',
    'transparent_hugepage.enabled': 'madvise',
  })
  expect(readKernelSettings('/proc', '/sys')).toMatchObject({ 'net.core.somaxconn': expect.any(String) })
})
