import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gpuCollector } from '../../../src/collect/gpus.ts'
import { GpuReading } from '../../../src/model/gpu-reading.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perfbot-amd-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

type Files = Readonly<Record<string, string>>

/** A tree of /sys and /proc, as Documentation/gpu/amdgpu describes it. */
async function machineWith(devices: Readonly<Record<string, Files>>, others: Files = {}) {
  const root = await mkdtemp(join(directory, 'machine-'))
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), `${text}\n`)
  }
  for (const [path, text] of Object.entries(others)) await write(path, text)
  for (const [card, [path, files]] of Object.entries(devices).entries()) {
    for (const [name, text] of Object.entries(files)) await write(`sys/devices/${path}/${name}`, text)
    await mkdir(join(root, `sys/class/drm/card${card}`), { recursive: true })
    await mkdir(join(root, `sys/class/drm/card${card}-DP-1`), { recursive: true })
    await symlink(join(root, 'sys/devices', path), join(root, `sys/class/drm/card${card}/device`))
  }
  const collector = gpuCollector(
    { command: '/nonexistent/nvidia-smi', configured: false },
    { procfs: join(root, 'proc'), sysfs: join(root, 'sys'), rootfs: root },
  )
  const readings = await collector.collect(AbortSignal.timeout(5000)).finally(() => collector.close?.())
  return { gpus: readings.gpus?.map((gpu) => GpuReading.parse(gpu)) ?? [], gaps: readings.gaps }
}

const uevent = (slot: string) => `DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=${slot}`

/** The values that ilya-zlobintsev/amdgpu-sysfs-rs recorded of an RX 580 (tests/rx580.rs, tests/data/rx580). */
const RX580: Files = {
  uevent: uevent('0000:0c:00.0'),
  vendor: '0x1002',
  device: '0x67df',
  gpu_busy_percent: '11',
  mem_info_vram_total: String(4096 * 1024 ** 2),
  mem_info_vram_used: String(512 * 1024 ** 2),
  current_link_speed: '8.0 GT/s PCIe',
  max_link_speed: '8.0 GT/s PCIe',
  current_link_width: '16',
  max_link_width: '16',
  pp_dpm_sclk:
    '0: 300Mhz \n1: 600Mhz \n2: 900Mhz *\n3: 1145Mhz \n4: 1215Mhz \n5: 1257Mhz \n6: 1300Mhz \n7: 1366Mhz',
  pp_dpm_mclk: '0: 300Mhz \n1: 1000Mhz \n2: 1750Mhz *',
  'hwmon/hwmon2/temp1_input': '44000',
  'hwmon/hwmon2/temp1_label': 'edge',
  'hwmon/hwmon2/temp1_crit': '94000',
  'hwmon/hwmon2/pwm1': '35',
}

describe('AMD GPUs', () => {
  it('are read from sysfs, in base units, and what a card cannot state is unknown', async () => {
    const { gpus, gaps } = await machineWith({ 'pci0000:00/0000:0c:00.0': RX580 })
    // That there is no nvidia-smi is no fault of this machine.
    expect(gaps).toEqual([])
    expect(gpus).toEqual([
      expect.objectContaining({
        vendor: 'amd',
        index: 0,
        uuid: '0000:0c:00.0',
        pciAddress: '0000:0c:00.0',
        name: 'AMD GPU 1002:67df',
        utilisation: 0.11,
        memoryUsedBytes: 512 * 1024 ** 2,
        memoryTotalBytes: 4096 * 1024 ** 2,
        temperature: 44,
        slowdownTemperature: 94,
        memoryTemperature: null,
        fan: 35 / 255,
        power: null,
        pcie: { generation: 3, generationMaximum: 3, width: 16, widthMaximum: 16, replays: null },
        ecc: null,
        processes: null,
      }),
    ])
    expect(gpus[0]?.clocks).toMatchObject({ graphics: null, graphicsMaximum: 1366e6, memoryMaximum: 1750e6 })
  })

  it('with a switch on the card have the link of the slot, and with an accelerator’s sensors its junction', async () => {
    const card = 'pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:00.0/0000:03:00.0'
    const bridge = (path: string, speed: string, width: string): Files => ({
      [`sys/devices/${path}/vendor`]: '0x1002',
      [`sys/devices/${path}/current_link_speed`]: `${speed} GT/s PCIe`,
      [`sys/devices/${path}/current_link_width`]: width,
      [`sys/devices/${path}/max_link_speed`]: '32.0 GT/s PCIe',
      [`sys/devices/${path}/max_link_width`]: '16',
    })
    const container = 'd'.repeat(64)
    const { gpus } = await machineWith(
      {
        [card]: {
          uevent: uevent('0000:03:00.0'),
          vendor: '0x1002',
          unique_id: '1234567890abcdef',
          product_name: 'AMD Instinct MI210',
          'hwmon/hwmon0/temp2_input': '61000',
          'hwmon/hwmon0/temp2_label': 'junction',
          'hwmon/hwmon0/temp2_emergency': '105000',
          'hwmon/hwmon0/temp3_input': '70000',
          'hwmon/hwmon0/temp3_label': 'mem',
          'hwmon/hwmon0/power1_average': '128000000',
          'hwmon/hwmon0/power1_cap': '300000000',
          'ras/umc_err_count': 'ue: 1\nce: 7',
          'ras/gpu_vram_bad_pages': '0x027f5d43 : 0x00001000 : R\n0x027f5d4b : 0x00001000 : P',
          current_link_speed: '32.0 GT/s PCIe',
          current_link_width: '16',
        },
      },
      {
        // As in nokyan/resources#512: the switch's own port tells the truth.
        ...bridge('pci0000:00/0000:00:01.0/0000:01:00.0', '16.0', '8'),
        ...bridge('pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:00.0', '32.0', '16'),
        'sys/devices/pci0000:00/0000:00:01.0/vendor': '0x1022',
        'sys/devices/pci0000:00/0000:00:01.0/max_link_speed': '16.0 GT/s PCIe',
        'sys/devices/pci0000:00/0000:00:01.0/max_link_width': '8',
        'sys/class/kfd/kfd/topology/nodes/0/gpu_id': '0',
        'sys/class/kfd/kfd/topology/nodes/1/gpu_id': '4672',
        'sys/class/kfd/kfd/topology/nodes/1/properties': 'simd_count 416\nlocation_id 768\ndomain 0',
        'sys/class/kfd/kfd/proc/815/vram_4672': '1073741824',
        'sys/class/kfd/kfd/proc/816/vram_4672': '0',
        'proc/815/comm': 'python3',
        'proc/815/cgroup': `0::/docker/${container}`,
        'proc/driver/nvidia/gpus/0000:81:00.0/information': 'Model: NVIDIA L4',
      },
    )
    expect(gpus).toEqual([
      expect.objectContaining({
        // After the one of NVIDIA, although that could not be read.
        index: 1,
        uuid: '1234567890abcdef',
        name: 'AMD Instinct MI210',
        temperature: 61,
        shutdownTemperature: 105,
        memoryTemperature: 70,
        power: 128,
        powerLimit: 300,
        pcie: { generation: 4, generationMaximum: 4, width: 8, widthMaximum: 8, replays: null },
        ecc: {
          enabled: true,
          volatile: { corrected: 7, uncorrected: 1 },
          aggregate: { corrected: null, uncorrected: null },
        },
        retiredPages: { singleBit: null, doubleBit: 2, pending: true },
        processes: [
          {
            pid: 815,
            name: 'python3',
            kind: 'compute',
            memoryBytes: 1024 ** 3,
            containerId: container,
          },
        ],
      }),
    ])
  })

  it('that sleep are not woken up', async () => {
    const { gpus } = await machineWith({
      'pci0000:00/0000:0c:00.0': { ...RX580, 'power/runtime_status': 'suspended' },
    })
    expect(gpus).toEqual([
      expect.objectContaining({ name: 'AMD GPU 1002:67df', utilisation: null, temperature: null }),
    ])
  })

  it('of other makers are not taken for theirs', async () => {
    const intel = { ...RX580, uevent: 'DRIVER=i915\nPCI_SLOT_NAME=0000:00:02.0' }
    await expect(machineWith({ 'pci0000:00/0000:00:02.0': intel })).rejects.toMatchObject({ kind: 'absent' })
  })
})
